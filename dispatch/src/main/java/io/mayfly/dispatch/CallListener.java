package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;

/**
 * Hears of every call once it has ended, however it ended. Called on the caller's thread: must not
 * block.
 */
@FunctionalInterface
public interface CallListener {
  void ended(FunctionConfig config, InvokeResult result);
}
