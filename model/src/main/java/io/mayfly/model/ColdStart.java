package io.mayfly.model;

import java.time.Duration;

/**
 * The cold-start ledger: what a call waited for before its handler ran, in the order in which the
 * parts follow. The last four are the instance's own, which Lambda calls its init.
 *
 * @param queue until somebody began to start its instance
 * @param place until it was its turn, and what the instance is made of was put together
 * @param sandbox until its jail stood; nothing where a spare's stood already
 * @param code until a spare had its function's code, limits and variables; nothing otherwise
 * @param runtime until the runtime said that it runs; nothing where it ran already, or where that
 *     is not said, as over the Runtime API
 * @param init until the handler was loaded
 */
public record ColdStart(
    Duration queue,
    Duration place,
    Duration sandbox,
    Duration code,
    Duration runtime,
    Duration init) {

  /** From the instance's start to ready: what Lambda calls {@code Init Duration}, and bills. */
  public Duration initDuration() {
    return sandbox.plus(code).plus(runtime).plus(init);
  }
}
