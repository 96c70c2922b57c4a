package io.mayfly.meter;

import io.mayfly.model.FunctionName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One function's log: what waits in memory, a current file, and the one before it. When the current
 * file reaches half the bound it takes the place of the previous one.
 *
 * <p>{@code pending} is guarded by its own monitor, which writers hold only to copy bytes. The
 * files' names are guarded by {@code lock}; readers open both files under it and read without it,
 * since a file that has been renamed reads on as before.
 */
final class LogFile {
  /** When more than this waits for the disk, it is dropped for what comes, as in the files. */
  private static final int MAX_PENDING = 4 * 1024 * 1024;

  private static final int COPY_BYTES = 64 * 1024;

  private final Path current;
  private final Path previous;
  private final long half;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private long generation;
  private long flushes;

  private final Object pendingMonitor = new Object();
  private ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private long dropped;
  private boolean queued;

  LogFile(Path folder, FunctionName function, long bound) {
    this.current = folder.resolve(function + ".log");
    this.previous = folder.resolve(function + ".log.1");
    this.half = bound / 2;
  }

  /** Takes bytes; true when the log writer must be told that there is something to flush. */
  boolean add(byte[] bytes, int offset, int length) {
    synchronized (pendingMonitor) {
      if (pending.size() + length > MAX_PENDING) {
        dropped += pending.size();
        pending.reset();
      }
      pending.write(bytes, offset, length);
      boolean tell = !queued;
      queued = true;
      return tell;
    }
  }

  /** Moves what waits to the disk. Called by the log writer only. */
  void flush() {
    byte[] bytes;
    synchronized (pendingMonitor) {
      queued = false;
      if (dropped > 0) {
        ByteArrayOutputStream rest = pending;
        pending = new ByteArrayOutputStream();
        pending.writeBytes(
            "[mayfly] %d bytes of output were dropped: the function wrote faster than the disk\n"
                .formatted(dropped)
                .getBytes(StandardCharsets.UTF_8));
        pending.writeBytes(rest.toByteArray());
        dropped = 0;
      }
      bytes = pending.toByteArray();
      pending = new ByteArrayOutputStream();
    }
    lock.lock();
    try {
      for (int from = 0; from < bytes.length; ) {
        from += append(bytes, from);
      }
    } catch (IOException e) {
      // A full disk costs these lines and nothing else.
    } finally {
      flushes++;
      grown.signalAll();
      lock.unlock();
    }
  }

  private int append(byte[] bytes, int from) throws IOException {
    try (FileChannel channel =
        FileChannel.open(current, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long size = channel.size();
      if (size >= half) {
        Files.move(current, previous, StandardCopyOption.REPLACE_EXISTING);
        generation++;
        return 0;
      }
      int length = (int) Math.min(bytes.length - from, half - size);
      ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
      while (buffer.hasRemaining()) {
        size += channel.write(buffer, size);
      }
      return length;
    }
  }

  /** Copies from the oldest line on; with {@code follow}, until the thread is interrupted. */
  void copy(boolean follow, OutputStream target) throws IOException {
    // As if rotated often since: everything there is comes first.
    long seenGeneration = Long.MIN_VALUE;
    long position = 0;
    while (true) {
      long seenFlushes;
      try (Opened opened = open(seenGeneration, position)) {
        copyRest(opened.previous(), opened.previousFrom(), target);
        position = copyRest(opened.current(), opened.currentFrom(), target);
        seenGeneration = opened.generation();
        seenFlushes = opened.flushes();
      }
      if (!follow || !awaitFlushAfter(seenFlushes)) {
        return;
      }
    }
  }

  /** Both files as they were at one moment, and where to go on in each. */
  private record Opened(
      @Nullable FileChannel previous,
      long previousFrom,
      @Nullable FileChannel current,
      long currentFrom,
      long generation,
      long flushes)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (previous;
          current) {
        // Closes both, whatever the other does.
      }
    }
  }

  private Opened open(long seenGeneration, long position) throws IOException {
    lock.lock();
    try {
      if (seenGeneration == generation) {
        return new Opened(null, 0, open(current), position, generation, flushes);
      }
      // Rotated once since: what is left of what was current is in the previous file.
      long from = seenGeneration == generation - 1 ? position : 0;
      FileChannel rest = open(previous);
      return new Opened(rest, from, open(current), 0, generation, flushes);
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable FileChannel open(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Copies from {@code position} to the end, and returns the end. */
  private static long copyRest(@Nullable FileChannel file, long position, OutputStream target)
      throws IOException {
    if (file == null) {
      return 0;
    }
    ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
    long at = position;
    for (int read = file.read(buffer, at); read > 0; read = file.read(buffer, at)) {
      target.write(buffer.array(), 0, read);
      target.flush();
      at += read;
      buffer.clear();
    }
    return at;
  }

  /** False when the thread was interrupted instead. */
  private boolean awaitFlushAfter(long seen) {
    lock.lock();
    try {
      while (seen == flushes) {
        grown.await();
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Removes both files. */
  void delete() {
    lock.lock();
    try {
      Files.deleteIfExists(current);
      Files.deleteIfExists(previous);
      generation++;
    } catch (IOException e) {
      // What is left is removed when a function of that name is deleted again.
    } finally {
      lock.unlock();
    }
  }
}
