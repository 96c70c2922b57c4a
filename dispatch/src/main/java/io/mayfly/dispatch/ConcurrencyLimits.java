package io.mayfly.dispatch;

import io.mayfly.model.FunctionName;
import java.util.OptionalInt;

/**
 * How the account's concurrency is divided. Asked on every invocation, so answered from memory, and
 * may change at any time.
 */
public interface ConcurrencyLimits {
  /** What a function has for itself: it may run that many calls and no more; 0 stops it. */
  OptionalInt reserved(FunctionName function);

  /** What is left for all functions that have nothing reserved, together. */
  int unreserved();

  /** An account in which no function has anything reserved. */
  static ConcurrencyLimits shared(int concurrency) {
    return new ConcurrencyLimits() {
      @Override
      public OptionalInt reserved(FunctionName function) {
        return OptionalInt.empty();
      }

      @Override
      public int unreserved() {
        return concurrency;
      }
    };
  }
}
