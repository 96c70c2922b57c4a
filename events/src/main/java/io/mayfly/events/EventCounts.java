package io.mayfly.events;

import java.util.concurrent.atomic.LongAdder;

/** What has come of events since the start of the platform. Safe for use by many threads. */
public final class EventCounts {
  private final LongAdder received = new LongAdder();
  private final LongAdder matched = new LongAdder();
  private final LongAdder delivered = new LongAdder();
  private final LongAdder retried = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder deadLettered = new LongAdder();
  private final LongAdder deadLettersFailed = new LongAdder();
  private final LongAdder archived = new LongAdder();
  private final LongAdder replayed = new LongAdder();

  EventCounts() {}

  /** Events that were put on buses. */
  public long received() {
    return received.sum();
  }

  /** Rules that events were about. */
  public long matched() {
    return matched.sum();
  }

  /** Targets that were told. */
  public long delivered() {
    return delivered.sum();
  }

  /** Targets that could not be told for now, each time. */
  public long retried() {
    return retried.sum();
  }

  /** Targets that could not be told, for good. */
  public long failed() {
    return failed.sum();
  }

  /** What went to dead-letter queues. */
  public long deadLettered() {
    return deadLettered.sum();
  }

  /** What could not go to dead-letter queues that were named. */
  public long deadLettersFailed() {
    return deadLettersFailed.sum();
  }

  /** Events that were archived. */
  public long archived() {
    return archived.sum();
  }

  /** Events that came out of archives. */
  public long replayed() {
    return replayed.sum();
  }

  void countReceived() {
    received.increment();
  }

  void countMatched() {
    matched.increment();
  }

  void countDelivered() {
    delivered.increment();
  }

  void countRetried() {
    retried.increment();
  }

  void countFailed() {
    failed.increment();
  }

  void countDeadLettered() {
    deadLettered.increment();
  }

  void countDeadLetterFailed() {
    deadLettersFailed.increment();
  }

  void countArchived() {
    archived.increment();
  }

  void countReplayed() {
    replayed.increment();
  }
}
