package io.mayfly.sns;

import io.mayfly.model.Topic;
import io.mayfly.queue.Forward;
import io.mayfly.queue.Queues;
import io.mayfly.queue.Sent;
import io.mayfly.triggers.UndeliverableException;
import io.mayfly.triggers.UndeliverableException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/**
 * Publishes messages: a standard topic's are written for all subscribers in one transaction, a FIFO
 * topic's go through its {@link Journal}. Safe for use by many threads.
 */
final class Publisher {
  /** What messages may have for all subscribers together; what is written at once is bounded. */
  static final long MOST_BYTES = 128L * 1024 * 1024;

  private static final int KILOBYTE = 1024;

  private final Queues queues;
  private final FanOut fanOut;
  private final Journals journals;
  private final TopicListener listener;

  /** For what is put together at the same time, in kilobytes. */
  private final Semaphore budget = new Semaphore((int) (MOST_BYTES / KILOBYTE), true);

  Publisher(Queues queues, FanOut fanOut, Journals journals, TopicListener listener) {
    this.queues = queues;
    this.fanOut = fanOut;
    this.journals = journals;
    this.listener = listener;
  }

  /**
   * That a message is on the disk for all its subscribers.
   *
   * @param id of the message, or of the one it is a duplicate of
   * @param sequence its place in a FIFO topic
   */
  record Done(UUID id, Optional<String> sequence) {}

  /** Publishes messages, in their order; one answer for each. */
  List<Done> publish(Topic topic, List<Published> messages) {
    long bytes = messages.stream().mapToLong(message -> fanOut.bytes(topic, message)).sum();
    if (bytes > MOST_BYTES) {
      throw SnsErrors.invalid(
          "Message too long",
          "for all subscribers together there would be about %d bytes, more than %d"
              .formatted(bytes, MOST_BYTES));
    }
    List<Done> done =
        Topic.isFifo(topic.name())
            ? journals
                .find(topic)
                .orElseThrow(() -> SnsErrors.notFound("Topic"))
                .publish(messages)
                .stream()
                .map(Publisher::done)
                .toList()
            : write(topic, messages, (int) (bytes / KILOBYTE));
    messages.forEach(_ -> listener.happened(topic.name(), TopicListener.What.PUBLISHED));
    return done;
  }

  private static Done done(Sent sent) {
    return new Done(sent.id(), Optional.of(Published.sequence(sent.sequence())));
  }

  private List<Done> write(Topic topic, List<Published> messages, int kilobytes) {
    budget.acquireUninterruptibly(kilobytes);
    try {
      List<Forward> forwards = new ArrayList<>();
      messages.forEach(message -> forwards.addAll(fanOut.forwards(topic, message)));
      if (!forwards.isEmpty()) {
        var _ = Waiting.on(queues.send(forwards));
      }
    } finally {
      budget.release(kilobytes);
    }
    return messages.stream().map(message -> new Done(message.id(), Optional.empty())).toList();
  }

  /**
   * What is to be written to publish a message.
   *
   * @throws UndeliverableException if that is too much
   */
  List<Forward> forwards(Topic topic, Published message) {
    if (fanOut.bytes(topic, message) > MOST_BYTES) {
      throw new UndeliverableException(
          Reason.INVALID_PARAMETER,
          "for all subscribers together there would be more than %d bytes".formatted(MOST_BYTES));
    }
    listener.happened(topic.name(), TopicListener.What.PUBLISHED);
    return Topic.isFifo(topic.name())
        ? journals
            .find(topic)
            .map(journal -> List.of(new Forward(journal.queue(), message.queued())))
            .orElse(List.of())
        : fanOut.forwards(topic, message);
  }
}
