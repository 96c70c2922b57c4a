package io.mayfly.events;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for what a queue completes later, on a virtual thread. */
final class Waiting {
  private Waiting() {}

  /** What has come of it; what it failed with is thrown as it is. */
  static <T> T on(CompletableFuture<T> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
