package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;

/** {@code UntagResource}. */
final class UntagResource implements Operation<UntagResource.Input, Operation.Nothing> {
  record Input(String resource, List<String> tagKeys) {}

  private final TaggedResources resources;

  UntagResource(TaggedResources resources) {
    this.resources = resources;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    resources.of(input.resource()).remove(input.tagKeys());
    return Nothing.VALUE;
  }
}
