package io.mayfly.sandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One instance's standard output and error on their way to its {@link LogSink}.
 *
 * <p>The pump's thread reads it as output arrives; the thread of an invocation reads what is left
 * before it returns ({@link #drain}). The lock keeps the two in the order in which the instance
 * wrote.
 */
final class OutputPipe {
  private static final int CHUNK = 64 * 1024;
  // What one visit reads at most, so that an instance that floods holds nobody for long.
  private static final int VISIT = 1024 * 1024;

  private static final System.Logger LOG = System.getLogger(OutputPipe.class.getName());

  private final ReentrantLock lock = new ReentrantLock();
  private final Pump pump;
  private final int readEnd;
  private final long token;
  private LogSink sink;
  private boolean open = true;

  OutputPipe(Pump pump, LogSink sink, int readEnd) {
    this.pump = pump;
    this.sink = sink;
    this.readEnd = readEnd;
    // The pump may call at once; the lock makes it wait for the token.
    lock.lock();
    try {
      this.token = pump.watch(readEnd, this::pump);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Brings to the sink what has been written so far: up to a megabyte, or what a pipe holds where
   * each line is looked at, because the caller's thread serves others.
   */
  void drain() {
    lock.lock();
    try {
      if (open) {
        read(sink.byLine() ? CHUNK : VISIT);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Brings what has been written so far where it belongs, and all that follows to another sink. */
  void divert(LogSink next) {
    lock.lock();
    try {
      if (open) {
        read(VISIT);
      }
      sink = next;
    } finally {
      lock.unlock();
    }
  }

  /** Reads what is left and closes the pipe. */
  void close() {
    lock.lock();
    try {
      if (open) {
        read(VISIT);
        end();
      }
    } finally {
      lock.unlock();
    }
  }

  private void pump() {
    lock.lock();
    try {
      if (open && read(CHUNK)) {
        end();
      }
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    if (open) {
      open = false;
      pump.forget(readEnd, token);
      Posix.close(readEnd);
    }
  }

  /** Reads until there is nothing or {@code limit} is reached; true at the end of the output. */
  private boolean read(int limit) {
    int left = limit;
    while (left > 0) {
      int waiting = Posix.available(readEnd);
      if (waiting == 0 && limit == VISIT) {
        return false;
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment buffer = arena.allocate(Math.clamp(waiting, 1, CHUNK));
        int count = Posix.read(readEnd, buffer);
        if (count <= 0) {
          return count == 0;
        }
        deliver(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
        left -= count;
      }
    }
    return false;
  }

  private void deliver(byte[] bytes) {
    try {
      sink.write(bytes, 0, bytes.length);
    } catch (RuntimeException e) {
      // Lost log lines are no reason to lose the event that is being handled.
      LOG.log(System.Logger.Level.ERROR, "a log sink failed", e);
    }
  }
}
