package io.mayfly.dispatch;

import java.time.Duration;

/**
 * How many calls of one function are at work at a time; further ones wait for one of those to end,
 * even if there are idle instances.
 *
 * <p>More than there are processors only take turns on them, and each of many instances has caches
 * and compiled code of its own to be warmed: an echo in Node takes twice the processor time in
 * sixteen instances as in three ({@code docs/design/008-warm-calls.md}). Handlers that wait for
 * something elsewhere gain by every one more. Which of both a function is cannot be told from
 * outside, so it is tried: for a moment fewer calls are at work, or more, and if callers got their
 * answers sooner, waiting included, it stays so. Hill climbing, as .NET's thread pool does it
 * (Hellerstein, Morrison and Eilebrecht, "Optimizing Concurrency Levels in the .NET ThreadPool",
 * FeBID 2008).
 *
 * <p>Tried only where calls are short and many; for all others there is no limit. A pure object
 * that is told the time, in nanoseconds. Guarded by the pool's lock.
 */
final class Parallelism {
  static final int NO_LIMIT = Integer.MAX_VALUE;

  /** How long one look takes: some hundred calls. */
  private static final long LOOK = Duration.ofMillis(100).toNanos();

  private static final int LEAST_CALLS = 100;

  /** What fewer calls in such a time tell is not the limit's doing. */
  private static final long TOO_FEW = Duration.ofSeconds(1).toNanos();

  /** Waiting for one call of many short ones to end is no matter; for a longer one it would be. */
  private static final long SHORT = Duration.ofMillis(10).toNanos();

  /** From one try to the next, in looks, while tries come to nothing. */
  private static final int LEAST_PAUSE = 4;

  private static final int MOST_PAUSE = 64;

  /** A look differs from the next by a few per cent for no reason. */
  private static final double SOONER = 0.95;

  private static final double STEP = 1.4;

  private enum Phase {
    /** What is known is put to use. */
    USE,
    /** Another limit is tried. */
    TRY,
    /** The limit from before, once more: what has changed meanwhile is not the trial's merit. */
    COMPARE
  }

  private final int processors;

  private Phase phase = Phase.USE;
  private int limit = NO_LIMIT;

  /** The limit from before the try, and the one that is or was tried. */
  private int before = NO_LIMIT;

  private int tried;

  /** How long calls took under the one and under the other, on average, waiting included. */
  private double totalBefore;

  private double totalTried;

  /** How long calls took by themselves under what was tried, and when the limit was set. */
  private double tookTried;

  private double tookWhenSet;

  private boolean guessed;
  private boolean fewer = true;
  private int pause = LEAST_PAUSE;
  private int looksToTry = 1;

  private long lookBegan;
  private int calls;
  private long total;
  private long took;
  private int most;

  /**
   * @param processors how many there are on this machine
   */
  Parallelism(int processors) {
    this.processors = processors;
  }

  /** How many calls may be at work. */
  int limit() {
    return limit;
  }

  /**
   * A call is over.
   *
   * @param waitedNanos how long it waited for an instance
   * @param tookNanos how long it had one
   * @param atWork how many calls were at work until now, this one included
   */
  void ended(long nanoTime, long waitedNanos, long tookNanos, int atWork) {
    if (calls == 0) {
      lookBegan = nanoTime;
    }
    calls++;
    total += waitedNanos + tookNanos;
    took += tookNanos;
    most = Math.max(most, atWork);
    long looked = nanoTime - lookBegan;
    if (looked < LOOK) {
      return;
    }
    if (total > SHORT * calls) {
      if (phase == Phase.TRY) {
        failed();
      } else {
        forget();
      }
      next();
    } else if (calls >= LEAST_CALLS) {
      look((double) total / calls, (double) took / calls);
      next();
    } else if (looked >= TOO_FEW) {
      if (phase != Phase.USE) {
        failed();
      }
      next();
    }
  }

  private void next() {
    calls = 0;
    total = 0;
    took = 0;
    most = 0;
  }

  private void forget() {
    phase = Phase.USE;
    limit = NO_LIMIT;
    guessed = false;
    fewer = true;
    pause = LEAST_PAUSE;
    looksToTry = 1;
  }

  private void look(double meanTotal, double meanTook) {
    if (limit != NO_LIMIT && phase == Phase.USE && meanTook > 2 * tookWhenSet) {
      // These are other calls than it was found out for.
      forget();
      return;
    }
    switch (phase) {
      case USE -> {
        looksToTry--;
        if (looksToTry <= 0 && most > Math.min(processors + 1, limit - 1)) {
          begin(meanTotal);
        }
      }
      case TRY -> {
        totalTried = meanTotal;
        tookTried = meanTook;
        limit = before;
        phase = Phase.COMPARE;
      }
      case COMPARE -> end((totalBefore + meanTotal) / 2);
    }
  }

  /** Tries another limit than the one under which calls took so long. */
  private void begin(double meanTotal) {
    int now = Math.min(limit, most);
    tried = fewer ? Math.max(1, (int) (now / STEP)) : (int) Math.ceil(now * STEP);
    if (!guessed) {
      // Where handlers that only compute end up: one is read or written while the others work.
      guessed = true;
      tried = processors + 1;
    }
    if (tried == now) {
      // One at a time is the least.
      fewer = false;
      looksToTry = pause;
      return;
    }
    totalBefore = meanTotal;
    before = limit;
    limit = tried;
    phase = Phase.TRY;
  }

  private void end(double meanBefore) {
    if (totalTried < SOONER * meanBefore) {
      phase = Phase.USE;
      limit = tried;
      tookWhenSet = tookTried;
      pause = LEAST_PAUSE;
      looksToTry = 1;
    } else {
      failed();
    }
  }

  private void failed() {
    phase = Phase.USE;
    limit = before;
    fewer = !fewer || limit == NO_LIMIT;
    pause = Math.min(MOST_PAUSE, 2 * pause);
    looksToTry = pause;
  }
}
