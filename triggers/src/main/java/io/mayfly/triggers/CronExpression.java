package io.mayfly.triggers;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * {@code cron(minutes hours day-of-month month day-of-week year)} by the clock of a time zone
 * ("Cron expressions reference" of EventBridge). A time that clocks leap over is skipped; one that
 * comes twice counts the first time only ("Daylight savings time on EventBridge Scheduler").
 * Immutable.
 */
public final class CronExpression implements ScheduleExpression {
  static final CronField YEARS = new CronField("the year", 1970, 2199);

  private static final CronField MINUTES = new CronField("the minute", 0, 59);
  private static final CronField HOURS = new CronField("the hour", 0, 23);
  private static final CronField MONTHS =
      new CronField(
          "the month",
          1,
          12,
          List.of(
              "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"));

  private static final int FIELDS = 6;

  private final ZoneId zone;
  private final BitSet minutes;
  private final BitSet hours;
  private final CronDays days;
  private final BitSet months;
  private final BitSet years;

  private CronExpression(
      ZoneId zone, BitSet minutes, BitSet hours, CronDays days, BitSet months, BitSet years) {
    this.zone = zone;
    this.minutes = minutes;
    this.hours = hours;
    this.days = days;
    this.months = months;
    this.years = years;
  }

  static CronExpression parse(String inside, ZoneId zone) {
    String[] fields = inside.strip().split("\\s+", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(
          "a cron expression has six fields: minutes, hours, day of the month, month, day of the"
              + " week, year");
    }
    return new CronExpression(
        zone,
        MINUTES.values(fields[0]),
        HOURS.values(fields[1]),
        new CronDays(fields[2], fields[4]),
        MONTHS.values(fields[3]),
        YEARS.values(fields[5]));
  }

  @Override
  public Optional<Instant> next(Instant after) {
    LocalDateTime from =
        LocalDateTime.ofInstant(after, zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
    // More than one look is needed only where clocks have been set back or leap.
    while (true) {
      Optional<LocalDateTime> local = firstFrom(from);
      if (local.isEmpty()) {
        return Optional.empty();
      }
      Optional<Instant> instant = instant(local.get()).filter(each -> each.isAfter(after));
      if (instant.isPresent()) {
        return instant;
      }
      from = local.get().plusMinutes(1);
    }
  }

  /** When the zone's clocks show a time first, if they do. */
  private Optional<Instant> instant(LocalDateTime local) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    return offsets.isEmpty() ? Optional.empty() : Optional.of(local.toInstant(offsets.getFirst()));
  }

  /** The first time that matches, from a whole minute on. */
  private Optional<LocalDateTime> firstFrom(LocalDateTime from) {
    YearMonth begin = YearMonth.from(from);
    for (int year = years.nextSetBit(Math.max(0, from.getYear()));
        year >= 0;
        year = years.nextSetBit(year + 1)) {
      int firstMonth = year == begin.getYear() ? begin.getMonthValue() : 1;
      for (int month = months.nextSetBit(firstMonth);
          month >= 0;
          month = months.nextSetBit(month + 1)) {
        YearMonth each = YearMonth.of(year, month);
        Optional<LocalDateTime> found = firstIn(each, each.equals(begin), from);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<LocalDateTime> firstIn(YearMonth month, boolean begins, LocalDateTime from) {
    BitSet matching = days.in(month);
    int firstDay = begins ? from.getDayOfMonth() : 1;
    for (int day = matching.nextSetBit(firstDay); day >= 0; day = matching.nextSetBit(day + 1)) {
      boolean today = begins && day == firstDay;
      Optional<LocalTime> time = firstTime(today ? from.toLocalTime() : LocalTime.MIN);
      if (time.isPresent()) {
        return Optional.of(month.atDay(day).atTime(time.get()));
      }
    }
    return Optional.empty();
  }

  private Optional<LocalTime> firstTime(LocalTime from) {
    int hour = hours.nextSetBit(from.getHour());
    if (hour == from.getHour()) {
      int minute = minutes.nextSetBit(from.getMinute());
      if (minute >= 0) {
        return Optional.of(LocalTime.of(hour, minute));
      }
      hour = hours.nextSetBit(hour + 1);
    }
    return hour < 0 ? Optional.empty() : Optional.of(LocalTime.of(hour, minutes.nextSetBit(0)));
  }
}
