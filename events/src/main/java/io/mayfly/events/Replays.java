package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.Forward;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.Queues;
import io.mayfly.store.EventBusStore;
import io.mayfly.store.EventBusStore.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends archived events to their bus again. How far a replay has come is a message in a durable
 * queue of its own: it is taken out in the transaction that tells the targets of the next events,
 * and that puts in how far it is then. So a replay goes on after the platform was killed where it
 * was, and no event is replayed twice. Replays take turns, a page of events each. Safe for use by
 * many threads.
 */
final class Replays implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Replays.class);
  private static final String QUEUE = "events/replays";

  /** "Amazon EventBridge quotas" in the user guide. */
  static final int MOST_ACTIVE = 10;

  /** "DescribeReplay" in the API reference. */
  private static final Duration KEPT = Duration.ofDays(90);

  private static final int PAGE = 200;
  private static final long PAGE_BYTES = 4 << 20;

  /** When targets are told so much, the page ends. */
  private static final long MOST_WRITTEN = 32 << 20;

  /** Long enough for ten pages; after it, or after a kill, a replay goes on. */
  private static final Duration LEASE = Duration.ofSeconds(20);

  private static final String NAME = "Replay";
  private static final String PLACE = "Place";

  private final EventBuses buses;
  private final Archives archives;
  private final EventBusStore store;
  private final Drain drain;
  private final Supplier<UUID> ids;
  private final InstantSource clock;
  private final ConcurrentNavigableMap<String, Replay> replays = new ConcurrentSkipListMap<>();
  private final ReentrantLock changes = new ReentrantLock();

  Replays(
      EventBuses buses,
      Archives archives,
      EventBusStore store,
      Queues queues,
      Supplier<UUID> ids,
      Executor tasks) {
    this.buses = buses;
    this.archives = archives;
    this.store = store;
    this.drain = new Drain(queues, QUEUE, LEASE, tasks);
    this.ids = ids;
    this.clock = buses.clock();
    for (String document : store.documents(Kind.REPLAY)) {
      Replay replay = Json.MAPPER.readValue(document, Replay.class);
      replays.put(replay.name(), replay);
    }
  }

  /** Begins to replay. */
  void start(Router router) {
    drain.start(delivery -> page(router, delivery));
  }

  @Override
  public void close() {
    drain.close();
  }

  Optional<Replay> find(String name) {
    return Optional.ofNullable(replays.get(name));
  }

  /**
   * The replay of a name.
   *
   * @throws AwsException if there is none
   */
  Replay require(String name) {
    return find(name).orElseThrow(() -> EventsErrors.noReplay(name));
  }

  /** The replays whose names begin so, by name. */
  List<Replay> list(String prefix) {
    return replays.tailMap(prefix).values().stream()
        .takeWhile(replay -> replay.name().startsWith(prefix))
        .toList();
  }

  /**
   * Begins a replay.
   *
   * @throws AwsException if there is one of this name, or too many are under way
   */
  void begin(Replay replay) {
    changes.lock();
    try {
      forgetOld();
      if (replays.containsKey(replay.name())) {
        throw EventsErrors.exists("Replay", replay.name());
      }
      if (replays.values().stream().filter(each -> each.state().active()).count() >= MOST_ACTIVE) {
        throw EventsErrors.tooMany();
      }
      put(replay);
      try {
        var _ = Waiting.on(drain.queue().send(List.of(cursor(replay.name(), 0))));
      } catch (RuntimeException e) {
        store.remove(Kind.REPLAY, replay.name());
        replays.remove(replay.name());
        throw e;
      }
    } finally {
      changes.unlock();
    }
  }

  /**
   * Ends a replay soon; what it has sent stays sent.
   *
   * @throws AwsException if there is none, or it is over
   */
  Replay cancel(String name) {
    return change(
        name,
        replay -> {
          if (replay.state() != Replay.State.STARTING && replay.state() != Replay.State.RUNNING) {
            throw EventsErrors.illegalStatus(
                "Replay %s is not in a valid state for this operation.".formatted(name));
          }
          return replay.with(Replay.State.CANCELLING);
        });
  }

  private Replay change(String name, UnaryOperator<Replay> change) {
    changes.lock();
    try {
      Replay changed = change.apply(require(name));
      put(changed);
      return changed;
    } finally {
      changes.unlock();
    }
  }

  private void put(Replay replay) {
    store.put(Kind.REPLAY, replay.name(), Json.MAPPER.writeValueAsString(replay));
    replays.put(replay.name(), replay);
  }

  private void forgetOld() {
    Instant fresh = clock.instant().minus(KEPT);
    for (Replay replay : List.copyOf(replays.values())) {
      if (!replay.state().active() && replay.started().isBefore(fresh)) {
        store.remove(Kind.REPLAY, replay.name());
        replays.remove(replay.name());
      }
    }
  }

  private NewMessage cursor(String name, long place) {
    return new NewMessage(
        ids.get(),
        new byte[0],
        Map.of(),
        Map.of(NAME, name, PLACE, Long.toString(place)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Replays some events, or ends the replay. */
  private void page(Router router, Delivery delivery) {
    String name = delivery.system().getOrDefault(NAME, "");
    long place = Long.parseLong(delivery.system().getOrDefault(PLACE, "0"));
    List<Forward> forwards = new ArrayList<>();
    Optional<Replay> replay = find(name).filter(each -> each.state().active());
    if (replay.isPresent()) {
      forwards.addAll(next(router, replay.get(), place));
    }
    var _ = Waiting.on(drain.queue().delete(List.of(delivery.receipt()), forwards));
  }

  private List<Forward> next(Router router, Replay replay, long place) {
    String name = replay.name();
    if (replay.state() == Replay.State.CANCELLING) {
      end(name, Replay.State.CANCELLED, Optional.empty());
      return List.of();
    }
    Optional<List<Archives.Entry>> page = archives.read(replay.archive(), place, PAGE, PAGE_BYTES);
    if (page.isEmpty() || buses.find(replay.bus()).isEmpty()) {
      end(
          name,
          Replay.State.FAILED,
          Optional.of(
              page.isEmpty()
                  ? "Archive %s does not exist.".formatted(replay.archive())
                  : "Event bus %s does not exist.".formatted(replay.bus())));
      return List.of();
    }
    if (page.get().isEmpty()) {
      end(name, Replay.State.COMPLETED, Optional.empty());
      return List.of();
    }
    Page sent = new Page(place);
    Set<String> rules = Set.copyOf(replay.rules());
    for (Archives.Entry entry : page.get()) {
      if (Router.bytes(sent.forwards) > MOST_WRITTEN) {
        break;
      }
      sent.add(
          entry, replay, () -> router.replay(entry.event().replayedBy(name), replay.bus(), rules));
    }
    reached(name, sent.last);
    sent.forwards.add(new Forward(drain.queue(), cursor(name, sent.place)));
    return sent.forwards;
  }

  /** What is replayed at a time. */
  private static final class Page {
    private final List<Forward> forwards = new ArrayList<>();
    private long place;
    private Optional<Instant> last = Optional.empty();

    Page(long place) {
      this.place = place;
    }

    void add(Archives.Entry entry, Replay replay, Supplier<List<Forward>> sent) {
      place = entry.place();
      Optional<Instant> time = time(entry.event());
      if (time.isEmpty() || time.get().isBefore(replay.from()) || time.get().isAfter(replay.to())) {
        return;
      }
      try {
        forwards.addAll(sent.get());
        last = time;
      } catch (AwsException e) {
        log.warn("an archived event cannot be replayed by {}: {}", replay.name(), e.getMessage());
      }
    }
  }

  private static Optional<Instant> time(Event event) {
    try {
      return Optional.of(Instant.parse(event.tree().path("time").stringValue("")));
    } catch (DateTimeParseException e) {
      log.warn("an archived event has no time and is not replayed: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** That it runs is kept once; how far it is stands in the queue. */
  private void reached(String name, Optional<Instant> last) {
    changes.lock();
    try {
      Replay replay = require(name).reached(last);
      if (replay.state() == Replay.State.STARTING) {
        put(replay.with(Replay.State.RUNNING));
      } else {
        replays.put(name, replay);
      }
    } finally {
      changes.unlock();
    }
  }

  private void end(String name, Replay.State how, Optional<String> why) {
    var _ = change(name, replay -> replay.ended(how, why, clock.instant()));
  }
}
