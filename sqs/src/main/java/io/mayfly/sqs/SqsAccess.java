package io.mayfly.sqs;

import io.mayfly.aws.Access;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Protocol;
import io.mayfly.aws.Route;
import java.util.Map;
import java.util.Optional;

/**
 * What calls need permission for ("Amazon SQS API permissions"): to do what they do, with the queue
 * that they name, whose policy has a say in it. A batch needs what one of its entries would.
 */
record SqsAccess(SqsQueues queues) {
  private static final String BATCH = "Batch";

  Access of(Route route) {
    String operation = route.operation().name();
    String action =
        "sqs:"
            + (operation.endsWith(BATCH)
                ? operation.substring(0, operation.length() - BATCH.length())
                : operation);
    Optional<String> name = name(route);
    return new Access(
        action,
        name.map(queues.names()::arn).orElse("*"),
        name.flatMap(queues::byName).flatMap(queue -> queue.attribute(QueueAttributes.POLICY)));
  }

  /** The queue that a call names; what is wrong with a name the action says. */
  private Optional<String> name(Route route) {
    try {
      Map<String, Object> values = Protocol.of(route.service()).parse(route);
      if (values.get("QueueName") instanceof String name) {
        return Optional.of(name);
      }
      if (values.get("SourceArn") instanceof String arn) {
        return queues.names().ofArn(arn);
      }
      if (values.get("TaskHandle") instanceof String handle) {
        return TaskHandle.parse(handle).flatMap(task -> queues.names().ofArn(task.sourceArn()));
      }
      // The address is that of the queue for actions of one alone; others ignore it.
      boolean ofOne = route.service().input(route.operation()).members().containsKey("QueueUrl");
      Object address = ofOne ? values.getOrDefault("QueueUrl", route.request().path()) : "";
      return address instanceof String url && url.length() > 1
          ? Optional.of(queues.names().ofUrl(url))
          : Optional.empty();
    } catch (AwsException e) {
      return Optional.empty();
    }
  }
}
