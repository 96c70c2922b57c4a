package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whose dead letters a queue takes.
 *
 * @param permission {@code allowAll}, {@code denyAll} or {@code byQueue}
 * @param sources the ARNs of the queues, with {@code byQueue}
 */
record RedriveAllowPolicy(String permission, List<String> sources) {
  private static final int MOST_SOURCES = 10;
  private static final String PERMISSION = "redrivePermission";
  private static final String SOURCES = "sourceQueueArns";
  private static final String BY_QUEUE = "byQueue";

  /**
   * Reads a policy.
   *
   * @throws AwsException if it is none
   */
  static RedriveAllowPolicy parse(String text) {
    ObjectNode policy =
        Documents.object(text)
            .orElseThrow(() -> refused(text, "Redrive allow policy is not a valid JSON map."));
    for (String name : policy.propertyNames()) {
      if (!Set.of(PERMISSION, SOURCES).contains(name)) {
        throw refused(
            text, "Only following attributes are supported: [redrivePermission, sourceQueueArns].");
      }
    }
    String permission = policy.path(PERMISSION).asString("");
    if (!Set.of("allowAll", "denyAll", BY_QUEUE).contains(permission)) {
      throw refused(text, "redrivePermission must be one of allowAll, denyAll and byQueue.");
    }
    JsonNode sources = policy.path(SOURCES);
    boolean named = sources.isArray() && !sources.isEmpty();
    if (named != permission.equals(BY_QUEUE)) {
      throw refused(text, "sourceQueueArns is required with byQueue, and with nothing else.");
    }
    if (sources.size() > MOST_SOURCES
        || !sources.valueStream().allMatch(source -> source.asString("").startsWith("arn:"))) {
      throw refused(text, "sourceQueueArns must be 1 to 10 ARNs of queues.");
    }
    return new RedriveAllowPolicy(
        permission, sources.valueStream().map(JsonNode::asString).toList());
  }

  boolean allows(String source) {
    return permission.equals("allowAll")
        || (permission.equals(BY_QUEUE) && sources.contains(source));
  }

  private static AwsException refused(String text, String reason) {
    return SqsErrors.invalid(text, QueueAttributes.REDRIVE_ALLOW, reason);
  }
}
