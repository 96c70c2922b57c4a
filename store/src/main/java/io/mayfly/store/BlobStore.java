package io.mayfly.store;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Files under the hex SHA-256 of their content. A blob appears whole or not at all, so what is
 * there is right, and storing the same content twice keeps one copy. Safe for use by many threads.
 */
public final class BlobStore {
  private final Path folder;
  private final AtomicLong sequence = new AtomicLong();

  /**
   * @param folder an existing folder; leftovers of writes that a crash cut short are removed from
   *     it
   */
  public BlobStore(Path folder) {
    this.folder = folder;
    try (var files = Files.newDirectoryStream(folder, "*.part")) {
      for (Path part : files) {
        Files.delete(part);
      }
    } catch (IOException e) {
      throw failed("the blob folder " + folder + " cannot be read", e);
    }
  }

  /** Stores content and returns its hex SHA-256. On the disk when this returns. */
  public String put(byte[] content) {
    String hash = sha256(content);
    Path blob = path(hash);
    if (Files.exists(blob)) {
      return hash;
    }
    Path part = folder.resolve(hash + "." + sequence.incrementAndGet() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        var buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE);
      // The name is on the disk only when its folder is.
      try (FileChannel parent = FileChannel.open(folder, StandardOpenOption.READ)) {
        parent.force(true);
      }
      return hash;
    } catch (IOException e) {
      try {
        Files.deleteIfExists(part);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw failed("the code could not be stored in " + folder + "; is the disk full?", e);
    }
  }

  /** Where a blob lies; the file need not exist. */
  public Path path(String hash) {
    return folder.resolve(hash);
  }

  /** The hashes of all blobs there are. */
  public List<String> hashes() {
    List<String> hashes = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder)) {
      files.forEach(file -> hashes.add(file.getFileName().toString()));
    } catch (IOException e) {
      throw failed("the blob folder " + folder + " cannot be read", e);
    }
    return hashes;
  }

  /** Removes a blob if it is there. */
  public void remove(String hash) {
    try {
      Files.deleteIfExists(path(hash));
    } catch (IOException e) {
      throw failed("the blob " + hash + " could not be removed", e);
    }
  }

  /** The hex SHA-256 of some bytes. */
  public static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static MayflyException failed(String what, IOException cause) {
    return new MayflyException(ErrorCode.SERVICE, what + " (" + cause.getMessage() + ")", cause);
  }
}
