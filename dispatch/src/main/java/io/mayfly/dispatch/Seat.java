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
     * @param start how the instance was started, if it has only just been
     */
    record Served(PooledInstance instance, Optional<Start> start) implements Given {}

    /** An instance that was started did not get ready. */
    record NotStarted(StartResult.Failed failure) implements Given {}

    /** No instance could be started at all. */
    record Refused(RuntimeException why) implements Given {}
  }

  private final Consumer<Given> taker;
  private @Nullable Given given;

  /** How long the call waits, by {@link System#nanoTime}, before it looks again, and when. */
  private long patience;

  private long lookAt;

  /**
   * @param taker takes what comes, not under the pool's lock
   */
  Seat(Consumer<Given> taker, long patience) {
    this.taker = taker;
    this.patience = patience;
    this.lookAt = System.nanoTime() + patience;
  }

  void give(Given what) {
    given = what;
  }

  /** Has the call go on with what it was given. To be called without the pool's lock. */
  void goOn() {
    taker.accept(Optional.ofNullable(given).orElseThrow());
  }

  /** How many nanoseconds from now the call looks again. */
  long untilLook() {
    return lookAt - System.nanoTime();
  }

  /** It has looked, and does so again after twice the time, but for no longer than {@code most}. */
  void looked(long most) {
    patience = Math.min(most, 2 * patience);
    lookAt = System.nanoTime() + patience;
  }
}
