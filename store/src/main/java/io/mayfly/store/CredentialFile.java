package io.mayfly.store;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/**
 * The key pair of the platform's owner, made at the first start and readable by the owner alone.
 *
 * @param accessKeyId 20 capital letters and digits beginning with {@code AKIA}
 * @param secretAccessKey 40 characters
 */
public record CredentialFile(String accessKeyId, String secretAccessKey) {
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  /** Reads the pair from {@code file}, making one there when it is missing. */
  public static CredentialFile readOrCreate(Path file, SecureRandom random) {
    Optional<CredentialFile> found = read(file);
    if (found.isPresent()) {
      return found.get();
    }
    StringBuilder id = new StringBuilder("AKIA");
    for (int i = 0; i < 16; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    byte[] secret = new byte[30];
    random.nextBytes(secret);
    CredentialFile made =
        new CredentialFile(id.toString(), Base64.getEncoder().encodeToString(secret));
    made.write(file);
    return made;
  }

  /** The pair in {@code file}; empty when there is no such file. */
  public static Optional<CredentialFile> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      String id = null;
      String secret = null;
      for (String line : Files.readAllLines(file)) {
        int equals = line.indexOf('=');
        String name = line.substring(0, Math.max(equals, 0)).strip();
        String value = line.substring(equals + 1).strip();
        switch (name) {
          case "aws_access_key_id" -> id = value;
          case "aws_secret_access_key" -> secret = value;
          default -> {}
        }
      }
      if (id == null || secret == null) {
        throw new MayflyException(
            ErrorCode.SERVICE,
            file
                + " lacks aws_access_key_id or aws_secret_access_key; remove it to get a new pair");
      }
      return Optional.of(new CredentialFile(id, secret));
    } catch (IOException e) {
      throw new MayflyException(ErrorCode.SERVICE, file + " cannot be read: " + e, e);
    }
  }

  /** Replaces what {@code file} holds. */
  public void write(Path file) {
    try {
      Path part =
          Files.createTempFile(
              file.toAbsolutePath().getParent(),
              "credentials",
              ".part",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(
          part,
          "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
              .formatted(accessKeyId, secretAccessKey));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new MayflyException(ErrorCode.SERVICE, file + " cannot be written: " + e, e);
    }
  }

  /** Keeps the secret out of logs. */
  @Override
  public String toString() {
    return "CredentialFile[" + accessKeyId + "]";
  }
}
