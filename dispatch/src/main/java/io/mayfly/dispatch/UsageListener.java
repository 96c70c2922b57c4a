package io.mayfly.dispatch;

import io.mayfly.model.FunctionName;

/**
 * Hears what every invocation used, once it has ended. Called on the caller's thread: must not
 * block.
 */
@FunctionalInterface
public interface UsageListener {
  void used(FunctionName function, InvokeResult.Usage usage);
}
