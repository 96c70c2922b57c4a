package io.mayfly.scheduler;

import io.mayfly.store.ScheduleStore;
import io.mayfly.store.ScheduleStore.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The schedules of an account with their groups, in memory and on the disk, and their alarms. The
 * group {@code default} is always there. Safe for use by many threads: changes of different
 * schedules share their way to the disk.
 */
public final class Schedules {
  /** AWS's default. */
  static final int MOST_GROUPS = 500;

  /** What all schedules may take of the memory, and about what one takes beside its input. */
  private static final long MOST_BYTES = 256L << 20;

  private static final long BYTES = 1_000;

  private static final int STRIPES = 64;
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Logger log = LoggerFactory.getLogger(Schedules.class);

  private final SchedulerPorts ports;
  private final ScheduleStore store;
  private final SchedulerArns arns;
  private final TargetCalls calls;
  private final ScheduleRules rules;
  private final SpentTokens spent = new SpentTokens();
  private final AtomicLong bytes = new AtomicLong();
  private final ConcurrentNavigableMap<String, ScheduleGroup> groups =
      new ConcurrentSkipListMap<>();
  private final ConcurrentNavigableMap<ScheduleKey, Schedule> schedules =
      new ConcurrentSkipListMap<>();

  /** Who changes a schedule reads; who changes groups writes. Taken before a stripe. */
  private final ReadWriteLock groupChanges = new ReentrantReadWriteLock();

  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  /** Reads what is on the disk, and sets the alarms of it. */
  public Schedules(SchedulerPorts ports) {
    this.ports = ports;
    this.store = ports.store();
    this.arns = new SchedulerArns(ports.account());
    this.calls = new TargetCalls(ports.account());
    this.rules = new ScheduleRules(ports, arns, calls);
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
    Instant now = ports.clock().instant();
    groups.put(
        ScheduleGroup.DEFAULT,
        new ScheduleGroup(ScheduleGroup.DEFAULT, Map.of(), Optional.empty(), now, now));
    for (String document : store.documents(Kind.GROUP)) {
      ScheduleGroup group = JSON.readValue(document, ScheduleGroup.class);
      groups.put(group.name(), group);
    }
    for (String document : store.documents(Kind.SCHEDULE)) {
      Schedule schedule = JSON.readValue(document, Schedule.class);
      schedules.put(schedule.key(), schedule);
      bytes.addAndGet(bytes(schedule));
    }
    schedules.values().forEach(this::setAlarm);
  }

  SchedulerArns arns() {
    return arns;
  }

  /**
   * Makes a schedule, if the same request has not made it before.
   *
   * @throws io.mayfly.aws.AwsException if there is one, no such group, or it cannot be
   */
  void create(ScheduleRequest asked) {
    ScheduleKey key = asked.key();
    change(
        key,
        () -> {
          var _ = group(key.group());
          Optional<Schedule> before = find(key);
          if (before.isEmpty()) {
            Schedule schedule = rules.check(asked, Optional.empty());
            if (bytes.get() + bytes(schedule) > MOST_BYTES) {
              throw SchedulerErrors.tooMany(
                  "The schedules of an account have %d MB at most.".formatted(MOST_BYTES >> 20));
            }
            put(schedule);
          } else if (asked.clientToken().isEmpty() || !before.get().asked().equals(asked)) {
            throw SchedulerErrors.scheduleExists(key.name());
          }
          return true;
        });
  }

  /**
   * Replaces all that was said of a schedule.
   *
   * @throws io.mayfly.aws.AwsException if there is no such schedule, or it cannot be
   */
  void update(ScheduleRequest asked) {
    change(
        asked.key(),
        () -> {
          put(rules.check(asked, Optional.of(require(asked.key()))));
          return true;
        });
  }

  private void put(Schedule schedule) {
    store.put(Kind.SCHEDULE, schedule.key().toString(), JSON.writeValueAsString(schedule));
    Schedule before = schedules.put(schedule.key(), schedule);
    bytes.addAndGet(bytes(schedule) - (before == null ? 0 : bytes(before)));
    setAlarm(schedule);
  }

  private static long bytes(Schedule schedule) {
    return BYTES + schedule.asked().target().input().map(String::length).orElse(0);
  }

  private void setAlarm(Schedule schedule) {
    String arn = arns.schedule(schedule.key());
    if (schedule.asked().enabled()) {
      ports
          .alarms()
          .set(
              arn,
              schedule.alarm(
                  new ScheduleBell(ports, calls, arn, schedule, () -> completed(schedule))));
    } else {
      ports.alarms().suspend(arn);
      ports.expected().forget(arn);
    }
  }

  /** A schedule has no ticks any more. */
  private void completed(Schedule schedule) {
    ports.expected().forget(arns.schedule(schedule.key()));
    if (schedule.asked().deletedWhenOver()) {
      change(
          schedule.key(),
          () -> {
            if (find(schedule.key()).filter(schedule::equals).isPresent()) {
              remove(schedule.key());
              log.info("{} is complete and was deleted", arns.schedule(schedule.key()));
            }
            return true;
          });
    }
  }

  /**
   * Deletes a schedule, if the same request has not done so before.
   *
   * @throws io.mayfly.aws.AwsException if there is no such schedule
   */
  void delete(ScheduleKey key, Optional<String> token) {
    change(
        key,
        () -> {
          if (find(key).isEmpty() && spent.isSpent(token, key.toString())) {
            return true;
          }
          var _ = require(key);
          remove(key);
          spent.spend(token, key.toString());
          return true;
        });
  }

  private void remove(ScheduleKey key) {
    store.remove(Kind.SCHEDULE, key.toString());
    forget(key);
  }

  private void forget(ScheduleKey key) {
    Schedule gone = schedules.remove(key);
    if (gone != null) {
      bytes.addAndGet(-bytes(gone));
    }
    ports.alarms().cancel(arns.schedule(key));
    ports.expected().forget(arns.schedule(key));
  }

  private void change(ScheduleKey key, Supplier<Boolean> change) {
    ReentrantLock stripe = stripes[Math.floorMod(key.hashCode(), STRIPES)];
    groupChanges.readLock().lock();
    stripe.lock();
    try {
      var _ = change.get();
    } finally {
      stripe.unlock();
      groupChanges.readLock().unlock();
    }
  }

  Optional<Schedule> find(ScheduleKey key) {
    return Optional.ofNullable(schedules.get(key));
  }

  /**
   * A schedule.
   *
   * @throws io.mayfly.aws.AwsException if there is none
   */
  Schedule require(ScheduleKey key) {
    return find(key).orElseThrow(() -> SchedulerErrors.noSchedule(key.name()));
  }

  /** All schedules by group and name. */
  List<Schedule> list() {
    return List.copyOf(schedules.values());
  }

  /** The schedules of a group by name. */
  List<Schedule> list(String group) {
    return schedules.tailMap(new ScheduleKey(group, "")).values().stream()
        .takeWhile(each -> each.key().group().equals(group))
        .toList();
  }

  /**
   * A group.
   *
   * @throws io.mayfly.aws.AwsException if there is none
   */
  ScheduleGroup group(String name) {
    return Optional.ofNullable(groups.get(name)).orElseThrow(() -> SchedulerErrors.noGroup(name));
  }

  /** The groups by name. */
  List<ScheduleGroup> groups() {
    return List.copyOf(groups.values());
  }

  /**
   * Makes a group, if the same request has not made it before.
   *
   * @throws io.mayfly.aws.AwsException if there is one, or there are too many
   */
  void createGroup(String name, Map<String, String> tags, Optional<String> token) {
    changeGroups(
        () -> {
          ScheduleGroup before = groups.get(name);
          if (before != null) {
            if (token.isPresent() && before.token().equals(token) && before.tags().equals(tags)) {
              return;
            }
            throw SchedulerErrors.groupExists(name);
          }
          if (groups.size() >= MOST_GROUPS) {
            throw SchedulerErrors.tooMany(
                "An account can have %d schedule groups.".formatted(MOST_GROUPS));
          }
          Instant now = ports.clock().instant();
          put(new ScheduleGroup(name, tags, token, now, now));
        });
  }

  /**
   * Changes the tags of a group.
   *
   * @throws io.mayfly.aws.AwsException if there is no such group, or the tags cannot be
   */
  void changeTags(String group, UnaryOperator<Map<String, String>> change) {
    changeGroups(
        () -> {
          ScheduleGroup before = group(group);
          put(before.withTags(Tag.checked(change.apply(before.tags())), ports.clock().instant()));
        });
  }

  private void put(ScheduleGroup group) {
    store.put(Kind.GROUP, group.name(), JSON.writeValueAsString(group));
    groups.put(group.name(), group);
  }

  /**
   * Deletes a group with its schedules, if the same request has not done so before.
   *
   * @throws io.mayfly.aws.AwsException if there is no such group, or it is the default one
   */
  void deleteGroup(String name, Optional<String> token) {
    if (name.equals(ScheduleGroup.DEFAULT)) {
      throw SchedulerErrors.invalid("The default schedule group cannot be deleted.");
    }
    changeGroups(
        () -> {
          if (!groups.containsKey(name) && spent.isSpent(token, name)) {
            return;
          }
          var _ = group(name);
          List<ScheduleKey> own = list(name).stream().map(Schedule::key).toList();
          store.removeGroup(name, own.stream().map(ScheduleKey::toString).toList());
          groups.remove(name);
          own.forEach(this::forget);
          spent.spend(token, name);
        });
  }

  private void changeGroups(Runnable change) {
    groupChanges.writeLock().lock();
    try {
      change.run();
    } finally {
      groupChanges.writeLock().unlock();
    }
  }
}
