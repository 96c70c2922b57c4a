package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.queue.MessageQueue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** {@code ReceiveMessage}: waits for the first message if the request or the queue says so. */
final class ReceiveMessage implements Operation<ReceiveMessage.Input, ReceiveMessage.Output> {
  record Input(
      String queueUrl,
      List<String> attributeNames,
      List<String> messageSystemAttributeNames,
      List<String> messageAttributeNames,
      Optional<Integer> maxNumberOfMessages,
      Optional<Integer> visibilityTimeout,
      Optional<Integer> waitTimeSeconds,
      Optional<String> receiveRequestAttemptId) {
    /** The old and the new way of asking for system attributes. */
    Set<String> system() {
      Set<String> names = new HashSet<>(attributeNames);
      names.addAll(messageSystemAttributeNames);
      return names;
    }
  }

  record Output(Optional<List<Message>> messages) {}

  record Message(
      String messageId,
      String receiptHandle,
      String mD5OfBody,
      String body,
      Optional<Map<String, String>> attributes,
      Optional<String> mD5OfMessageAttributes,
      Optional<Map<String, AttributeValue>> messageAttributes) {}

  private static final int MOST = 10;
  private static final String ALL = "All";

  private final SqsQueues queues;
  private final Receipts receipts;
  private final ReceiveAttempts attempts;
  private final InstantSource clock;

  /** Every name of the model. */
  private final Set<String> names;

  ReceiveMessage(
      SqsQueues queues,
      Receipts receipts,
      ReceiveAttempts attempts,
      InstantSource clock,
      Set<String> names) {
    this.queues = queues;
    this.receipts = receipts;
    this.attempts = attempts;
    this.clock = clock;
    this.names = names;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsQueue queue = queues.byUrl(input.queueUrl());
    int max =
        Ranges.check(
            input.maxNumberOfMessages().orElse(1),
            1,
            MOST,
            "MaxNumberOfMessages",
            "Must be between 1 and 10, if provided.");
    int wait = Ranges.wait(input.waitTimeSeconds().orElse(queue.longPoll()));
    Duration visibility =
        Duration.ofSeconds(Ranges.visibility(input.visibilityTimeout().orElse(queue.visibility())));
    Set<String> system = input.system();
    for (String name : system) {
      if (!names.contains(name)) {
        throw SqsErrors.unknownAttribute(name);
      }
    }
    ReceiveAttempts.Answer answer =
        input.receiveRequestAttemptId().isEmpty()
            ? receive(queue, max, visibility, wait)
            : attempt(queue, input.receiveRequestAttemptId().get(), max, visibility, wait);
    List<Message> messages =
        answer.deliveries().stream()
            .map(each -> message(queue, each, answer.time(), system, input.messageAttributeNames()))
            .toList();
    return new Output(Optional.of(messages).filter(all -> !all.isEmpty()));
  }

  private ReceiveAttempts.Answer attempt(
      SqsQueue queue, String attempt, int max, Duration visibility, int wait) {
    if (!queue.fifo()) {
      throw SqsErrors.invalid(
          attempt,
          "ReceiveRequestAttemptId",
          "The request includes a parameter that is not valid for this queue type");
    }
    Messages.checkId(attempt, "ReceiveRequestAttemptId");
    return attempts
        .repeat(queue, attempt, visibility)
        .orElseGet(
            () -> {
              ReceiveAttempts.Answer answer = receive(queue, max, visibility, wait);
              attempts.put(queue, attempt, answer);
              return answer;
            });
  }

  private ReceiveAttempts.Answer receive(SqsQueue queue, int max, Duration visibility, int wait) {
    List<Delivery> deliveries =
        wait > 0
            ? queue.messages().receive(max, visibility, Duration.ofSeconds(wait))
            : queue.messages().receive(max, visibility);
    // First-in-first-out queues say nothing of it, as with SQS.
    if (deliveries.isEmpty()
        && wait == 0
        && !queue.fifo()
        && queue.messages().inFlight() >= MessageQueue.MAX_IN_FLIGHT) {
      throw SqsErrors.overLimit(
          "The maximum number of in flight messages is reached: %d."
              .formatted(MessageQueue.MAX_IN_FLIGHT));
    }
    return new ReceiveAttempts.Answer(deliveries, clock.instant());
  }

  private Message message(
      SqsQueue queue,
      Delivery delivery,
      Instant received,
      Set<String> system,
      List<String> wantedAttributes) {
    Map<String, MessageAttribute> attributes =
        MessageAttributes.choose(delivery.attributes(), wantedAttributes);
    return new Message(
        delivery.id().toString(),
        receipts.handle(queue, delivery.receipt(), received),
        Digests.md5(delivery.body()),
        new String(delivery.body(), StandardCharsets.UTF_8),
        system.isEmpty()
            ? Optional.empty()
            : Optional.of(systemAttributes(queue, delivery, system))
                .filter(found -> !found.isEmpty()),
        Digests.md5(attributes),
        Optional.of(MessageAttributes.write(attributes)).filter(found -> !found.isEmpty()));
  }

  private Map<String, String> systemAttributes(
      SqsQueue queue, Delivery delivery, Set<String> wanted) {
    Map<String, String> all = new HashMap<>();
    delivery
        .system()
        .forEach(
            (name, value) -> {
              if (names.contains(name)) {
                all.put(name, value);
              }
            });
    all.put("SentTimestamp", Long.toString(delivery.sent().toEpochMilli()));
    all.put("ApproximateReceiveCount", Integer.toString(delivery.receives()));
    all.put(
        "ApproximateFirstReceiveTimestamp", Long.toString(delivery.firstReceived().toEpochMilli()));
    put(all, "MessageGroupId", delivery::group);
    put(all, "MessageDeduplicationId", delivery::deduplication);
    put(all, "SequenceNumber", () -> SequenceNumbers.of(queue, delivery.receipt().sequence()));
    put(
        all,
        "DeadLetterQueueSourceArn",
        () ->
            delivery
                .origin()
                .filter(origin -> origin.startsWith(SqsQueues.PREFIX))
                .map(origin -> queues.names().arn(origin.substring(SqsQueues.PREFIX.length()))));
    if (!wanted.contains(ALL)) {
      all.keySet().retainAll(wanted);
    }
    return all;
  }

  private static void put(Map<String, String> all, String name, Supplier<Optional<String>> value) {
    value.get().ifPresent(present -> all.put(name, present));
  }
}
