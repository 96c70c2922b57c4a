package io.mayfly.sqs;

import io.mayfly.queue.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the last attempts to receive from first-in-first-out queues were answered with, so that one
 * whose answer was lost can be repeated ("Using the receive request attempt ID"). In memory only: a
 * restart forgets it, and messages come again when their visibility timeout ends. Safe for use by
 * many threads.
 */
final class ReceiveAttempts {
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final int MOST = 1000;

  /** Of the bodies that are kept; an attempt whose answer was dropped is one like any other. */
  private static final long MOST_BYTES = 8L * 1024 * 1024;

  private record Key(String queue, String attempt) {}

  /**
   * What a receiver has got.
   *
   * @param time when
   */
  record Answer(List<Delivery> deliveries, Instant time) {}

  private final InstantSource clock;
  private final Map<Key, Answer> answers = new HashMap<>();
  private final Deque<Key> oldest = new ArrayDeque<>();
  private long bytes;

  ReceiveAttempts(InstantSource clock) {
    this.clock = clock;
  }

  /** Keeps an answer that has messages: one without is not worth repeating. */
  void put(SqsQueue queue, String attempt, Answer answer) {
    if (answer.deliveries().isEmpty()) {
      return;
    }
    Key key = new Key(queue.document().id(), attempt);
    synchronized (this) {
      forget(key);
      answers.put(key, answer);
      oldest.add(key);
      bytes += bytes(answer);
      while (answers.size() > MOST || bytes > MOST_BYTES || tooOld(oldest.peek())) {
        forget(oldest.element());
      }
    }
  }

  private boolean tooOld(@Nullable Key key) {
    Answer answer = key == null ? null : answers.get(key);
    return answer != null && tooOld(answer);
  }

  private boolean tooOld(Answer answer) {
    return answer.time().plus(KEPT).isBefore(clock.instant());
  }

  private void forget(Key key) {
    Answer answer = answers.remove(key);
    if (answer != null) {
      oldest.remove(key);
      bytes -= bytes(answer);
    }
  }

  private static long bytes(Answer answer) {
    return answer.deliveries().stream().mapToLong(delivery -> delivery.body().length).sum();
  }

  /**
   * The answer to an attempt that has been made before, for as long again in flight.
   *
   * @return empty if there is none, it is too old, or one of its messages has moved on
   */
  Optional<Answer> repeat(SqsQueue queue, String attempt, Duration visibility) {
    @Nullable Answer answer;
    synchronized (this) {
      answer = answers.get(new Key(queue.document().id(), attempt));
    }
    if (answer == null || tooOld(answer)) {
      return Optional.empty();
    }
    for (Delivery delivery : answer.deliveries()) {
      if (!queue.messages().changeVisibility(delivery.receipt(), visibility)) {
        return Optional.empty();
      }
    }
    return Optional.of(answer);
  }
}
