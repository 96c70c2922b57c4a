package io.mayfly.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code /etc} of every jail: the parts that programs read to find libraries, certificates,
 * names and the time zone, and nothing that only root may read.
 *
 * <p>Files are copied, because each mount costs a quarter of a millisecond at every start of an
 * instance; what the host changes in them arrives with the platform's next start. Folders, which
 * hold hundreds of files, are mounted: copying them would take most of the platform's own start.
 */
final class EtcFolder {
  private static final Path HOST = Path.of("/etc");

  /** Of folders that also hold private keys, only the parts that do not. */
  private static final List<String> PARTS =
      List.of(
          "ld.so.cache",
          "ld.so.conf",
          "ld.so.conf.d",
          "ssl/certs",
          "ssl/cert.pem",
          "ssl/openssl.cnf",
          "pki/ca-trust",
          "pki/java",
          "pki/tls/cert.pem",
          "pki/tls/certs",
          "pki/tls/openssl.cnf",
          "ca-certificates",
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

  /** Fills {@code target}, an empty folder, but for the folders that are mounted in it. */
  static void fill(Path target) throws IOException {
    readable(target, "rwxr-xr-x");
    for (String part : PARTS) {
      Path from = HOST.resolve(part);
      Path to = target.resolve(part);
      if (Files.isSymbolicLink(from)) {
        folders(target, to.getParent());
        Files.createSymbolicLink(to, Files.readSymbolicLink(from));
      } else if (Files.isDirectory(from)) {
        folders(target, to);
      } else if (Files.exists(from) && forEverybody(from)) {
        folders(target, to.getParent());
        readable(Files.copy(from, to), "rw-r--r--");
      }
    }
    write(
        target.resolve("hosts"),
        "127.0.0.1 localhost sandbox.localdomain sandbox\n::1 localhost\n");
    // No name server can be reached; without this line resolvers would ask the loopback address.
    write(target.resolve("resolv.conf"), "options timeout:1 attempts:1\n");
    // Every jail has its own user; what follows the links is made with the jail.
    Files.createSymbolicLink(target.resolve("passwd"), JailCommand.PASSWD);
    Files.createSymbolicLink(target.resolve("group"), JailCommand.GROUP);
  }

  /** The host's folders to be mounted, read-only, at the same path. */
  static List<Path> mounts() {
    return PARTS.stream().map(HOST::resolve).filter(EtcFolder::isMounted).toList();
  }

  private static boolean isMounted(Path path) {
    try {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && forEverybody(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the place for a mount inside {@code /etc}, which jails cannot make themselves. */
  static void mountPoint(Path etc, Path jail, Path host) throws IOException {
    Path place = etc.resolve(HOST.relativize(jail)).normalize();
    if (!place.startsWith(etc) || Files.exists(place)) {
      return;
    }
    if (Files.isDirectory(host)) {
      folders(etc, place);
    } else {
      folders(etc, place.getParent());
      write(place, "");
    }
  }

  /** Makes a folder inside {@code etc} and those above it. */
  private static void folders(Path etc, @Nullable Path folder) throws IOException {
    if (folder != null && !folder.equals(etc) && !Files.exists(folder)) {
      folders(etc, folder.getParent());
      readable(Files.createDirectory(folder), "rwxr-xr-x");
    }
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
