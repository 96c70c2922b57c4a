package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.SqliteQueues;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alarms over real queues; a test sets the clock. */
class TestAlarms {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final QueueRules RULES =
      new QueueRules(false, false, Duration.ZERO, Duration.ofDays(4), Optional.empty());

  @TempDir Path folder;

  private volatile Instant now = START;
  private long rings;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private SqliteQueues queues;
  private MessageQueue queue;
  private Alarms alarms;

  @BeforeEach
  void open() {
    queues = SqliteQueues.open(folder.resolve("queue.db"), () -> now);
    queue = queues.find("sqs/ticks").orElseGet(() -> queues.create("sqs/ticks", RULES, ""));
    alarms = new Alarms(queues, new Listener(), () -> now, new Random(1));
  }

  @AfterEach
  void close() {
    alarms.close();
    queues.close();
  }

  /** What the next process finds. */
  private void restart() {
    close();
    open();
  }

  private final class Listener implements AlarmListener {
    @Override
    public void rang(String key, Duration late) {
      heard.add("rang " + key + " late " + late.toSeconds());
    }

    @Override
    public void missed(String key, int ticks) {
      heard.add("missed " + key + " " + ticks);
    }

    @Override
    public void retried(String key, String why) {
      heard.add("retried " + key + ": " + why);
    }
  }

  /** Sends a message that says which tick it is of. */
  private class Sending implements Bell {
    final List<Instant> expected = new CopyOnWriteArrayList<>();
    final AtomicInteger ended = new AtomicInteger();

    @Override
    public List<Forward> ring(Tick tick) {
      return List.of(forward(tick.key() + " " + tick.at(), tick));
    }

    @Override
    public void expected(Instant next) {
      expected.add(next);
    }

    @Override
    public void over() {
      ended.incrementAndGet();
    }
  }

  private Forward forward(String text, Tick tick) {
    return new Forward(
        queue,
        new NewMessage(
            tick.id(0),
            text.getBytes(StandardCharsets.UTF_8),
            Map.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Lets the clock show another time, and waits until so many more ticks have rung. */
  private void pass(Duration time, int more) {
    rings += more;
    now = now.plus(time);
    alarms.tick();
    until(() -> rung() >= rings);
    assertThat(rung()).isEqualTo(rings);
  }

  private long rung() {
    return heard.stream().filter(each -> each.startsWith("rang")).count();
  }

  /** The texts in the queue, which are taken off it. */
  private List<String> sent() {
    List<String> texts = new ArrayList<>();
    List<Delivery> some = queue.receive(10, Duration.ofHours(1));
    while (!some.isEmpty()) {
      some.forEach(each -> texts.add(new String(each.body(), StandardCharsets.UTF_8)));
      queue.delete(some.stream().map(Delivery::receipt).toList(), List.of()).join();
      some = queue.receive(10, Duration.ofHours(1));
    }
    return texts;
  }

  private static ScheduleExpression parse(String text) {
    return ScheduleExpression.parse(text, UTC, START);
  }

  @Test
  void ticksRingWhenTheyAreDueAndNotBefore() {
    Sending bell = new Sending();
    alarms.set("a", Alarm.of(parse("rate(5 minutes)"), START.plusNanos(1), bell));
    alarms.set("b", Alarm.of(parse("cron(2 * * * ? *)"), START, bell));
    alarms.set("c", Alarm.of(parse("at(2026-03-01T12:03:30)"), START, bell));
    pass(Duration.ofSeconds(119), 0);
    pass(Duration.ofSeconds(1), 1);
    pass(Duration.ofMinutes(2), 1);
    pass(Duration.ofMinutes(1), 1);
    assertThat(sent())
        .containsExactly(
            "b 2026-03-01T12:02:00Z", "c 2026-03-01T12:03:30Z", "a 2026-03-01T12:05:00Z");
    until(() -> bell.ended.get() == 1);
    assertThat(heard).contains("rang c late 30");
    assertThat(bell.expected)
        .contains(START.plusSeconds(300), START.plusSeconds(120), START.plusSeconds(600));
  }

  @Test
  void theMachinesClockNeedsNobodyToTick() {
    Instant next = Instant.now().plusMillis(300);
    List<Instant> rang = new CopyOnWriteArrayList<>();
    try (Alarms real =
        new Alarms(queues, new Listener(), java.time.Clock.systemUTC(), new Random(1))) {
      real.set(
          "real",
          Alarm.of(
              new OneTimeExpression(next),
              next,
              tick -> {
                rang.add(Instant.now());
                return List.of();
              }));
      until(() -> !rang.isEmpty());
    }
    assertThat(rang.getFirst()).isBetween(next, next.plusSeconds(5));
  }

  @Test
  void whatHasRungDoesNotRingAgainAfterARestart() {
    Alarm minutes = Alarm.of(parse("cron(* * * * ? *)"), START, new Sending());
    alarms.set("a", minutes);
    pass(Duration.ZERO, 1);
    pass(Duration.ofMinutes(1), 1);
    restart();
    alarms.set("a", minutes);
    pass(Duration.ofSeconds(59), 0);
    pass(Duration.ofSeconds(1), 1);
    assertThat(sent())
        .containsExactly(
            "a 2026-03-01T12:00:00Z", "a 2026-03-01T12:01:00Z", "a 2026-03-01T12:02:00Z");
  }

  @Test
  void afterALongTimeDownTheLastTickRingsAndTheOthersAreMissed() {
    Alarm minutes = Alarm.of(parse("rate(1 minute)"), START, new Sending());
    Sending once = new Sending();
    Alarm late = Alarm.of(parse("at(2026-03-01T12:30:00)"), START, once);
    alarms.set("a", minutes);
    alarms.set("late", late);
    pass(Duration.ZERO, 1);
    close();
    now = START.plus(Duration.ofMinutes(90)).plusSeconds(10);
    open();
    alarms.set("a", minutes);
    alarms.set("late", late);
    pass(Duration.ZERO, 2);
    assertThat(sent())
        .containsExactlyInAnyOrder(
            "a 2026-03-01T12:00:00Z", "a 2026-03-01T13:30:00Z", "late 2026-03-01T12:30:00Z");
    assertThat(heard).contains("missed a 89").doesNotContain("missed late 1");
    until(() -> once.ended.get() == 1);
    restart();
    alarms.set("late", late);
    until(() -> once.ended.get() == 2);
    assertThat(sent()).isEmpty();
  }

  @Test
  void countingWhatWasMissedHasAnEnd() {
    alarms.set("a", Alarm.of(parse("cron(* * * * ? *)"), START, new Sending()));
    pass(Duration.ofDays(365), 1);
    assertThat(heard).contains("missed a " + Alarms.MOST_MISSED);
    assertThat(sent()).containsExactly("a 2027-03-01T12:00:00Z");
  }

  @Test
  void thousandsOfTheSameSecondAreWrittenTogether() {
    Alarm minutes = Alarm.of(parse("cron(* * * * ? *)"), START.plusSeconds(1), new Sending());
    for (int i = 0; i < 3_000; i++) {
      alarms.set("key-" + i, minutes);
    }
    pass(Duration.ofMinutes(1), 3_000);
    assertThat(queue.depth().ready()).isEqualTo(3_000);
    assertThat(queues.marks()).hasSize(3_000).containsEntry("key-2999", START.plusSeconds(60));
  }

  @Test
  void whatCannotRingIsTriedAgainLessAndLessOften() {
    AtomicInteger attempts = new AtomicInteger();
    List<String> errors = new CopyOnWriteArrayList<>();
    alarms.set(
        "a",
        Alarm.of(
            parse("at(2026-03-01T12:00:10)"),
            START,
            tick -> {
              errors.add(tick.attempt() + " " + tick.error());
              if (attempts.incrementAndGet() <= 3) {
                throw new MayflyException(ErrorCode.SERVICE_UNAVAILABLE, "later");
              }
              return List.of(forward("told", tick));
            }));
    now = now.plusSeconds(10);
    alarms.tick();
    for (int i = 1; i <= 3; i++) {
      int failed = i;
      until(() -> heard.stream().filter("retried a: later"::equals).count() == failed);
      int before = attempts.get();
      alarms.tick();
      assertThat(attempts).as("not before its time").hasValue(before);
      now = now.plusSeconds(1L << (i + 1));
      alarms.tick();
    }
    until(() -> rung() == 1);
    assertThat(sent()).containsExactly("told");
    assertThat(errors).containsExactly("0 ", "1 later", "2 later", "3 later");
  }

  @Test
  void oneThatCannotBeWrittenKeepsNoOtherFromRinging() {
    MessageQueue gone = queues.create("sqs/gone", RULES, "");
    queues.delete("sqs/gone");
    AtomicInteger asked = new AtomicInteger();
    alarms.set(
        "bad",
        Alarm.of(
            parse("at(2026-03-01T12:00:10)"),
            START,
            tick -> {
              asked.incrementAndGet();
              return tick.attempt() == 0
                  ? List.of(new Forward(gone, forward("bad", tick).message()))
                  : List.of();
            }));
    alarms.set("good", Alarm.of(parse("at(2026-03-01T12:00:10)"), START, new Sending()));
    now = now.plusSeconds(10);
    alarms.tick();
    until(() -> heard.stream().anyMatch(each -> each.equals("rang good late 0")));
    until(() -> heard.stream().anyMatch(each -> each.startsWith("retried bad")));
    now = now.plusSeconds(10);
    alarms.tick();
    until(() -> heard.stream().anyMatch(each -> each.startsWith("rang bad")));
    assertThat(sent()).containsExactly("good 2026-03-01T12:00:10Z");
    assertThat(asked.get()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aWindowIsLeftToChanceAndNoTickIsMissedInIt() {
    Sending bell = new Sending();
    alarms.set(
        "a",
        new Alarm(
            parse("rate(10 minutes)"), START, Optional.empty(), Duration.ofMinutes(30), bell));
    for (int i = 0; i < 20; i++) {
      int number = i + 1;
      until(() -> bell.expected.size() >= number);
      Instant due = bell.expected.get(i);
      Instant tick = START.plus(Duration.ofMinutes(10L * i));
      assertThat(due).isBetween(tick, tick.plus(Duration.ofMinutes(30)));
      // One that had its moment while the one before it waited rings at once.
      now = due.isAfter(now) ? due : now;
      alarms.tick();
      until(() -> rung() >= number);
    }
    assertThat(heard).noneMatch(each -> each.startsWith("missed"));
    assertThat(sent())
        .hasSizeGreaterThanOrEqualTo(20)
        .startsWith("a 2026-03-01T12:00:00Z", "a 2026-03-01T12:10:00Z")
        .contains("a 2026-03-01T15:10:00Z")
        .doesNotHaveDuplicates();
    assertThat(Duration.between(START, bell.expected.getFirst())).isPositive();
  }

  @Test
  void anAlarmEndsAfterItsLastMoment() {
    Sending bell = new Sending();
    alarms.set(
        "a",
        new Alarm(
            parse("rate(1 minute)"),
            START,
            Optional.of(START.plusSeconds(60)),
            Duration.ZERO,
            bell));
    pass(Duration.ZERO, 1);
    pass(Duration.ofMinutes(10), 1);
    until(() -> bell.ended.get() == 1);
    assertThat(sent()).containsExactly("a 2026-03-01T12:00:00Z", "a 2026-03-01T12:01:00Z");
  }

  @Test
  void aReplacedAlarmGoesOnWhereTheOldOneWasAndACancelledOneIsForgotten() {
    Alarm minutes = Alarm.of(parse("rate(1 minute)"), START, new Sending());
    alarms.set("a", minutes);
    pass(Duration.ZERO, 1);
    alarms.set("a", minutes);
    pass(Duration.ofSeconds(59), 0);
    pass(Duration.ofSeconds(1), 1);
    alarms.suspend("a");
    pass(Duration.ofMinutes(1), 0);
    alarms.set("a", minutes);
    pass(Duration.ZERO, 1);
    alarms.cancel("a");
    pass(Duration.ofMinutes(1), 0);
    assertThat(sent())
        .containsExactly(
            "a 2026-03-01T12:00:00Z", "a 2026-03-01T12:01:00Z", "a 2026-03-01T12:02:00Z");
    until(() -> queues.marks().isEmpty());
    alarms.cancel("never set");
  }

  @Test
  void aKeyBeginsOnceHoweverOftenTheProcessIsStarted() {
    for (int minute = 0; minute < 7; minute++) {
      now = START.plus(Duration.ofMinutes(minute));
      Instant begun = alarms.begun("rule");
      alarms.set(
          "rule",
          Alarm.of(
              new RateExpression(begun, Duration.ofMinutes(3)), begun.plusNanos(1), new Sending()));
      if (minute == 3 || minute == 6) {
        rings++;
        until(() -> rung() == rings);
      }
      restart();
    }
    assertThat(sent()).containsExactly("rule 2026-03-01T12:03:00Z", "rule 2026-03-01T12:06:00Z");
  }

  @Test
  void aTickIsKnownByTheSameIdsWheneverItIsTried() {
    Tick tick = Tick.first("arn", START, START);
    assertThat(tick.failed("x").executionId()).isEqualTo(tick.executionId()).hasSize(16);
    assertThat(tick.failed("x").id(0)).isEqualTo(tick.id(0)).isNotEqualTo(tick.id(1));
    Tick other = Tick.first("arn", START.plusSeconds(60), START);
    assertThat(other.executionId()).isNotEqualTo(tick.executionId());
  }
}
