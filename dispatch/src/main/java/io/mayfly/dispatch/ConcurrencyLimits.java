package io.mayfly.dispatch;

import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How the account's concurrency is divided. Asked on every invocation, so answered from memory, and
 * may change at any time.
 */
public interface ConcurrencyLimits {
  /** What a function has for itself: it may run that many calls and no more; 0 stops it. */
  OptionalInt reserved(FunctionName function);

  /** For how many calls versions have instances ready before these come, of those that have. */
  Map<FunctionVersion, Integer> provisioned();

  /** What is left for all functions together that have nothing for themselves. */
  int unreserved();

  /** An account in which no function has anything reserved. */
  static ConcurrencyLimits shared(int concurrency) {
    return new ConcurrencyLimits() {
      @Override
      public OptionalInt reserved(FunctionName function) {
        return OptionalInt.empty();
      }

      @Override
      public Map<FunctionVersion, Integer> provisioned() {
        return Map.of();
      }

      @Override
      public int unreserved() {
        return concurrency;
      }
    };
  }
}
