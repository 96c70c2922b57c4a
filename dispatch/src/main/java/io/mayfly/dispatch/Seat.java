package io.mayfly.dispatch;

import io.mayfly.sandbox.Startup;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One call's place in its function's queue, and what comes of it. Guarded by the pool's lock. */
final class Seat {
  /**
   * A start that is over.
   *
   * @param took from the decision to start until the instance was ready
   * @param startup the instance's own part of that
   */
  record Start(Duration took, Startup startup) {}

  /** What a call that has waited gets. */
  sealed interface Given {
    /**
     * An instance with room for the call.
     *
     * @param waited since the call came
     * @param start how the instance was started, if it has only just been
     */
    record Served(PooledInstance instance, Duration waited, Optional<Start> start)
        implements Given {}

    /** An instance that was started did not get ready. */
    record NotStarted(StartResult.Failed failure) implements Given {}

    /** No instance could be started at all. */
    record Refused(RuntimeException why) implements Given {}
  }

  private final Consumer<Given> taker;
  private final long came;
  private @Nullable Given given;

  /** How long the call waits, in nanoseconds, before it is looked after, and when that is. */
  private long patience;

  private long lookAt;

  /**
   * @param taker takes what comes, not under the pool's lock
   * @param came when the call came, in nanoseconds of the pool's clock
   */
  Seat(Consumer<Given> taker, long came, long patience) {
    this.taker = taker;
    this.came = came;
    this.patience = patience;
    this.lookAt = came + patience;
  }

  void give(Given what) {
    given = what;
  }

  /** Has the call go on with what it was given. To be called without the pool's lock. */
  void goOn() {
    taker.accept(Optional.ofNullable(given).orElseThrow());
  }

  long waited(long nanoTime) {
    return nanoTime - came;
  }

  /** In how many nanoseconds the call is to be looked after. */
  long untilLook(long nanoTime) {
    return lookAt - nanoTime;
  }

  /** It was, and is to be again after twice the time, but no longer than {@code most}. */
  void looked(long nanoTime, long most) {
    patience = Math.min(most, 2 * patience);
    lookAt = nanoTime + patience;
  }
}
