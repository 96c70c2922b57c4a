package io.mayfly.triggers;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a bell is to ring.
 *
 * @param from the first moment at which there may be a tick
 * @param until the last one
 * @param window within which a tick rings, at a moment left to chance; zero if at its own
 */
public record Alarm(
    ScheduleExpression times, Instant from, Optional<Instant> until, Duration window, Bell bell) {
  /** Ticks of an expression from a moment on. */
  public static Alarm of(ScheduleExpression times, Instant from, Bell bell) {
    return new Alarm(times, from, Optional.empty(), Duration.ZERO, bell);
  }

  /** The first tick after a moment, and not before {@link #from}. */
  public Optional<Instant> next(Instant after) {
    Instant before = from.minusNanos(1);
    return times
        .next(after.isBefore(before) ? before : after)
        .filter(tick -> until.isEmpty() || !tick.isAfter(until.get()));
  }
}
