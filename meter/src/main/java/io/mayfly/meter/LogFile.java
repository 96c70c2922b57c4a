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

/**
 * One function's log: what waits in memory, a current file, and the one before it. When the current
 * file reaches half the bound it takes the place of the previous one.
 *
 * <p>{@code pending} is guarded by its own monitor, which writers hold only to copy bytes. The
 * files are guarded by {@code lock}, which the log writer and readers hold while they touch the
 * disk.
 */
final class LogFile {
  /** More than this waiting for the disk is dropped. */
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
        dropped += length;
      } else {
        pending.write(bytes, offset, length);
      }
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
        pending.writeBytes(
            "[mayfly] %d bytes of output were dropped: the function wrote faster than the disk\n"
                .formatted(dropped)
                .getBytes(StandardCharsets.UTF_8));
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
      flushes++;
      grown.signalAll();
    } catch (IOException e) {
      // A full disk costs the log lines and nothing else; the next flush tries again.
    } finally {
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

  void copy(boolean follow, OutputStream target) throws IOException {
    lock.lock();
    try {
      copyFile(previous, 0, target);
      long seenGeneration = generation;
      long seenFlushes = flushes;
      long position = copyFile(current, 0, target);
      while (follow) {
        // The lock was released while copying: what was flushed meanwhile shows in the counter.
        while (seenFlushes == flushes) {
          grown.await();
        }
        seenFlushes = flushes;
        if (seenGeneration != generation) {
          // Rotated once since: the rest of what was current is now in the previous file.
          copyFile(previous, seenGeneration + 1 == generation ? position : 0, target);
          position = 0;
          seenGeneration = generation;
        }
        position = copyFile(current, position, target);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Copies from {@code position} to the end, and returns the end. Lets go of the lock to write. */
  private long copyFile(Path file, long position, OutputStream target) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
      long at = position;
      lock.unlock();
      try {
        for (int read = channel.read(buffer, at); read > 0; read = channel.read(buffer, at)) {
          target.write(buffer.array(), 0, read);
          target.flush();
          at += read;
          buffer.clear();
        }
      } finally {
        lock.lock();
      }
      return at;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

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
