package io.mayfly.dispatch;

import io.mayfly.model.FunctionName;
import java.time.Duration;

/**
 * How long an instance stays warm after its last call. A pure object: it knows no clock of its own.
 */
@FunctionalInterface
public interface KeepAlive {
  Duration idleTime(FunctionName function);

  /** The same time for every function. */
  static KeepAlive fixed(Duration idleTime) {
    return function -> idleTime;
  }
}
