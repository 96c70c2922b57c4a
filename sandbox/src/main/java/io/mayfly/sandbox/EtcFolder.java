package io.mayfly.sandbox;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The {@code /etc} of every jail: copies of the parts that programs read to find libraries,
 * certificates, names and the time zone, and nothing that only root may read.
 *
 * <p>Copies instead of mounts of the originals, because each mount costs a quarter of a millisecond
 * at every start of an instance. The host's changes (new certificates, say) arrive with the
 * platform's next start.
 */
final class EtcFolder {
  private static final List<String> COPIED =
      List.of(
          "ld.so.cache",
          "ld.so.conf",
          "ld.so.conf.d",
          "ssl",
          "pki",
          "ca-certificates.conf",
          "crypto-policies",
          "alternatives",
          "localtime",
          "timezone",
          "nsswitch.conf",
          "mime.types",
          "protocols",
          "services",
          "os-release");

  private EtcFolder() {}

  /** Fills {@code target}, an empty folder, from {@code host}, usually {@code /etc}. */
  static void fill(Path host, Path target) throws IOException {
    readable(target, "rwxr-xr-x");
    for (String name : COPIED) {
      if (Files.exists(host.resolve(name))) {
        copy(host.resolve(name), target.resolve(name));
      }
    }
    write(target.resolve("hosts"), "127.0.0.1 localhost\n::1 localhost\n");
    // No name server can be reached; without this line resolvers would ask the loopback address.
    write(target.resolve("resolv.conf"), "options timeout:1 attempts:1\n");
    // Every jail has its own user; what follows the links is made with the jail.
    Files.createSymbolicLink(target.resolve("passwd"), JailCommand.PASSWD);
    Files.createSymbolicLink(target.resolve("group"), JailCommand.GROUP);
  }

  /** Makes the place for a mount inside {@code /etc}, which jails cannot make themselves. */
  static void mountPoint(Path etc, Path jail, Path host) throws IOException {
    Path place = etc.resolve(Path.of("/etc").relativize(jail)).normalize();
    if (!place.startsWith(etc) || Files.exists(place)) {
      return;
    }
    Files.createDirectories(Files.isDirectory(host) ? place : place.getParent());
    if (!Files.isDirectory(host)) {
      write(place, "");
    }
    for (Path each = place; each != null && !each.equals(etc); each = each.getParent()) {
      readable(each, Files.isDirectory(each) ? "rwxr-xr-x" : "rw-r--r--");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (!forEverybody(folder)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            readable(Files.createDirectory(there(folder)), "rwxr-xr-x");
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isSymbolicLink()) {
              Files.createSymbolicLink(there(file), Files.readSymbolicLink(file));
            } else if (attributes.isRegularFile() && forEverybody(file)) {
              readable(Files.copy(file, there(file)), "rw-r--r--");
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException failure)
              throws IOException {
            // A folder is opened before it is looked at: what an ordinary user's platform may not
            // open is not for everybody either.
            if (failure instanceof AccessDeniedException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          private Path there(Path path) {
            return to.resolve(from.relativize(path));
          }
        });
  }

  private static boolean forEverybody(Path path) throws IOException {
    return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ);
  }

  private static void write(Path file, String text) throws IOException {
    readable(Files.writeString(file, text), "rw-r--r--");
  }

  /** Whatever the platform's umask is, jails' users must be able to read. */
  private static void readable(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
