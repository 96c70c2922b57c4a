package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.queue.Forward;
import io.mayfly.queue.Holdings;
import io.mayfly.queue.Kept;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.Queues;
import io.mayfly.store.EventBusStore;
import io.mayfly.store.EventBusStore.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Archives of buses' events. Each is a durable queue from which nobody receives, {@code
 * archive/NAME}: events come into it in the transaction in which their targets are told, and go
 * when they are older than they are kept. Safe for use by many threads; one at a time makes,
 * changes or deletes one.
 */
final class Archives {
  private static final String PREFIX = "archive/";

  /** "Amazon EventBridge quotas" in the user guide. */
  static final int MOST = 100;

  private static final Duration FOR_EVER = Duration.ofDays(36_500);
  private static final String INGESTED = "Ingested";
  private static final String TRACE = "AWSTraceHeader";

  private final EventBuses buses;
  private final EventBusStore store;
  private final Queues queues;
  private final EventCounts counts;
  private final Supplier<UUID> ids;
  private final ConcurrentNavigableMap<String, Archive> archives = new ConcurrentSkipListMap<>();
  private final ReentrantLock changes = new ReentrantLock();

  /** An archive's event with its place. */
  record Entry(long place, Event event) {}

  Archives(
      EventBuses buses,
      EventBusStore store,
      Queues queues,
      EventCounts counts,
      Supplier<UUID> ids) {
    this.buses = buses;
    this.store = store;
    this.queues = queues;
    this.counts = counts;
    this.ids = ids;
    for (String document : store.documents(Kind.ARCHIVE)) {
      Archive archive = Json.MAPPER.readValue(document, Archive.class);
      archives.put(archive.name(), archive);
      if (buses.find(archive.bus()).isPresent()) {
        buses.withBus(archive.bus(), bus -> bus.addArchive(archive.name(), archive.pattern()));
      }
    }
    for (MessageQueue queue : queues.list(PREFIX)) {
      // The platform ended before the archive was kept, or before its events had gone.
      if (!archives.containsKey(queue.name().substring(PREFIX.length()))) {
        queues.delete(queue.name());
      }
    }
  }

  Optional<Archive> find(String name) {
    return Optional.ofNullable(archives.get(name));
  }

  /**
   * The archive of a name.
   *
   * @throws AwsException if there is none
   */
  Archive require(String name) {
    return find(name).orElseThrow(() -> EventsErrors.noArchive(name));
  }

  /** The archives whose names begin so, by name. */
  List<Archive> list(String prefix) {
    return archives.tailMap(prefix).values().stream()
        .takeWhile(archive -> archive.name().startsWith(prefix))
        .toList();
  }

  /**
   * Makes an archive.
   *
   * @throws AwsException if there is one of this name, no such bus, or too many archives
   */
  void create(Archive archive) {
    changes.lock();
    try {
      if (archives.containsKey(archive.name())) {
        throw EventsErrors.exists("Archive", archive.name());
      }
      if (archives.size() >= MOST) {
        throw EventsErrors.tooMany();
      }
      buses.withBus(
          archive.bus(),
          bus -> {
            var _ = queues.create(PREFIX + archive.name(), rules(archive), "");
            put(archive);
            bus.addArchive(archive.name(), archive.pattern());
          });
    } finally {
      changes.unlock();
    }
  }

  /** Changes an archive, of what it is now. */
  Archive change(String name, UnaryOperator<Archive> change) {
    changes.lock();
    try {
      Archive before = require(name);
      Archive changed = change.apply(before);
      buses.withBus(
          before.bus(),
          bus -> {
            put(changed);
            queue(name).ifPresent(queue -> queue.change(rules(changed), ""));
            if (!changed.pattern().equals(before.pattern())) {
              bus.removeArchive(name, before.pattern());
              bus.addArchive(name, changed.pattern());
            }
          });
      return changed;
    } finally {
      changes.unlock();
    }
  }

  private void put(Archive archive) {
    store.put(Kind.ARCHIVE, archive.name(), Json.MAPPER.writeValueAsString(archive));
    archives.put(archive.name(), archive);
  }

  /**
   * Deletes an archive with its events.
   *
   * @throws AwsException if there is none
   */
  void delete(String name) {
    changes.lock();
    try {
      Archive archive = require(name);
      buses.withBus(
          archive.bus(),
          bus -> {
            store.remove(Kind.ARCHIVE, name);
            archives.remove(name);
            bus.removeArchive(name, archive.pattern());
          });
      queues.delete(PREFIX + name);
    } finally {
      changes.unlock();
    }
  }

  private static QueueRules rules(Archive archive) {
    return new QueueRules(
        false,
        false,
        Duration.ZERO,
        archive.days() == 0 ? FOR_EVER : Duration.ofDays(archive.days()),
        Optional.empty());
  }

  private Optional<MessageQueue> queue(String name) {
    return queues.find(PREFIX + name);
  }

  /** What is to be written so that an archive has an event; nothing if it is gone. */
  Optional<Forward> forward(String name, Event event) {
    Optional<MessageQueue> queue = queue(name);
    if (queue.isPresent()) {
      counts.countArchived();
    }
    return queue.map(
        to ->
            new Forward(
                to,
                new NewMessage(
                    ids.get(),
                    event.bytes(),
                    Map.of(),
                    Map.of(
                        INGESTED,
                        Long.toString(event.ingested().toEpochMilli()),
                        TRACE,
                        event.trace()),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
  }

  /** What an archive has on the disk. */
  Holdings holdings(String name) {
    return queue(name).map(MessageQueue::holdings).orElse(new Holdings(0, 0));
  }

  /** Events behind a place, in the order in which they came; nothing if the archive is gone. */
  Optional<List<Entry>> read(String name, long after, int most, long bytes) {
    return queue(name)
        .map(queue -> queue.read(after, most, bytes).stream().map(Archives::entry).toList());
  }

  private static Entry entry(Kept kept) {
    Map<String, String> system = kept.system();
    return new Entry(
        kept.sequence(),
        new Event(
            new String(kept.body(), StandardCharsets.UTF_8),
            Instant.ofEpochMilli(Long.parseLong(system.getOrDefault(INGESTED, "0"))),
            system.getOrDefault(TRACE, ""),
            false));
  }
}
