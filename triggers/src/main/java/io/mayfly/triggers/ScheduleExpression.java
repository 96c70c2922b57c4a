package io.mayfly.triggers;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * When something is to happen again and again, or once: {@code rate(...)}, {@code cron(...)} or
 * {@code at(...)} ("Schedule types in EventBridge Scheduler"). Pure: it is told the time.
 */
public sealed interface ScheduleExpression
    permits RateExpression, CronExpression, OneTimeExpression {
  /**
   * The first moment after another; empty if there is none any more.
   *
   * @param after which itself is no answer
   */
  Optional<Instant> next(Instant after);

  /** Whether there is one moment at most. */
  default boolean once() {
    return false;
  }

  /**
   * The last moment up to another.
   *
   * @param first a moment of this expression
   * @param bound not before {@code first}
   */
  default Instant last(Instant first, Instant bound) {
    // Looks back in growing steps, so that a month without a look costs no month of steps.
    Instant last = first;
    Duration back = Duration.ofMinutes(1);
    while (bound.minus(back).isAfter(first)) {
      Optional<Instant> found = next(bound.minus(back)).filter(each -> !each.isAfter(bound));
      if (found.isPresent()) {
        last = found.get();
        break;
      }
      back = back.multipliedBy(2);
    }
    Optional<Instant> next = next(last);
    while (next.isPresent() && !next.get().isAfter(bound)) {
      last = next.get();
      next = next(last);
    }
    return last;
  }

  /**
   * How many moments there are from one of them to before another, counted up to a bound.
   *
   * @param first a moment of this expression
   * @param most where counting ends
   */
  default int count(Instant first, Instant before, int most) {
    int count = 0;
    Optional<Instant> each = Optional.of(first);
    while (count < most && each.isPresent() && each.get().isBefore(before)) {
      count++;
      each = next(each.get());
    }
    return count;
  }

  /**
   * Reads an expression.
   *
   * @param zone whose clock {@code cron} and {@code at} mean
   * @param start the first moment of a {@code rate}
   * @throws IllegalArgumentException if it is none, saying why
   */
  static ScheduleExpression parse(String text, ZoneId zone, Instant start) {
    int open = text.indexOf('(');
    if (open < 0 || !text.endsWith(")")) {
      throw new IllegalArgumentException("it is none of rate(...), cron(...) and at(...)");
    }
    String inside = text.substring(open + 1, text.length() - 1);
    return switch (text.substring(0, open)) {
      case "rate" -> RateExpression.parse(inside, start);
      case "cron" -> CronExpression.parse(inside, zone);
      case "at" -> OneTimeExpression.parse(inside, zone);
      default ->
          throw new IllegalArgumentException("it is none of rate(...), cron(...) and at(...)");
    };
  }
}
