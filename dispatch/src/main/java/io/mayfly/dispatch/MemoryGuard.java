package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.sandbox.MemoryState;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Keeps some of the machine's memory free, so that nothing is swapped out or killed for want of it.
 * A twentieth is the reserve, at least 128 MB and at most 1 GB, and twice that while processes wait
 * for memory: below it idle instances go, and none is started ahead. Below half of it no instance
 * is started at all, and calls that need one are refused if waiting does not help. Safe for use by
 * many threads.
 */
public final class MemoryGuard {
  private static final long LEAST = DataSize.ofMegabytes(128).bytes();
  private static final long MOST = DataSize.ofMegabytes(1024).bytes();
  private static final int SHARE = 20;

  /** What a processor can clear of memory in a second, at the very most. */
  private static final DataSize CLEARED = DataSize.ofMegabytes(2048);

  private static final int LOOKS = 5;

  /** What was stopped is gone in much less; calls do not wait for longer than for a slow start. */
  private static final int ATTEMPTS = 100;

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Supplier<MemoryState> memory;
  private final long plenty;
  private final Runnable pause;

  /** Whether there was so much at the last look that starts until the next one need not ask. */
  private volatile boolean plentiful;

  /** How many looks are left out. */
  private int unseen;

  /**
   * @param memory asked several times a second, and before each start
   */
  public MemoryGuard(Supplier<MemoryState> memory) {
    this(
        memory,
        CLEARED.times(Runtime.getRuntime().availableProcessors()),
        () -> LockSupport.parkNanos(PAUSE.toNanos()));
  }

  /**
   * @param plenty what nothing can take in a second
   * @param pause lets some time pass, in which what was stopped may go
   */
  MemoryGuard(Supplier<MemoryState> memory, DataSize plenty, Runnable pause) {
    this.memory = memory;
    this.plenty = plenty.bytes();
    this.pause = pause;
  }

  private static long reserve(MemoryState state) {
    return Math.clamp(state.total().bytes() / SHARE, LEAST, MOST);
  }

  /**
   * How many bytes are missing to the reserve; not above 0 if it is there. To be asked five times a
   * second, by one thread; while there is so much that nothing can take it in a second, only every
   * fifth time looks.
   */
  public long missing() {
    if (unseen > 0) {
      unseen--;
      return 0;
    }
    MemoryState state = memory.get();
    long missing = (state.stalling() ? 2 : 1) * reserve(state) - state.available().bytes();
    plentiful = missing < -plenty;
    unseen = plentiful ? LOOKS - 1 : 0;
    return missing;
  }

  /**
   * Whether instances can be started ahead of calls without others being stopped for them. The
   * margin keeps what has been stopped for want of memory from being started again at once.
   */
  boolean plenty(DataSize instances) {
    MemoryState state = memory.get();
    long reserve = reserve(state);
    return !state.stalling()
        && state.available().bytes() - instances.bytes() >= reserve + reserve / 4;
  }

  /**
   * To be asked before an instance is started. Waits a little for memory to be freed.
   *
   * @param relieve frees so many bytes, if it can
   * @throws MayflyException if there is no memory for an instance
   */
  void admit(LongConsumer relieve) {
    if (plentiful) {
      return;
    }
    for (int attempt = 0; ; attempt++) {
      MemoryState state = memory.get();
      long missing = reserve(state) / 2 - state.available().bytes();
      if (missing <= 0) {
        return;
      }
      if (attempt == ATTEMPTS) {
        throw new MayflyException(
            ErrorCode.SERVICE_UNAVAILABLE,
            ("There is no memory for another instance: %d MB are left, and Mayfly starts none below"
                    + " %d MB. Idle instances have been stopped already. Try again when calls have"
                    + " ended, let functions use less memory, or give the machine more.")
                .formatted(state.available().bytes() >> 20, (reserve(state) / 2) >> 20));
      }
      relieve.accept(missing);
      pause.run();
    }
  }
}
