package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.queue.Depth;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code GetQueueAttributes}: those that are asked for and have a value. */
final class GetQueueAttributes
    implements Operation<GetQueueAttributes.Input, GetQueueAttributes.Output> {
  record Input(String queueUrl, List<String> attributeNames) {}

  record Output(Optional<Map<String, String>> attributes) {}

  private static final String ALL = "All";
  private static final String READY = "ApproximateNumberOfMessages";
  private static final String IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible";
  private static final String DELAYED = "ApproximateNumberOfMessagesDelayed";
  private static final long SECOND = 1000;

  private final SqsQueues queues;

  /** Every name of the model. */
  private final Set<String> names;

  GetQueueAttributes(SqsQueues queues, Set<String> names) {
    this.queues = queues;
    this.names = names;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    List<String> wanted = input.attributeNames();
    for (String name : wanted) {
      if (!names.contains(name)) {
        throw SqsErrors.unknownAttribute(name);
      }
    }
    SqsQueue queue = queues.byUrl(input.queueUrl());
    if (wanted.isEmpty()) {
      return new Output(Optional.empty());
    }
    Map<String, String> attributes = new HashMap<>(queue.attributes());
    QueueDocument document = queue.document();
    attributes.put("QueueArn", queue.arn());
    attributes.put("CreatedTimestamp", Long.toString(document.created() / SECOND));
    attributes.put("LastModifiedTimestamp", Long.toString(document.modified() / SECOND));
    boolean all = wanted.contains(ALL);
    if (all || wanted.contains(READY) || wanted.contains(IN_FLIGHT) || wanted.contains(DELAYED)) {
      Depth depth = queue.messages().depth();
      attributes.put(READY, Long.toString(depth.ready()));
      attributes.put(IN_FLIGHT, Long.toString(depth.inFlight()));
      attributes.put(DELAYED, Long.toString(depth.delayed()));
    }
    if (!all) {
      attributes.keySet().retainAll(wanted);
    }
    return new Output(Optional.of(attributes).filter(found -> !found.isEmpty()));
  }
}
