package io.mayfly.triggers;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code rate(value unit)}: from a start in equal steps. A day has 24 hours whatever clocks do.
 *
 * @param period positive
 */
public record RateExpression(Instant start, Duration period) implements ScheduleExpression {
  private static final Pattern FORM =
      Pattern.compile("\\s*([1-9][0-9]{0,8})\\s+(minute|hour|day)s?\\s*");

  static RateExpression parse(String inside, Instant start) {
    Matcher form = FORM.matcher(inside);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "a rate is a positive number and minutes, hours or days, such as rate(5 minutes)");
    }
    long value = Long.parseLong(form.group(1));
    return new RateExpression(
        start,
        switch (form.group(2)) {
          case "minute" -> Duration.ofMinutes(value);
          case "hour" -> Duration.ofHours(value);
          default -> Duration.ofDays(value);
        });
  }

  @Override
  public Optional<Instant> next(Instant after) {
    if (after.isBefore(start)) {
      return Optional.of(start);
    }
    long steps = Duration.between(start, after).dividedBy(period) + 1;
    return Optional.of(start.plus(period.multipliedBy(steps)));
  }

  @Override
  public Instant last(Instant first, Instant bound) {
    return first.plus(period.multipliedBy(Duration.between(first, bound).dividedBy(period)));
  }
}
