package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code AddPermission}: a statement more in the queue's policy, under a label. */
final class AddPermission implements Operation<AddPermission.Input, Operation.Nothing> {
  record Input(String queueUrl, String label, List<String> aWSAccountIds, List<String> actions) {}

  private static final int MOST_ACTIONS = 7;
  private static final int LONGEST_LABEL = 80;

  /** The actions that can be shared, from the API reference. */
  private static final Set<String> ACTIONS =
      Set.of(
          "*",
          "SendMessage",
          "ReceiveMessage",
          "DeleteMessage",
          "ChangeMessageVisibility",
          "GetQueueAttributes",
          "GetQueueUrl",
          "ListDeadLetterSourceQueues",
          "PurgeQueue");

  private final SqsQueues queues;

  AddPermission(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    SqsQueue queue = queues.byUrl(input.queueUrl());
    checkLabel(input.label());
    if (input.actions().size() > MOST_ACTIONS) {
      throw SqsErrors.overLimit(
          "%d Actions were found, maximum allowed is %d."
              .formatted(input.actions().size(), MOST_ACTIONS));
    }
    if (input.actions().isEmpty()) {
      throw SqsErrors.missing("Actions");
    }
    for (String action : input.actions()) {
      if (!ACTIONS.contains(action)) {
        throw SqsErrors.invalid(
            "SQS:" + action,
            "ActionName",
            "Please refer to the appropriate WSDL for a list of valid actions.");
      }
    }
    if (input.aWSAccountIds().isEmpty()) {
      throw SqsErrors.missing("AWSAccountIds");
    }
    for (String account : input.aWSAccountIds()) {
      if (!account.matches("[0-9]{12}")) {
        throw SqsErrors.invalid(account, "PrincipalId", "Unable to verify.");
      }
    }
    queues.set(queue, now -> Map.of(QueueAttributes.POLICY, with(QueuePolicy.of(now), input, now)));
    return Nothing.VALUE;
  }

  private static String with(QueuePolicy policy, Input input, SqsQueue queue) {
    boolean added =
        policy.add(
            input.label(),
            input.aWSAccountIds().stream().map("arn:aws:iam::%s:root"::formatted).toList(),
            input.actions().stream().map("SQS:"::concat).toList(),
            queue.arn());
    if (!added) {
      throw SqsErrors.invalid(input.label(), "Label", "Already exists.");
    }
    return policy.text();
  }

  private static void checkLabel(String label) {
    boolean right = !label.isEmpty() && label.length() <= LONGEST_LABEL;
    for (int i = 0; right && i < label.length(); i++) {
      right = QueueNames.isNameLetter(label.charAt(i));
    }
    if (!right) {
      throw SqsErrors.invalid(
          label,
          "Label",
          "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
    }
  }
}
