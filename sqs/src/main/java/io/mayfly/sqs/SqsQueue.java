package io.mayfly.sqs;

import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.QueueRules.DeadLetters;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A queue as it is at one moment, with its settings read. Immutable but for its messages. */
final class SqsQueue {
  private final String name;
  private final String arn;
  private final MessageQueue messages;
  private final String text;
  private final QueueDocument document;
  private final Map<String, String> attributes;
  private final int visibility;
  private final int longPoll;
  private final int mostBytes;
  private final boolean contentBased;

  SqsQueue(String name, QueueNames names, MessageQueue messages) {
    this.name = name;
    this.arn = names.arn(name);
    this.messages = messages;
    this.text = messages.document();
    this.document = QueueDocument.parse(text);
    this.attributes = QueueAttributes.effective(document.attributes(), fifo());
    this.visibility = number(QueueAttributes.VISIBILITY_TIMEOUT);
    this.longPoll = number(QueueAttributes.WAIT);
    this.mostBytes = number(QueueAttributes.MAXIMUM_SIZE);
    this.contentBased = "true".equals(attributes.get(QueueAttributes.CONTENT_BASED));
  }

  private int number(String attribute) {
    return Integer.parseInt(attributes.getOrDefault(attribute, "0"));
  }

  String name() {
    return name;
  }

  String arn() {
    return arn;
  }

  MessageQueue messages() {
    return messages;
  }

  QueueDocument document() {
    return document;
  }

  /** Whether this is still what the queue's settings are. */
  boolean isCurrent(MessageQueue found) {
    return messages.equals(found) && text.equals(found.document());
  }

  /** Every attribute that has a value, but for those that nobody can set. */
  Map<String, String> attributes() {
    return attributes;
  }

  Optional<String> attribute(String attribute) {
    return Optional.ofNullable(attributes.get(attribute));
  }

  boolean fifo() {
    return QueueNames.isFifo(name);
  }

  boolean contentBased() {
    return contentBased;
  }

  /** In seconds, as the next two. */
  int visibility() {
    return visibility;
  }

  int longPoll() {
    return longPoll;
  }

  /** The largest message, with its attributes, in bytes. */
  int mostBytes() {
    return mostBytes;
  }

  Optional<RedrivePolicy> redrive() {
    return attribute(QueueAttributes.REDRIVE).map(RedrivePolicy::parse);
  }

  /** What the messages of a queue with these attributes are treated by. */
  static QueueRules rules(Map<String, String> set, boolean fifo, QueueNames names) {
    Map<String, String> all = QueueAttributes.effective(set, fifo);
    return new QueueRules(
        fifo,
        "messageGroup".equals(all.get(QueueAttributes.SCOPE)),
        seconds(all, QueueAttributes.DELAY),
        seconds(all, QueueAttributes.RETENTION),
        Optional.ofNullable(all.get(QueueAttributes.REDRIVE))
            .map(RedrivePolicy::parse)
            .flatMap(
                policy ->
                    names
                        .ofArn(policy.target())
                        .map(
                            target ->
                                new DeadLetters(SqsQueues.PREFIX + target, policy.maxReceives()))));
  }

  private static Duration seconds(Map<String, String> all, String attribute) {
    return Duration.ofSeconds(Integer.parseInt(all.getOrDefault(attribute, "0")));
  }
}
