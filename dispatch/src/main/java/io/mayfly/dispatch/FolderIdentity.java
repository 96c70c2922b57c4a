package io.mayfly.dispatch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * Which folder lies at a path: one that is removed and made again is another, though all of it is
 * the same, because a jail still shows the removed one.
 *
 * @param key device and inode
 * @param created tells those apart that have had the same inode one after the other
 */
record FolderIdentity(Object key, FileTime created) {
  /** Empty if no folder lies there. */
  static Optional<FolderIdentity> of(Path path) {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return found.isDirectory() && found.fileKey() != null
          ? Optional.of(new FolderIdentity(found.fileKey(), found.creationTime()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
