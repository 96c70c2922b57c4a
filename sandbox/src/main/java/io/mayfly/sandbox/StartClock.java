package io.mayfly.sandbox;

import java.time.Duration;
import java.util.OptionalLong;

/** Times an instance's start, by {@link System#nanoTime}. Any thread may say how far it is. */
final class StartClock {
  private volatile long begun;

  /** When the jail stood, or a spare had what its function needs. */
  private volatile long built;

  private volatile boolean spare;

  StartClock(long begun) {
    this.begun = begun;
  }

  /** A spare that was prepared long ago is given its function: its time begins again. */
  void beginAgain() {
    begun = System.nanoTime();
    spare = true;
  }

  /** What follows is the runtime's. */
  void built() {
    built = System.nanoTime();
  }

  /**
   * The parts of a start that ends now.
   *
   * @param greeting when the runtime said that it runs, if it has
   */
  Startup ready(OptionalLong greeting) {
    long ready = System.nanoTime();
    long greeted = Math.clamp(greeting.orElse(built), built, ready);
    Duration building = Duration.ofNanos(built - begun);
    return new Startup(
        spare ? Duration.ZERO : building,
        spare ? building : Duration.ZERO,
        Duration.ofNanos(greeted - built),
        Duration.ofNanos(ready - greeted));
  }
}
