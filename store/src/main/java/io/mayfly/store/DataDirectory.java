package io.mayfly.store;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The one folder that holds everything a platform keeps, locked for as long as it runs.
 *
 * <p>The lock is the kernel's: it goes with the process, however that ends, so there is no stale
 * lock file to remove by hand.
 */
public final class DataDirectory implements AutoCloseable {
  private static final int PROBE_BYTES = 256 * 1024;

  /**
   * The folders that this process holds. A second look at the lock file from the same process would
   * let go of the kernel's lock, which belongs to the process and ends with any of its descriptors.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path root;
  private final FileChannel lockFile;

  private DataDirectory(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
  }

  /**
   * Opens the folder, making it if it is not there.
   *
   * @throws MayflyException if it is in use, full, read-only or no folder, saying what to do
   */
  public static DataDirectory open(Path folder) {
    Path root = folder.toAbsolutePath().normalize();
    try {
      Files.createDirectories(
          root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    } catch (FileAlreadyExistsException e) {
      throw unusable(root, "is not a folder", "choose another with --data", e);
    } catch (IOException e) {
      throw unusable(root, "cannot be made: " + reason(e), "choose another with --data", e);
    }
    if (!HELD.add(root)) {
      throw new MayflyException(
          ErrorCode.CONFLICT,
          "the data directory %s is in use by this process; give another with --data"
              .formatted(root));
    }
    FileChannel lockFile = null;
    try {
      lockFile = lock(root);
      probe(root);
    } catch (MayflyException e) {
      closeQuietly(lockFile);
      HELD.remove(root);
      throw e;
    }
    return new DataDirectory(root, lockFile);
  }

  public Path root() {
    return root;
  }

  /** A folder inside, made on first use. */
  public Path folder(String name) {
    Path folder = root.resolve(name);
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw unusable(folder, "cannot be made: " + reason(e), "check its owner and permissions", e);
    }
  }

  @Override
  public void close() {
    closeQuietly(lockFile);
    HELD.remove(root);
  }

  private static FileChannel lock(Path root) {
    Path file = root.resolve("lock");
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        String owner = Files.readString(file).strip();
        closeQuietly(channel);
        throw new MayflyException(
            ErrorCode.CONFLICT,
            "the data directory %s is in use by process %s; stop that one first (mayfly down), or give another with --data"
                .formatted(root, owner.isEmpty() ? "(unknown)" : owner));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
          0);
      return channel;
    } catch (IOException e) {
      closeQuietly(channel);
      throw unusable(
          root,
          "cannot be written: " + reason(e),
          "make it writable and leave it some space, or give another with --data",
          e);
    }
  }

  /** Finds out at the start, and not at the first function, that the disk is full. */
  private static void probe(Path root) {
    Path file = root.resolve("probe");
    try {
      Files.write(file, new byte[PROBE_BYTES]);
      Files.delete(file);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw unusable(
          root,
          "cannot take " + PROBE_BYTES / 1024 + " KiB: " + reason(e),
          "free some space there, or give another with --data",
          e);
    }
  }

  private static MayflyException unusable(Path path, String what, String next, Exception cause) {
    return new MayflyException(
        ErrorCode.SERVICE, "the data directory %s %s; %s".formatted(path, what, next), cause);
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String message = e.getMessage();
    if (message == null) {
      return e.getClass().getSimpleName();
    }
    int colon = message.lastIndexOf(": ");
    return colon < 0 ? message : message.substring(colon + 2);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone either way, and with it the lock.
    }
  }
}
