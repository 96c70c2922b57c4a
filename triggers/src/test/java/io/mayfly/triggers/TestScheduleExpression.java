package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Expressions, checked against brute force: every minute of years is looked at with a matcher that
 * shares nothing with the code under test.
 */
class TestScheduleExpression {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
  private static final List<String> MONTHS =
      List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");

  private static ScheduleExpression parse(String text, String zone) {
    return ScheduleExpression.parse(text, ZoneId.of(zone), START);
  }

  private static List<String> next(String text, String zone, String after, int count) {
    ScheduleExpression expression = parse(text, zone);
    List<String> found = new ArrayList<>();
    Optional<Instant> next = expression.next(Instant.parse(after));
    while (next.isPresent() && found.size() < count) {
      found.add(next.get().toString());
      next = expression.next(next.get());
    }
    return found;
  }

  /** A matcher of one field, written another way than the parser: by what each value is. */
  private static IntPredicate field(String text, int least, int most, List<String> names) {
    return value ->
        Stream.of(text.split(",", -1))
            .anyMatch(
                item -> {
                  String[] step = item.split("/", -1);
                  String[] range = step[0].split("-", -1);
                  int from = step[0].equals("*") ? least : number(range[0], least, names);
                  int to =
                      range.length == 2
                          ? number(range[1], least, names)
                          : step.length == 2 || step[0].equals("*") ? most : from;
                  int by = step.length == 2 ? Integer.parseInt(step[1]) : 1;
                  int width = most - least + 1;
                  int distance = Math.floorMod(value - from, width);
                  return distance <= Math.floorMod(to - from, width) && distance % by == 0;
                });
  }

  private static int number(String text, int least, List<String> names) {
    return names.contains(text) ? least + names.indexOf(text) : Integer.parseInt(text);
  }

  private static Predicate<LocalDate> days(String ofMonth, String ofWeek) {
    if (ofWeek.equals("?")) {
      return date ->
          Stream.of(ofMonth.split(",", -1))
              .anyMatch(
                  item -> {
                    int last = date.lengthOfMonth();
                    if (item.equals("L")) {
                      return date.getDayOfMonth() == last;
                    } else if (item.endsWith("W")) {
                      String day = item.substring(0, item.length() - 1);
                      int meant = day.equals("L") ? last : Integer.parseInt(day);
                      return meant <= last
                          && weekday(date)
                          && nearest(date.withDayOfMonth(meant)).equals(date);
                    }
                    return field(item, 1, 31, List.of()).test(date.getDayOfMonth());
                  });
    }
    return date ->
        Stream.of(ofWeek.split(",", -1))
            .anyMatch(
                item -> {
                  int kind = date.getDayOfWeek().getValue() % 7 + 1;
                  if (item.equals("L")) {
                    return kind == 7;
                  } else if (item.endsWith("L")) {
                    return kind == number(item.substring(0, item.length() - 1), 1, DAYS)
                        && date.plusDays(7).getMonth() != date.getMonth();
                  } else if (item.contains("#")) {
                    String[] parts = item.split("#", -1);
                    return kind == number(parts[0], 1, DAYS)
                        && (date.getDayOfMonth() + 6) / 7 == Integer.parseInt(parts[1]);
                  }
                  return field(item, 1, 7, DAYS).test(kind);
                });
  }

  private static boolean weekday(LocalDate date) {
    return !Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY).contains(date.getDayOfWeek());
  }

  /** The weekday of the same month with the least distance, the earlier of two. */
  private static LocalDate nearest(LocalDate date) {
    return Stream.of(0, -1, 1, -2, 2)
        .map(date::plusDays)
        .filter(each -> each.getMonth() == date.getMonth() && weekday(each))
        .findFirst()
        .orElseThrow();
  }

  /** Every moment from one to another at which a zone's clocks show a matching time first. */
  private static List<Instant> brute(String text, ZoneId zone, Instant from, Instant to) {
    String[] fields = text.split(" ", -1);
    IntPredicate minutes = field(fields[0], 0, 59, List.of());
    IntPredicate hours = field(fields[1], 0, 23, List.of());
    IntPredicate months = field(fields[3], 1, 12, MONTHS);
    IntPredicate years = field(fields[5], 1970, 2199, List.of());
    Predicate<LocalDate> days = days(fields[2], fields[4]);
    List<Instant> found = new ArrayList<>();
    LocalDate date = LocalDate.MIN;
    boolean today = false;
    for (Instant each = from; each.isBefore(to); each = each.plusSeconds(60)) {
      LocalDateTime local = LocalDateTime.ofInstant(each, zone);
      if (!local.toLocalDate().equals(date)) {
        date = local.toLocalDate();
        today = years.test(date.getYear()) && months.test(date.getMonthValue()) && days.test(date);
      }
      if (today && minutes.test(local.getMinute()) && hours.test(local.getHour())) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (local.toInstant(offsets.getFirst()).equals(each)) {
          found.add(each);
        }
      }
    }
    return found;
  }

  private static List<Instant> all(ScheduleExpression expression, Instant from, Instant to) {
    List<Instant> found = new ArrayList<>();
    Optional<Instant> next = expression.next(from.minusNanos(1));
    while (next.isPresent() && next.get().isBefore(to)) {
      found.add(next.get());
      next = expression.next(next.get());
    }
    return found;
  }

  private static void assertAsBruteForce(String cron, String zone, Instant from, Instant to) {
    assertThat(all(parse("cron(" + cron + ")", zone), from, to))
        .as("%s in %s", cron, zone)
        .isEqualTo(brute(cron, ZoneId.of(zone), from, to));
  }

  @Test
  void everyFormOfCronFindsTheMinutesThatMatchAndNoOthers() {
    Instant from = Instant.parse("2023-12-31T00:00:00Z");
    // Over a leap year and another.
    Instant to = Instant.parse("2026-01-02T00:00:00Z");
    for (String cron :
        List.of(
            "0 10 * * ? *",
            "15 12 * * ? *",
            "0 18 ? * MON-FRI *",
            "0 8 1 * ? *",
            "0/15 * * * ? *",
            "0/10 * ? * MON-FRI *",
            "0/5 8-17 ? * MON-FRI *",
            "0/30 20-2 ? * FRI-MON *",
            "59 23 L * ? *",
            "0 0 LW * ? *",
            "30 6 1W * ? *",
            "30 6 15W,31W * ? *",
            "0 0 29 2 ? *",
            "0 0 31 * ? *",
            "0 9 ? * L *",
            "0 9 ? * 6L *",
            "0 9 ? * FRIL *",
            "0 9 ? * 3#2 *",
            "0 9 ? * SUN#5 *",
            "0 9 ? JAN,MAR-MAY 1#1 *",
            "1,2,50-55,58/1 3,4/6 1/10,2,3/8 */5 ? *",
            "*/7 */5 ? NOV-FEB 2,4,6 2024/2",
            "0-15/1 8-8 ? * 2,3,4,5,6,7 *",
            "0 0 1 1 ? 2025-2026",
            "0/60 * * * ? *")) {
      assertAsBruteForce(cron, "UTC", from, to);
    }
  }

  @Test
  void clocksThatLeapSkipAndThoseThatAreSetBackRepeatNothing() {
    for (String zone :
        List.of(
            "America/New_York",
            "Europe/Berlin",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "America/Sao_Paulo",
            "Asia/Kolkata",
            "Africa/Casablanca",
            "Pacific/Chatham",
            "America/St_Johns")) {
      for (String cron :
          List.of(
              "0 0 * * ? *",
              "30 1 * * ? *",
              "30 2 * * ? *",
              "15 0/1 * * ? *",
              "0/20 * * * ? *",
              "45 23 ? * SAT,SUN *")) {
        assertAsBruteForce(
            cron,
            zone,
            Instant.parse("2011-09-01T00:00:00Z"),
            Instant.parse("2012-12-01T00:00:00Z"));
      }
    }
    // Clocks in New York leap from 2:00 to 3:00 on 8 March, and back from 2:00 to 1:00 on
    // 1 November.
    assertThat(next("cron(30 2 * * ? *)", "America/New_York", "2026-03-07T00:00:00Z", 3))
        .containsExactly("2026-03-07T07:30:00Z", "2026-03-09T06:30:00Z", "2026-03-10T06:30:00Z");
    assertThat(next("cron(30 1 * * ? *)", "America/New_York", "2026-10-31T12:00:00Z", 2))
        .containsExactly("2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z");
    // A whole day that there was not.
    assertThat(next("cron(0 12 30 12 ? 2011)", "Pacific/Apia", "2011-01-01T00:00:00Z", 1))
        .isEmpty();
  }

  /** An item of a field, with values of it. */
  private static String item(Random random, int least, int most) {
    int one = least + random.nextInt(most - least + 1);
    int other = least + random.nextInt(most - least + 1);
    return switch (random.nextInt(6)) {
      case 0 -> "*";
      case 1 -> one + "-" + other;
      case 2 -> "*/" + (1 + random.nextInt(20));
      case 3 -> one + "/" + (1 + random.nextInt(20));
      case 4 -> one + "-" + other + "/" + (1 + random.nextInt(5));
      default -> Integer.toString(one);
    };
  }

  private static String list(Random random, int least, int most) {
    StringBuilder text = new StringBuilder(item(random, least, most));
    while (random.nextInt(3) == 0) {
      text.append(',').append(item(random, least, most));
    }
    return text.toString();
  }

  @Test
  void anyCronFindsTheLeastMomentThatMatches() {
    long seed = Long.getLong("mayfly.seed", 20260301);
    Random random = new Random(seed);
    List<String> zones = List.of("UTC", "Europe/London", "America/Los_Angeles", "Asia/Tehran");
    for (int i = 0; i < Integer.getInteger("mayfly.crons", 150); i++) {
      String ofMonth =
          switch (random.nextInt(4)) {
            case 0 -> "L";
            case 1 -> (1 + random.nextInt(31)) + "W";
            default -> list(random, 1, 31);
          };
      String ofWeek =
          switch (random.nextInt(4)) {
            case 0 -> (1 + random.nextInt(7)) + "L";
            case 1 -> (1 + random.nextInt(7)) + "#" + (1 + random.nextInt(5));
            default -> list(random, 1, 7);
          };
      boolean byMonth = random.nextBoolean();
      String cron =
          String.join(
              " ",
              list(random, 0, 59),
              list(random, 0, 23),
              byMonth ? ofMonth : "?",
              list(random, 1, 12),
              byMonth ? "?" : ofWeek,
              random.nextBoolean() ? "*" : "2020-2030/" + (1 + random.nextInt(3)));
      Instant from =
          Instant.parse("2021-01-01T00:00:00Z").plus(Duration.ofDays(random.nextInt(1500)));
      assertAsBruteForce(
          cron, zones.get(random.nextInt(zones.size())), from, from.plus(Duration.ofDays(90)));
    }
  }

  @Test
  void theNextMomentIsAfterAnyOther() {
    ScheduleExpression minutes = parse("cron(* * * * ? *)", "UTC");
    assertThat(minutes.next(Instant.parse("2026-01-01T00:00:00Z")))
        .contains(Instant.parse("2026-01-01T00:01:00Z"));
    assertThat(minutes.next(Instant.parse("2025-12-31T23:59:59.999999999Z")))
        .contains(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(minutes.next(Instant.parse("1960-01-01T00:00:00Z")))
        .contains(Instant.parse("1970-01-01T00:00:00Z"));
    assertThat(minutes.next(Instant.parse("2199-12-31T23:59:00Z"))).isEmpty();
    assertThat(parse("cron(0 0 30 2 ? *)", "UTC").next(START)).isEmpty();
    assertThat(parse("cron(0 0 29 FEB ? *)", "UTC").next(Instant.parse("2096-03-01T00:00:00Z")))
        .as("2100 is no leap year")
        .contains(Instant.parse("2104-02-29T00:00:00Z"));
  }

  @Test
  void ratesGoFromTheirStartInEqualSteps() {
    assertThat(next("rate(5 minutes)", "UTC", "2026-03-01T11:00:00Z", 3))
        .containsExactly("2026-03-01T12:00:00Z", "2026-03-01T12:05:00Z", "2026-03-01T12:10:00Z");
    assertThat(next("rate(1 hour)", "UTC", "2026-03-01T12:00:00Z", 1))
        .containsExactly("2026-03-01T13:00:00Z");
    assertThat(next("rate(1 hours)", "UTC", "2026-03-01T12:59:59Z", 1))
        .containsExactly("2026-03-01T13:00:00Z");
    // Clocks leap in the night to 8 March; a day has 24 hours all the same.
    assertThat(next("rate(1 day)", "America/New_York", "2026-03-07T12:00:00Z", 2))
        .containsExactly("2026-03-08T12:00:00Z", "2026-03-09T12:00:00Z");
    assertThat(next("rate(999999999 days)", "UTC", "2026-03-01T12:00:00Z", 1)).hasSize(1);
  }

  @Test
  void oneTimeIsByTheClockOfItsZone() {
    ScheduleExpression at = parse("at(2026-07-01T09:30:15)", "Europe/Berlin");
    assertThat(at.once()).isTrue();
    assertThat(at.next(START)).contains(Instant.parse("2026-07-01T07:30:15Z"));
    assertThat(at.next(Instant.parse("2026-07-01T07:30:15Z"))).isEmpty();
    assertThat(next("at(2026-03-08T02:30:00)", "America/New_York", "2026-03-01T00:00:00Z", 2))
        .as("clocks leap over it")
        .containsExactly("2026-03-08T07:30:00Z");
    assertThat(next("at(2026-11-01T01:30:00)", "America/New_York", "2026-03-01T00:00:00Z", 2))
        .as("it comes twice")
        .containsExactly("2026-11-01T05:30:00Z");
    assertThat(next("at(2028-02-29T00:00:00)", "UTC", "2026-03-01T00:00:00Z", 2)).hasSize(1);
  }

  @Test
  void theLastOfMomentsThatHavePassedIsFoundAndThoseBeforeItAreCounted() {
    Random random = new Random(7);
    for (String text :
        List.of(
            "cron(* * * * ? *)",
            "cron(0/5 9-17 ? * MON-FRI *)",
            "cron(0 0 1 * ? *)",
            "rate(7 minutes)",
            "at(2026-03-02T00:00:00)")) {
      ScheduleExpression expression = parse(text, "Europe/Berlin");
      Instant first = expression.next(START.minusNanos(1)).orElseThrow();
      for (int i = 0; i < 20; i++) {
        Instant bound = first.plusSeconds(random.nextInt(4_000_000));
        List<Instant> passed = all(expression, first, bound.plusNanos(1));
        assertThat(expression.last(first, bound)).isEqualTo(passed.getLast());
        assertThat(expression.count(first, passed.getLast(), Integer.MAX_VALUE))
            .isEqualTo(passed.size() - 1);
      }
    }
    ScheduleExpression minutes = parse("cron(* * * * ? *)", "UTC");
    assertThat(minutes.count(START, START.plus(Duration.ofDays(30)), 100)).isEqualTo(100);
  }

  @Test
  void whatIsNoExpressionIsRefusedWithAReason() {
    for (String text :
        List.of(
            "",
            "rate",
            "rate()",
            "rate(5)",
            "rate(0 minutes)",
            "rate(-1 minutes)",
            "rate(1.5 hours)",
            "rate(5 seconds)",
            "rate(5 weeks)",
            "rate(5 minutess)",
            "rate(9999999999 minutes)",
            "Rate(5 minutes)",
            "cron()",
            "cron(* * * * *)",
            "cron(* * * * ? * *)",
            "cron(* * * * * *)",
            "cron(* * ? * ? *)",
            "cron(60 * * * ? *)",
            "cron(* 24 * * ? *)",
            "cron(* * 0 * ? *)",
            "cron(* * 32 * ? *)",
            "cron(* * * 0 ? *)",
            "cron(* * * 13 ? *)",
            "cron(* * ? * 0 *)",
            "cron(* * ? * 8 *)",
            "cron(* * ? * MONDAY *)",
            "cron(* * ? * 3#6 *)",
            "cron(* * ? * 3#0 *)",
            "cron(* * ? * 3#1,6#3 *)",
            "cron(* * 32W * ? *)",
            "cron(* * 0W * ? *)",
            "cron(* * W * ? *)",
            "cron(* * L-3 * ? *)",
            "cron(? * * * ? *)",
            "cron(* * * ? ? *)",
            "cron(*/0 * * * ? *)",
            "cron(1, * * * ? *)",
            "cron(,1 * * * ? *)",
            "cron(1-2-3 * * * ? *)",
            "cron(1/2/3 * * * ? *)",
            "cron(L * * * ? *)",
            "cron(* * * * ? 1969)",
            "cron(* * * * ? 2200)",
            "cron(99999999999 * * * ? *)",
            "at(2026-07-01)",
            "at(2026-07-01T09:30)",
            "at(2026-07-01T09:30:00Z)",
            "at(2026-07-01 09:30:00)",
            "at(2026-02-29T09:30:00)",
            "at(2026-13-01T09:30:00)",
            "at(2026-07-01T24:30:00)",
            "at(1969-07-01T09:30:00)",
            "at(2200-07-01T09:30:00)",
            "every(5 minutes)",
            "cron(0 10 * * ? *) ")) {
      assertThatThrownBy(() -> ScheduleExpression.parse(text, UTC, START))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching(".{10,200}");
    }
  }

  /** Hostile texts end in a reason, or in an expression that answers, and in no other way. */
  @Test
  void anyTextIsAnExpressionOrRefused() {
    Random random = new Random(Long.getLong("mayfly.seed", 4711));
    String letters = "0123456789*?,-/LW#MONFRIJAN ()ratecron:T";
    List<String> seeds =
        List.of("cron(0 10 * * ? *)", "rate(5 minutes)", "at(2026-07-01T09:30:00)");
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(seeds.get(random.nextInt(3)));
      for (int change = random.nextInt(4); change >= 0; change--) {
        int at = random.nextInt(text.length());
        char letter = letters.charAt(random.nextInt(letters.length()));
        if (random.nextBoolean()) {
          text.setCharAt(at, letter);
        } else {
          text.insert(at, letter);
        }
      }
      try {
        ScheduleExpression expression =
            ScheduleExpression.parse(text.toString(), ZoneId.of("Europe/Berlin"), START);
        Optional<Instant> next = expression.next(START);
        next.ifPresent(each -> assertThat(each).as(text.toString()).isAfter(START));
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageMatching("(?s).{10,200}");
      }
    }
  }
}
