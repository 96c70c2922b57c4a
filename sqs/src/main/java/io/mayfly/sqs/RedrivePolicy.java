package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where the messages of a queue go that are received in vain.
 *
 * @param target the ARN of the dead-letter queue
 * @param maxReceives how often a message is received before it goes: 1 to 1,000
 */
record RedrivePolicy(String target, int maxReceives) {
  private static final int MOST_RECEIVES = 1000;
  private static final String TARGET = "deadLetterTargetArn";
  private static final String RECEIVES = "maxReceiveCount";

  /**
   * Reads a policy.
   *
   * @throws AwsException if it is none
   */
  static RedrivePolicy parse(String text) {
    ObjectNode policy =
        Documents.object(text)
            .orElseThrow(() -> refused(text, "Redrive policy is not a valid JSON map."));
    for (String name : policy.propertyNames()) {
      if (!Set.of(TARGET, RECEIVES).contains(name)) {
        throw refused(
            text,
            "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].");
      }
    }
    for (String name : new String[] {TARGET, RECEIVES}) {
      if (!policy.has(name)) {
        throw refused(text, "Redrive policy does not contain mandatory attribute: " + name + ".");
      }
    }
    JsonNode receives = policy.path(RECEIVES);
    String count = receives.isString() ? receives.asString() : receives.toString();
    if (!count.matches("[0-9]{1,4}")
        || Integer.parseInt(count) < 1
        || Integer.parseInt(count) > MOST_RECEIVES) {
      throw refused(
          text,
          "Invalid value for maxReceiveCount: %s, valid values are from 1 to 1000 both inclusive."
              .formatted(count));
    }
    if (!policy.path(TARGET).isString()) {
      throw refused(text, "Invalid value for deadLetterTargetArn.");
    }
    return new RedrivePolicy(policy.path(TARGET).asString(), Integer.parseInt(count));
  }

  static AwsException refused(String text, String reason) {
    return SqsErrors.invalid(text, QueueAttributes.REDRIVE, reason);
  }
}
