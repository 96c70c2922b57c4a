package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.model.Account;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.Queues;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The queues that SQS shows, of all that an account has: those whose names begin with {@code sqs/}.
 * Settings are read once and again when they have changed. Safe for use by many threads; one at a
 * time changes settings.
 */
final class SqsQueues {
  static final String PREFIX = "sqs/";

  private final QueueNames names;
  private final Queues queues;
  private final Consumer<String> policyCheck;
  private final InstantSource clock;
  private final Supplier<UUID> ids;
  private final Map<String, SqsQueue> known = new ConcurrentHashMap<>();
  private final ReentrantLock changes = new ReentrantLock();

  /**
   * @param policyCheck throws if a text is no resource policy
   */
  SqsQueues(
      Account account,
      Queues queues,
      Consumer<String> policyCheck,
      InstantSource clock,
      Supplier<UUID> ids) {
    this.names = new QueueNames(account);
    this.queues = queues;
    this.policyCheck = policyCheck;
    this.clock = clock;
    this.ids = ids;
  }

  QueueNames names() {
    return names;
  }

  /**
   * The queue that a URL names.
   *
   * @throws AwsException if there is none
   */
  SqsQueue byUrl(String url) {
    return byName(names.ofUrl(url)).orElseThrow(SqsErrors::noQueue);
  }

  Optional<SqsQueue> byArn(String arn) {
    return names.ofArn(arn).flatMap(this::byName);
  }

  Optional<SqsQueue> byName(String name) {
    Optional<MessageQueue> found = queues.find(PREFIX + name);
    if (found.isEmpty()) {
      known.remove(name);
      return Optional.empty();
    }
    SqsQueue before = known.get(name);
    if (before != null && before.isCurrent(found.get())) {
      return Optional.of(before);
    }
    SqsQueue read = new SqsQueue(name, names, found.get());
    known.put(name, read);
    return Optional.of(read);
  }

  /** The queues whose names begin so, by name. */
  List<SqsQueue> list(String prefix) {
    return queues.list(PREFIX + prefix).stream()
        .map(queue -> queue.name().substring(PREFIX.length()))
        .sorted()
        .flatMap(name -> byName(name).stream())
        .toList();
  }

  /** The queues whose dead letters go to one. */
  List<SqsQueue> sources(SqsQueue deadLetters) {
    return list("").stream()
        .filter(
            queue ->
                queue
                    .redrive()
                    .filter(policy -> policy.target().equals(deadLetters.arn()))
                    .isPresent())
        .toList();
  }

  /**
   * Makes a queue, or finds the one that has been made in the same way.
   *
   * @throws AwsException if there is one of this name with other attributes, or attributes are
   *     wrong
   */
  void create(String name, Map<String, String> given, Map<String, String> tags) {
    boolean fifo = isFifo(given);
    QueueNames.check(name, fifo);
    changes.lock();
    try {
      Map<String, String> set = QueueAttributes.set(Map.of(), given, fifo);
      checkDocuments(name, given, fifo);
      Optional<SqsQueue> existing = byName(name);
      if (existing.isPresent()) {
        QueueAttributes.different(existing.get().attributes(), given.keySet(), set)
            .ifPresent(
                attribute -> {
                  throw SqsErrors.exists(attribute);
                });
        return;
      }
      long now = clock.millis();
      QueueDocument document =
          new QueueDocument(ids.get().toString(), now, now, set, tags, List.of());
      var _ = queues.create(PREFIX + name, SqsQueue.rules(set, fifo, names), document.text());
    } finally {
      changes.unlock();
    }
  }

  private static boolean isFifo(Map<String, String> given) {
    @Nullable String value = given.get(QueueAttributes.FIFO);
    if (value == null) {
      return false;
    }
    if (value.equalsIgnoreCase("false")) {
      // A standard queue has no such attribute.
      throw SqsErrors.unknownAttribute(QueueAttributes.FIFO);
    }
    if (!value.equalsIgnoreCase("true")) {
      throw SqsErrors.invalidAttribute(QueueAttributes.FIFO);
    }
    return true;
  }

  /**
   * Sets attributes; an empty text takes one away that may be absent.
   *
   * @param change the attributes to set, worked out of the queue as it is then
   */
  void set(SqsQueue queue, Function<SqsQueue, Map<String, String>> change) {
    changes.lock();
    try {
      SqsQueue now = current(queue);
      Map<String, String> given = change.apply(now);
      if (given.containsKey(QueueAttributes.FIFO)) {
        throw SqsErrors.invalidAttribute(
            QueueAttributes.FIFO, "Modifying queue type is not supported.");
      }
      Map<String, String> set = QueueAttributes.set(now.document().attributes(), given, now.fifo());
      checkDocuments(now.name(), given, now.fifo());
      apply(now, now.document().withAttributes(set, clock.millis()));
    } finally {
      changes.unlock();
    }
  }

  /** Changes what is kept beside a queue, of what is kept now. */
  void change(SqsQueue queue, UnaryOperator<QueueDocument> change) {
    changes.lock();
    try {
      SqsQueue now = current(queue);
      apply(now, change.apply(now.document()));
    } finally {
      changes.unlock();
    }
  }

  /** The queue with its settings of now, if it has not been replaced by another of its name. */
  private SqsQueue current(SqsQueue queue) {
    return byName(queue.name())
        .filter(now -> now.document().id().equals(queue.document().id()))
        .orElseThrow(SqsErrors::noQueue);
  }

  private void apply(SqsQueue queue, QueueDocument document) {
    queue
        .messages()
        .change(SqsQueue.rules(document.attributes(), queue.fifo(), names), document.text());
  }

  void delete(SqsQueue queue) {
    changes.lock();
    try {
      queues.delete(current(queue).messages().name());
      known.remove(queue.name());
    } finally {
      changes.unlock();
    }
  }

  /** The time, in milliseconds since 1970. */
  long now() {
    return clock.millis();
  }

  private void checkDocuments(String name, Map<String, String> given, boolean fifo) {
    Map<String, Consumer<String>> checks = new HashMap<>();
    checks.put(QueueAttributes.POLICY, this::checkPolicy);
    checks.put(QueueAttributes.REDRIVE_ALLOW, text -> RedriveAllowPolicy.parse(text));
    checks.put(QueueAttributes.REDRIVE, text -> checkRedrive(name, text, fifo));
    checks.forEach(
        (attribute, check) -> {
          String text = given.getOrDefault(attribute, "");
          if (!text.isEmpty()) {
            check.accept(text);
          }
        });
  }

  private void checkPolicy(String text) {
    try {
      policyCheck.accept(text);
    } catch (AwsException e) {
      throw SqsErrors.invalidAttribute(QueueAttributes.POLICY, String.valueOf(e.getMessage()));
    }
  }

  private void checkRedrive(String name, String text, boolean fifo) {
    RedrivePolicy policy = RedrivePolicy.parse(text);
    String target =
        names
            .ofArn(policy.target())
            .orElseThrow(
                () ->
                    RedrivePolicy.refused(
                        text, "Dead-letter target owner should be same as the source."));
    SqsQueue deadLetters =
        byName(target)
            .filter(found -> !target.equals(name))
            .orElseThrow(() -> RedrivePolicy.refused(text, "Dead letter target does not exist."));
    if (deadLetters.fifo() != fifo) {
      throw RedrivePolicy.refused(
          text, "Dead-letter queue must be same type of queue as the source.");
    }
    boolean allowed =
        deadLetters
            .attribute(QueueAttributes.REDRIVE_ALLOW)
            .map(RedriveAllowPolicy::parse)
            .filter(allow -> !allow.allows(names.arn(name)))
            .isEmpty();
    if (!allowed) {
      throw RedrivePolicy.refused(
          text, "The RedriveAllowPolicy of the dead-letter queue does not allow this source.");
    }
  }

  /** The URL of a queue for a caller. */
  String url(Caller caller, SqsQueue queue) {
    return names.url(caller, queue.name());
  }
}
