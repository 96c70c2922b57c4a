package io.mayfly.triggers;

import io.mayfly.functions.EventDeliveries;
import io.mayfly.model.EventSource.Kind;
import io.mayfly.model.EventSourceMapping;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The event sources that functions are called with records of, one for each mapping. Queues of SQS
 * deliver; mappings of other sources are kept, and bring nothing. Safe for use by many threads.
 */
public final class EventSources implements EventDeliveries, AutoCloseable {
  /** What batches that are under way have, when all ends, to give back their messages. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final SourcePorts ports;
  private final AtomicLong held = new AtomicLong();
  private final Map<String, SqsSource> sources = new ConcurrentHashMap<>();
  private final Map<String, SqsSource> leaving = new ConcurrentHashMap<>();

  public EventSources(SourcePorts ports) {
    this.ports = ports;
  }

  @Override
  public void check(EventSourceMapping mapping) {
    if (mapping.source().kind() == Kind.SQS) {
      SqsSource.check(ports, mapping);
    }
  }

  @Override
  public void changed(EventSourceMapping mapping) {
    if (mapping.source().kind() == Kind.SQS) {
      sources
          .computeIfAbsent(mapping.uuid(), _ -> new SqsSource(ports, held, mapping))
          .change(mapping);
    }
    leaving.values().removeIf(source -> !source.busy());
  }

  @Override
  public void removed(EventSourceMapping mapping) {
    SqsSource source = sources.remove(mapping.uuid());
    if (source != null) {
      source.stop();
      leaving.put(mapping.uuid(), source);
    }
    leaving.values().removeIf(each -> !each.busy());
  }

  @Override
  public Status status(EventSourceMapping mapping) {
    SqsSource source = sources.get(mapping.uuid());
    return source == null ? EventDeliveries.none().status(mapping) : source.status();
  }

  @Override
  public Optional<EventSourceMapping> leaving(String uuid) {
    return Optional.ofNullable(leaving.get(uuid)).filter(SqsSource::busy).map(SqsSource::mapping);
  }

  /** Takes no more messages, and gives back those that calls are under way with. */
  @Override
  public void close() {
    sources.values().forEach(SqsSource::stop);
    sources.values().forEach(source -> source.interrupt(PATIENCE));
    leaving.values().forEach(source -> source.interrupt(PATIENCE));
  }
}
