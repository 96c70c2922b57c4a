package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** {@code PurgeQueue}: at once, and once in a minute. */
final class PurgeQueue implements Operation<PurgeQueue.Input, Operation.Nothing> {
  record Input(String queueUrl) {}

  private static final long PAUSE = Duration.ofSeconds(60).toMillis();

  private final SqsQueues queues;

  /** When each queue was purged, by its id, in milliseconds since 1970; older ones are dropped. */
  private final Map<String, Long> purged = new ConcurrentHashMap<>();

  PurgeQueue(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    SqsQueue queue = queues.byUrl(input.queueUrl());
    long now = queues.now();
    purged.values().removeIf(time -> now - time >= PAUSE);
    if (purged.putIfAbsent(queue.document().id(), now) != null) {
      throw SqsErrors.purging(queue.name());
    }
    try {
      Waiting.on(queue.messages().purge());
    } catch (RuntimeException e) {
      purged.remove(queue.document().id());
      throw e;
    }
    return Nothing.VALUE;
  }
}
