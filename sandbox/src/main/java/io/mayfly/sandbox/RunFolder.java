package io.mayfly.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The platform's folder of small files that live no longer than it: what jails see in {@code /etc},
 * the launch script, the system call filter and one folder per instance for its socket.
 *
 * <p>Outside the data directory, because a Unix socket's path may be no longer than 107 bytes.
 */
final class RunFolder {
  private final Path path;

  private RunFolder(Path path) {
    this.path = path;
  }

  /** Makes the folder anew; an earlier platform's is removed first. */
  static RunFolder open(String platform) {
    Path base = base();
    Path path = base.resolve(platform);
    try {
      remove(path);
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      RunFolder folder = new RunFolder(path);
      folder.fill();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("Mayfly cannot make its run directory " + path, e);
    }
  }

  private static Path base() {
    Path run = Path.of("/run");
    if (Files.isWritable(run)) {
      return run;
    }
    String user = System.getenv("XDG_RUNTIME_DIR");
    Path ofUser = Path.of(user == null ? "/nonexistent" : user);
    return Files.isWritable(ofUser) ? ofUser : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private void fill() throws IOException {
    Files.createDirectories(scratchMount());
    EtcFolder.fill(Files.createDirectory(etc()));
    Files.writeString(launchScript(), Tools.script("launch.sh"));
  }

  /** What every jail has at {@code /etc}. */
  Path etc() {
    return path.resolve("etc");
  }

  /** Where an instance's disk is mounted, in its own mount namespace only. */
  Path scratchMount() {
    return path.resolve("scratch");
  }

  Path launchScript() {
    return path.resolve("launch.sh");
  }

  /** The {@code TMPDIR} of an instance that has no {@code /tmp} of its own. */
  Path scratch(String instance) {
    return path.resolve(instance);
  }

  /** The socket of an instance that speaks frames. */
  Path socket(String instance) {
    return path.resolve(instance + ".sock");
  }

  void close() {
    try {
      remove(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a folder and what is in it, following no link. */
  static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
