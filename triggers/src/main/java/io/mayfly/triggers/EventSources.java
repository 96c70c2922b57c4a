package io.mayfly.triggers;

import io.mayfly.functions.EventDeliveries;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSourceMapping;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The event sources that functions are called with records of, one for each mapping. Mappings of
 * sources whose kind is not known here are kept, and bring nothing. Safe for use by many threads.
 */
public final class EventSources implements EventDeliveries, AutoCloseable {
  /** What calls that are under way have, when all ends, to give their records back. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Map<EventSource.Kind, MappedSource.Kind> kinds;
  private final Map<String, MappedSource> sources = new ConcurrentHashMap<>();
  private final Map<String, MappedSource> leaving = new ConcurrentHashMap<>();

  public EventSources(Map<EventSource.Kind, MappedSource.Kind> kinds) {
    this.kinds = Map.copyOf(kinds);
  }

  private Optional<MappedSource.Kind> kind(EventSourceMapping mapping) {
    return Optional.ofNullable(kinds.get(mapping.source().kind()));
  }

  @Override
  public void check(EventSourceMapping mapping) {
    kind(mapping).ifPresent(kind -> kind.check(mapping));
  }

  @Override
  public void changed(EventSourceMapping mapping) {
    kind(mapping)
        .ifPresent(
            kind ->
                sources.computeIfAbsent(mapping.uuid(), _ -> kind.open(mapping)).change(mapping));
    leaving.values().removeIf(source -> !source.busy());
  }

  @Override
  public void removed(EventSourceMapping mapping) {
    MappedSource source = sources.remove(mapping.uuid());
    if (source != null) {
      source.stop();
      leaving.put(mapping.uuid(), source);
    }
    leaving.values().removeIf(each -> !each.busy());
  }

  @Override
  public Status status(EventSourceMapping mapping) {
    MappedSource source = sources.get(mapping.uuid());
    return source == null ? EventDeliveries.none().status(mapping) : source.status();
  }

  @Override
  public Optional<EventSourceMapping> leaving(String uuid) {
    return Optional.ofNullable(leaving.get(uuid))
        .filter(MappedSource::busy)
        .map(MappedSource::mapping);
  }

  /** Takes no more records, and gives back those that calls are under way with. */
  @Override
  public void close() {
    sources.values().forEach(MappedSource::stop);
    // All at once, so that many of them take no longer than one.
    List<Thread> endings =
        Stream.concat(sources.values().stream(), leaving.values().stream())
            .map(source -> Thread.startVirtualThread(() -> source.interrupt(PATIENCE)))
            .toList();
    for (Thread ending : endings) {
      try {
        ending.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
