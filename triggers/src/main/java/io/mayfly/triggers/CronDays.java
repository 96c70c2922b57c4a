package io.mayfly.triggers;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The days that the third and the fifth field of a cron expression mean, of which one is {@code ?}:
 * days of the month with {@code L} (the last), {@code 15W} (the weekday next to it in the same
 * month) and {@code LW} (the last weekday); days of the week, 1 or SUN to 7 or SAT, with {@code L}
 * (Saturday), {@code 6L} (the last Friday of the month) and {@code 6#3} (its third Friday).
 */
final class CronDays {
  private static final CronField OF_MONTH = new CronField("the day of the month", 1, 31);
  private static final CronField OF_WEEK =
      new CronField(
          "the day of the week", 1, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

  private static final Pattern WEEKDAY = Pattern.compile("([0-9]{1,2})W");
  private static final Pattern LAST_OF_KIND = Pattern.compile("([1-7]|[A-Z]{3})L");
  private static final Pattern NTH_OF_KIND = Pattern.compile("([1-7]|[A-Z]{3})#([1-5])");

  /** Each adds days of a month to a set. */
  private final List<BiConsumer<YearMonth, BitSet>> rules = new ArrayList<>();

  /**
   * Reads both fields.
   *
   * @throws IllegalArgumentException if they are none, or not exactly one of them is {@code ?}
   */
  CronDays(String ofMonth, String ofWeek) {
    if (ofMonth.equals("?") == ofWeek.equals("?")) {
      throw new IllegalArgumentException(
          "one of the day of the month and the day of the week must be ?, and not both");
    }
    if (ofWeek.equals("?")) {
      for (String item : ofMonth.toUpperCase(Locale.ROOT).split(",", -1)) {
        addOfMonth(item);
      }
    } else {
      String[] items = ofWeek.toUpperCase(Locale.ROOT).split(",", -1);
      for (String item : items) {
        addOfWeek(item, items.length == 1);
      }
    }
  }

  /** The days of a month. */
  BitSet in(YearMonth month) {
    BitSet days = new BitSet(32);
    rules.forEach(rule -> rule.accept(month, days));
    return days;
  }

  private void addOfMonth(String item) {
    Matcher weekday = WEEKDAY.matcher(item);
    if (item.equals("L")) {
      rules.add((month, days) -> days.set(month.lengthOfMonth()));
    } else if (item.equals("LW")) {
      rules.add((month, days) -> days.set(nextWeekday(month.atEndOfMonth())));
    } else if (weekday.matches()) {
      int day = OF_MONTH.value(weekday.group(1));
      rules.add(
          (month, days) -> {
            if (month.isValidDay(day)) {
              days.set(nextWeekday(month.atDay(day)));
            }
          });
    } else {
      BitSet values = OF_MONTH.values(item);
      rules.add(
          (month, days) ->
              values.stream().filter(day -> day <= month.lengthOfMonth()).forEach(days::set));
    }
  }

  /** The day from Monday to Friday next to a day, without leaving its month. */
  private static int nextWeekday(LocalDate date) {
    int day = date.getDayOfMonth();
    return switch (date.getDayOfWeek()) {
      case SATURDAY -> day > 1 ? day - 1 : day + 2;
      case SUNDAY -> day < date.lengthOfMonth() ? day + 1 : day - 2;
      default -> day;
    };
  }

  private void addOfWeek(String item, boolean alone) {
    Matcher last = LAST_OF_KIND.matcher(item);
    Matcher nth = NTH_OF_KIND.matcher(item);
    if (item.equals("L")) {
      addOfWeek("SAT", alone);
    } else if (last.matches()) {
      int kind = OF_WEEK.value(last.group(1));
      rules.add(
          (month, days) -> {
            int day = first(month, kind);
            days.set(day + (month.lengthOfMonth() - day) / 7 * 7);
          });
    } else if (nth.matches()) {
      if (!alone) {
        throw new IllegalArgumentException("a day of the week with # must be the only one");
      }
      int kind = OF_WEEK.value(nth.group(1));
      int weeks = Integer.parseInt(nth.group(2)) - 1;
      rules.add(
          (month, days) -> {
            int day = first(month, kind) + 7 * weeks;
            if (month.isValidDay(day)) {
              days.set(day);
            }
          });
    } else {
      BitSet kinds = OF_WEEK.values(item);
      rules.add(
          (month, days) -> {
            int kind = kind(month.atDay(1));
            for (int day = 1; day <= month.lengthOfMonth(); day++) {
              if (kinds.get(kind)) {
                days.set(day);
              }
              kind = kind % 7 + 1;
            }
          });
    }
  }

  /** The first day of a month that is of a kind. */
  private static int first(YearMonth month, int kind) {
    return 1 + Math.floorMod(kind - kind(month.atDay(1)), 7);
  }

  /** From 1, which is Sunday, to 7. */
  private static int kind(LocalDate date) {
    return date.getDayOfWeek() == DayOfWeek.SUNDAY ? 1 : date.getDayOfWeek().getValue() + 1;
  }
}
