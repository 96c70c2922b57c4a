package io.mayfly.functions;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Lays unpacked layers over each other. What two have under one name is the later one's, but for
 * folders, which become one. No link is ever followed: a layer may hold whatever it likes.
 */
final class LayerFolders {
  private LayerFolders() {}

  /**
   * Lays a folder over another. Files are shared by hard links where the disk can do that, because
   * nobody ever writes to them.
   */
  static void lay(Path layer, Path target) throws IOException {
    Files.walkFileTree(
        layer,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Path place = target.resolve(layer.relativize(folder));
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
              Files.deleteIfExists(place);
              Files.createDirectory(place);
              Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path place = target.resolve(layer.relativize(file));
            CodeStore.delete(place);
            if (attributes.isSymbolicLink()) {
              Files.createSymbolicLink(place, Files.readSymbolicLink(file));
            } else {
              share(file, place);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void share(Path file, Path place) throws IOException {
    try {
      Files.createLink(place, file);
    } catch (FileSystemException | UnsupportedOperationException e) {
      // A disk without hard links, or with too many of this file.
      Files.copy(file, place, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }
}
