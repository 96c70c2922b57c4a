package io.mayfly.sns;

import io.mayfly.model.Topic;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.Queues;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The journals of an account's FIFO topics: for each a queue {@code sns/fifo/NAME} that is made and
 * goes with it. Safe for use by many threads.
 */
final class Journals implements AutoCloseable {
  private static final String PREFIX = "sns/fifo/";

  /** A message leaves as soon as it can be written for its subscribers, and never before. */
  private static final Duration RETENTION = Duration.ofDays(36_500);

  private final TopicCatalog catalog;
  private final Queues queues;
  private final FanOut fanOut;
  private final Executor tasks;
  private final Map<String, Journal> journals = new ConcurrentHashMap<>();

  /** Takes up what topics have accepted before. */
  Journals(TopicCatalog catalog, Queues queues, FanOut fanOut, Executor tasks) {
    this.catalog = catalog;
    this.queues = queues;
    this.fanOut = fanOut;
    this.tasks = tasks;
    for (MessageQueue queue : queues.list(PREFIX)) {
      String topic = queue.name().substring(PREFIX.length());
      if (catalog.topic(topic).isPresent()) {
        journals.put(topic, journal(topic, queue));
      } else {
        // The platform ended between one change and the other.
        queues.delete(queue.name());
      }
    }
    journals.values().forEach(Journal::signal);
  }

  private Journal journal(String topic, MessageQueue queue) {
    return new Journal(
        queue,
        message -> catalog.topic(topic).map(found -> fanOut.forwards(found, message)),
        tasks);
  }

  private static QueueRules rules(Topic topic) {
    return new QueueRules(
        true, TopicAttributes.scopeIsGroup(topic), Duration.ZERO, RETENTION, Optional.empty());
  }

  /** Makes the journal of a topic that is about to be made. */
  void open(Topic topic) {
    queues.delete(PREFIX + topic.name());
    journals.put(
        topic.name(),
        journal(topic.name(), queues.create(PREFIX + topic.name(), rules(topic), "")));
  }

  /** Follows a change of a topic's attributes. */
  void change(Topic topic) {
    find(topic).ifPresent(journal -> journal.queue().change(rules(topic), ""));
  }

  Optional<Journal> find(Topic topic) {
    return Optional.ofNullable(journals.get(topic.name()));
  }

  /** Removes the journal of a topic that is gone. */
  void remove(Topic topic) {
    Journal journal = journals.remove(topic.name());
    if (journal != null) {
      journal.close();
      queues.delete(PREFIX + topic.name());
    }
  }

  @Override
  public void close() {
    journals.values().forEach(Journal::close);
  }
}
