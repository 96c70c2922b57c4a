package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Map;

/** {@code ListTags}. */
final class ListTags implements Operation<ListTags.Input, ListTags.Output> {
  record Input(String resource) {}

  record Output(Map<String, String> tags) {}

  private final TaggedResources resources;

  ListTags(TaggedResources resources) {
    this.resources = resources;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    return new Output(resources.of(input.resource()).list());
  }
}
