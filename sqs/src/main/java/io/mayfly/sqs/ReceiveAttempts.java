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
      if (answers.put(key, answer) == null) {
        oldest.add(key);
      }
      if (answers.size() > MOST) {
        answers.remove(oldest.remove());
      }
    }
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
    if (answer == null || answer.time().plus(KEPT).isBefore(clock.instant())) {
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
