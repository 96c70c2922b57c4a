package io.mayfly.triggers;

import io.mayfly.model.MayflyException;
import io.mayfly.queue.Forward;
import io.mayfly.queue.Queues;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has bells rung when they are due, any number of them, by keys of their owners.
 *
 * <p>What a tick has written and the mark that it has rung are one transaction of the account's
 * {@link Queues}, many ticks of the same second share it, and the next tick of an alarm is looked
 * for when it is on the disk. So every tick is written once, whatever kills the process. A tick
 * that cannot be written is tried again, less and less often, until its bell gives up. Of ticks
 * that have all passed when the first of them could ring, the last one does, and the others are
 * counted as missed.
 *
 * <p>One thread waits for the next moment ({@link AlarmQueue}); what bells do runs on virtual
 * threads. Safe for use by many threads.
 */
public final class Alarms implements AutoCloseable {
  /** So many ticks share a transaction. */
  private static final int BATCH = 500;

  /** As many missed ticks are counted: a day of minutes. */
  static final int MOST_MISSED = 1_440;

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 8;

  private static final Logger log = LoggerFactory.getLogger(Alarms.class);

  private final Queues queues;
  private final AlarmListener listener;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Executor tasks;
  private final AlarmQueue<Entry> due;
  private final Map<String, Entry> entries = new HashMap<>();

  /** Up to when keys have rung that have no alarm now, or none yet. Guarded by the lock of all. */
  private final Map<String, Instant> before;

  /** One alarm with its next tick. What changes is guarded by the lock of all while it waits. */
  private static final class Entry extends AlarmQueue.Timed {
    final String key;
    final Alarm alarm;
    Tick tick;

    /** The last one that has rung. */
    Instant rung = Instant.EPOCH;

    /** Whether the tick is being written. */
    boolean ringing;

    Entry(String key, Alarm alarm) {
      this.key = key;
      this.alarm = alarm;
      this.tick = Tick.first(key, Instant.EPOCH, Instant.EPOCH);
    }
  }

  /** Reads the marks; nothing rings that has not been set. */
  public Alarms(
      Queues queues, AlarmListener listener, InstantSource clock, RandomGenerator random) {
    this(queues, listener, clock, random, task -> Thread.ofVirtual().name("alarms").start(task));
  }

  /**
   * @param tasks runs what may block, and never refuses
   */
  Alarms(
      Queues queues,
      AlarmListener listener,
      InstantSource clock,
      RandomGenerator random,
      Executor tasks) {
    this.queues = queues;
    this.listener = listener;
    this.clock = clock;
    this.random = random;
    this.tasks = tasks;
    this.before = new HashMap<>(queues.marks());
    this.due = new AlarmQueue<>("mayfly-alarms", clock, this::ring);
  }

  /**
   * Sets an alarm, instead of the one of the same key, whose ticks up to now it has had. A tick
   * that is being written then is the old one's.
   */
  public void set(String key, Alarm alarm) {
    Entry entry = new Entry(key, alarm);
    Instant mark;
    synchronized (entries) {
      mark = take(key);
      entries.put(key, entry);
    }
    plan(entry, mark);
  }

  /**
   * Up to when a key has rung. One that never has begins now, which is on the disk when this
   * returns: so a rate that nobody keeps a start of has one.
   *
   * @throws MayflyException if that cannot be stored
   */
  public Instant begun(String key) {
    Instant now = clock.instant();
    synchronized (entries) {
      Entry entry = entries.get(key);
      Instant mark = entry == null ? before.get(key) : entry.rung;
      if (mark != null && mark.isAfter(Instant.EPOCH)) {
        return mark;
      }
    }
    try {
      queues.send(List.of(), Map.of(key, now)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof MayflyException known ? known : e;
    }
    synchronized (entries) {
      before.put(key, now);
    }
    return now;
  }

  /** Takes an alarm away, if there is one. How far it has come is kept for the next of its key. */
  public void suspend(String key) {
    synchronized (entries) {
      Instant mark = take(key);
      if (mark.isAfter(Instant.EPOCH)) {
        before.put(key, mark);
      }
    }
  }

  /** Takes an alarm away, if there is one, and forgets how far it has come. */
  public void cancel(String key) {
    synchronized (entries) {
      var _ = take(key);
    }
    var _ = queues.forgetMarks(List.of(key));
  }

  /** Takes away what there is of a key; up to when it has rung. */
  private Instant take(String key) {
    Instant mark = Optional.ofNullable(before.remove(key)).orElse(Instant.EPOCH);
    Entry old = entries.remove(key);
    if (old == null) {
      return mark;
    }
    due.remove(old);
    return old.ringing ? old.tick.at() : old.rung;
  }

  /**
   * Has rung what is due by the clock. The thread does so in time; this is for clocks that are set.
   */
  public void tick() {
    due.tick();
  }

  /** Looks for the tick after a moment, and has it waited for. */
  private void plan(Entry entry, Instant after) {
    Optional<Instant> next = entry.alarm.next(after);
    synchronized (entries) {
      if (entries.get(entry.key) != entry) {
        return;
      }
      entry.rung = after;
      if (next.isPresent()) {
        Instant planned = next.get().plus(chance(entry.alarm.window()));
        entry.tick = Tick.first(entry.key, next.get(), planned);
        entry.ringing = false;
        due.add(entry, planned);
      } else {
        entries.remove(entry.key);
        before.put(entry.key, after);
      }
    }
    if (next.isPresent()) {
      entry.alarm.bell().expected(entry.tick.due());
    } else {
      tasks.execute(entry.alarm.bell()::over);
    }
  }

  private Duration chance(Duration window) {
    return window.isZero() ? window : Duration.ofMillis(random.nextLong(window.toMillis()));
  }

  private void ring(List<Entry> all) {
    synchronized (entries) {
      all.forEach(entry -> entry.ringing = true);
    }
    for (int from = 0; from < all.size(); from += BATCH) {
      List<Entry> some = List.copyOf(all.subList(from, Math.min(from + BATCH, all.size())));
      tasks.execute(() -> write(some));
    }
  }

  /** Writes what bells have for their ticks, and marks that they have rung. */
  private void write(List<Entry> all) {
    List<Forward> forwards = new ArrayList<>();
    Map<String, Instant> marks = new HashMap<>();
    List<Entry> rung = new ArrayList<>();
    for (Entry entry : all) {
      skip(entry);
      try {
        forwards.addAll(entry.alarm.bell().ring(entry.tick));
        marks.put(entry.key, entry.tick.at());
        rung.add(entry);
      } catch (MayflyException e) {
        retry(entry, e);
      } catch (RuntimeException e) {
        log.error("the alarm {} failed; it is tried again", entry.key, e);
        retry(entry, e);
      }
    }
    var _ =
        queues
            .send(forwards, marks)
            .whenComplete(
                (_, failure) ->
                    tasks.execute(
                        () -> {
                          if (failure == null) {
                            rung.forEach(this::rang);
                          } else {
                            failed(rung, failure);
                          }
                        }));
  }

  /** Of ticks whose time has passed altogether, the last one is to ring. */
  private void skip(Entry entry) {
    Instant first = entry.tick.at();
    Instant bound = clock.instant().minus(entry.alarm.window());
    if (!bound.isAfter(first)) {
      return;
    }
    Instant end = entry.alarm.until().filter(until -> until.isBefore(bound)).orElse(bound);
    Instant last = entry.alarm.times().last(first, end);
    if (last.isAfter(first)) {
      int missed = entry.alarm.times().count(first, last, MOST_MISSED);
      log.warn(
          "{} has missed {} ticks{} since {}; it fires for the last one, {}",
          entry.key,
          missed,
          missed == MOST_MISSED ? " or more" : "",
          first,
          last);
      listener.missed(entry.key, missed);
      entry.tick = Tick.first(entry.key, last, last);
    }
  }

  private void rang(Entry entry) {
    Duration late = Duration.between(entry.tick.due(), clock.instant());
    plan(entry, entry.tick.at());
    listener.rang(entry.key, late.isNegative() ? Duration.ZERO : late);
  }

  private void failed(List<Entry> all, Throwable failure) {
    Throwable reason =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    boolean later = reason instanceof MayflyException known && known.code().retryable();
    if (all.size() == 1 || later) {
      all.forEach(entry -> retry(entry, reason));
    } else {
      // One of them keeps the others from being written.
      all.forEach(entry -> write(List.of(entry)));
    }
  }

  private void retry(Entry entry, Throwable reason) {
    String why = String.valueOf(reason.getMessage());
    synchronized (entries) {
      if (entries.get(entry.key) != entry) {
        return;
      }
      int attempt = entry.tick.attempt();
      long wait = FIRST_RETRY.toMillis() << Math.min(attempt, MOST_DOUBLINGS);
      // So that those that failed together do not come together again.
      wait = wait / 2 + random.nextLong(wait);
      entry.tick = entry.tick.failed(why);
      entry.ringing = false;
      due.add(entry, clock.instant().plusMillis(wait));
    }
    listener.retried(entry.key, why);
  }

  @Override
  public void close() {
    due.close();
  }
}
