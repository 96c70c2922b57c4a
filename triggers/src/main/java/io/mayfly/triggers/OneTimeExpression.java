package io.mayfly.triggers;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code at(yyyy-mm-ddThh:mm:ss)}: once. A time that clocks leap over is as much later as they
 * leap; of one that comes twice the first is meant.
 */
public record OneTimeExpression(Instant at) implements ScheduleExpression {
  private static final Pattern FORM =
      Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}");

  static OneTimeExpression parse(String inside, ZoneId zone) {
    if (!FORM.matcher(inside).matches()) {
      throw new IllegalArgumentException(
          "a time is written yyyy-mm-ddThh:mm:ss, such as at(2030-01-31T09:00:00)");
    }
    try {
      LocalDateTime local = LocalDateTime.parse(inside);
      if (CronExpression.YEARS.outside(local.getYear())) {
        throw new IllegalArgumentException("the year must be from 1970 to 2199");
      }
      return new OneTimeExpression(local.atZone(zone).toInstant());
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("there is no such time", e);
    }
  }

  @Override
  public Optional<Instant> next(Instant after) {
    return Optional.of(at).filter(moment -> moment.isAfter(after));
  }

  @Override
  public boolean once() {
    return true;
  }
}
