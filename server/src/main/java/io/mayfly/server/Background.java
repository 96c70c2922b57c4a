package io.mayfly.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Something that is being made on a thread of its own while others go on. */
final class Background<T> {
  private final CompletableFuture<T> result = new CompletableFuture<>();

  Background(Supplier<T> work) {
    Thread.ofPlatform()
        .name("mayfly-start")
        .daemon(true)
        .start(
            () -> {
              try {
                result.complete(work.get());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            });
  }

  /** Waits for it; what it threw is thrown here. */
  T get() {
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
