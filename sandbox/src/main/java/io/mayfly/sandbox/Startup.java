package io.mayfly.sandbox;

import java.time.Duration;

/**
 * How long an instance took from its start to ready, in the order in which the parts follow.
 *
 * @param sandbox until its jail stood; nothing where a spare's stood already
 * @param code until a spare had its function's code, limits and variables; nothing otherwise
 * @param runtime until the runtime said that it runs; nothing where it ran already, or where that
 *     is not said, as over the Runtime API
 * @param init until the handler was loaded
 */
public record Startup(Duration sandbox, Duration code, Duration runtime, Duration init) {
  /** Not ready yet. */
  public static final Startup NONE =
      new Startup(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  public Duration total() {
    return sandbox.plus(code).plus(runtime).plus(init);
  }
}
