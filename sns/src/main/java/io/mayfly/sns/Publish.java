package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code Publish}: answered once the message is on the disk for all subscribers of its topic. */
final class Publish implements Operation<Publish.Input, Publish.Output> {
  record Input(
      Optional<String> topicArn,
      Optional<String> targetArn,
      Optional<String> phoneNumber,
      String message,
      Optional<String> subject,
      Optional<String> messageStructure,
      Map<String, AttributeValue> messageAttributes,
      Optional<String> messageDeduplicationId,
      Optional<String> messageGroupId) {
    Draft draft() {
      return new Draft(
          message,
          subject,
          messageStructure,
          messageAttributes,
          messageDeduplicationId,
          messageGroupId);
    }
  }

  record Output(String messageId, Optional<String> sequenceNumber) {}

  private final Topics topics;

  Publish(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Topic topic = topic(input);
    Published message = topics.messages().ready(topic, input.draft()).message();
    Publisher.Done done = topics.publisher().publish(topic, List.of(message)).getFirst();
    return new Output(done.id().toString(), done.sequence());
  }

  private Topic topic(Input input) {
    if (input.phoneNumber().isPresent()) {
      throw SnsErrors.invalid(
          "PhoneNumber", "Mayfly sends no text messages yet; publish to a topic");
    }
    if (input.topicArn().isPresent() == input.targetArn().isPresent()) {
      throw input.topicArn().isPresent()
          ? SnsErrors.invalid("Cannot specify both TopicArn and TargetArn")
          : SnsErrors.invalid("TopicArn or TargetArn", "no value for required parameter");
    }
    if (input.topicArn().isPresent()) {
      return topics.catalog().require(input.topicArn().get(), "TopicArn");
    }
    String target = input.targetArn().orElse("");
    if (target.contains(":endpoint/")) {
      throw SnsErrors.invalid(
          "TargetArn", "Mayfly has no platform endpoints yet; publish to a topic");
    }
    return topics.catalog().require(target, "TargetArn");
  }
}
