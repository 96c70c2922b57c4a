package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Map;

/**
 * {@code CreateTopic}: also for a topic that is there already, with the same attributes and tags.
 */
final class CreateTopic implements Operation<CreateTopic.Input, CreateTopic.Output> {
  record Input(String name, Map<String, String> attributes, List<Tag> tags) {}

  record Output(String topicArn) {}

  private final Topics topics;

  CreateTopic(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    return new Output(topics.create(input.name(), input.attributes(), Tag.map(input.tags())));
  }
}
