package io.mayfly.store;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.function.Supplier;

/** Secrets that are made once and are readable by the owner alone. */
public final class KeyFile {
  private KeyFile() {}

  /**
   * The bytes in {@code file}, which are made when it is missing.
   *
   * @param length how many there are
   * @throws MayflyException if the file cannot be read or made, or is of another length
   */
  public static byte[] readOrCreate(Path file, int length, SecureRandom random) {
    byte[] key =
        readOrMake(
            file,
            () -> {
              byte[] made = new byte[length];
              random.nextBytes(made);
              return made;
            });
    if (key.length != length) {
      throw new MayflyException(
          ErrorCode.SERVICE,
          "%s holds %d bytes and not %d; remove it to get a new key, which ends all sessions"
              .formatted(file, key.length, length));
    }
    return key;
  }

  /**
   * The bytes in {@code file}, which are made when it is missing.
   *
   * @throws MayflyException if the file cannot be read or made
   */
  public static byte[] readOrMake(Path file, Supplier<byte[]> making) {
    try {
      if (!Files.exists(file)) {
        Path part =
            Files.createTempFile(
                file.toAbsolutePath().getParent(),
                "key",
                ".part",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(part, making.get());
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new MayflyException(ErrorCode.SERVICE, file + " cannot be read or written: " + e, e);
    }
  }
}
