package io.mayfly.dispatch;

import io.mayfly.runtimes.RuntimeLaunch;
import java.util.Optional;

/**
 * What is known of a function's cold starts.
 *
 * @param launch starts it from what its training has made; empty without
 * @param preferred whether that is quicker than giving the function to a runtime that waits
 * @param owns whether a runtime that was started so, and waits for this function alone, is so much
 *     quicker than both that there should be one
 */
record Trained(Optional<RuntimeLaunch> launch, boolean preferred, boolean owns) {
  /** Nothing is known. */
  static final Trained NONE = new Trained(Optional.empty(), false, false);
}
