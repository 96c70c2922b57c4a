package io.mayfly.triggers;

import io.mayfly.model.EventSourceMapping;
import java.util.concurrent.atomic.AtomicLong;

/** Queues of SQS as event sources. */
public final class SqsSources implements MappedSource.Kind {
  private final SourcePorts ports;
  private final EventQueues queues;

  /** How many bytes batches of all mappings have in memory. */
  private final AtomicLong held = new AtomicLong();

  public SqsSources(SourcePorts ports, EventQueues queues) {
    this.ports = ports;
    this.queues = queues;
  }

  @Override
  public void check(EventSourceMapping mapping) {
    SqsSource.check(ports, queues, mapping);
  }

  @Override
  public MappedSource open(EventSourceMapping mapping) {
    return new SqsSource(ports, queues, held, mapping);
  }
}
