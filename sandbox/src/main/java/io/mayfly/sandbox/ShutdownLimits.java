package io.mayfly.sandbox;

import java.time.Duration;

/**
 * How long an instance with extensions may take to end ("Shutdown phase" in Lambda's developer
 * guide); what is left of it then is killed.
 *
 * @param external the whole time of one with external extensions, its runtime's included
 * @param runtime how much of that its runtime has
 * @param internal the whole time of one with internal extensions alone, and its runtime's
 */
public record ShutdownLimits(Duration external, Duration runtime, Duration internal) {
  /** Lambda's own, but for a runtime beside external extensions, of which it says nothing. */
  public static final ShutdownLimits LAMBDA =
      new ShutdownLimits(Duration.ofSeconds(2), Duration.ofMillis(600), Duration.ofMillis(500));

  Duration whole(boolean hasExternal) {
    return hasExternal ? external : internal;
  }

  Duration runtime(boolean hasExternal) {
    return hasExternal ? runtime : internal;
  }
}
