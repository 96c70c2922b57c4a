package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import io.mayfly.model.Outcome;
import io.mayfly.sandbox.Startup;
import java.time.Duration;

/** What became of starting an instance. */
sealed interface StartResult {
  /** It is ready. */
  record Ready(PooledInstance instance, Startup startup) implements StartResult {}

  /**
   * It is gone.
   *
   * @param took how long it was waited for
   * @param peak the most memory it used
   */
  record Failed(
      Outcome outcome, InstanceLog log, Initialization initialization, Duration took, DataSize peak)
      implements StartResult {}
}
