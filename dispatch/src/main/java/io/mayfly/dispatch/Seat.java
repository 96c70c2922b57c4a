package io.mayfly.dispatch;

import io.mayfly.sandbox.Startup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One call's place in its function's queue, and what comes of it. */
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

  private final CompletableFuture<Given> given = new CompletableFuture<>();

  void give(Given what) {
    given.complete(what);
  }

  /** Whether something has come. */
  boolean given() {
    return given.isDone();
  }

  /**
   * Waits for what comes, but not for longer than {@code patience}; empty if nothing came. An
   * interrupt is kept for later: whoever admitted the call waits for its answer.
   */
  Optional<Given> await(Duration patience) {
    boolean interrupted = false;
    long end = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        try {
          return Optional.of(given.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
          return Optional.empty();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody gives a failure", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
