package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionTags;
import java.util.Map;

/** {@code TagResource}, of a function. */
final class TagResource implements Operation<TagResource.Input, Operation.Nothing> {
  record Input(String resource, Map<String, String> tags) {}

  private final FunctionTags tags;
  private final FunctionReferences references;

  TagResource(FunctionTags tags, FunctionReferences references) {
    this.tags = tags;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    tags.tag(references.taggable(input.resource()), input.tags());
    return Nothing.VALUE;
  }
}
