package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Map;

/** {@code TagResource}. */
final class TagResource implements Operation<TagResource.Input, Operation.Nothing> {
  record Input(String resource, Map<String, String> tags) {}

  private final TaggedResources resources;

  TagResource(TaggedResources resources) {
    this.resources = resources;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    resources.of(input.resource()).add(input.tags());
    return Nothing.VALUE;
  }
}
