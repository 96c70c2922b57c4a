package io.mayfly.server;

import io.mayfly.meter.SourceMetrics;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.triggers.SourceListener;
import java.util.Locale;

/** Tells an account's meter of event sources. */
record SourceMeter(SourceMetrics metrics) implements SourceListener {
  @Override
  public void ended(EventSourceMapping mapping, int messages, Result result) {
    metrics.ended(mapping.uuid(), result.name().toLowerCase(Locale.ROOT), messages);
  }

  @Override
  public void looped(EventSourceMapping mapping, int messages) {
    metrics.looped(mapping.uuid(), messages);
  }

  @Override
  public void discarded(EventSourceMapping mapping, int records) {
    metrics.discarded(mapping.uuid(), records);
  }

  @Override
  public void filtered(EventSourceMapping mapping, int messages) {
    metrics.filtered(mapping.uuid(), messages);
  }

  @Override
  public void throttled(EventSourceMapping mapping) {
    metrics.throttled(mapping.uuid());
  }
}
