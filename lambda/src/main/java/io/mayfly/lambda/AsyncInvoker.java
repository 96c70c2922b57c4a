package io.mayfly.lambda;

import io.mayfly.dispatch.InvokeRequest;
import java.util.concurrent.CompletableFuture;

/** Takes events that functions are to be called with later. */
@FunctionalInterface
public interface AsyncInvoker {
  /**
   * Accepts an event.
   *
   * @param event whose version is found out when the function is called
   * @return completes when the event is on the disk; the function is called with it from then on,
   *     whatever happens
   * @throws io.mayfly.model.MayflyException if there is no such function
   */
  CompletableFuture<?> accept(InvokeRequest event);
}
