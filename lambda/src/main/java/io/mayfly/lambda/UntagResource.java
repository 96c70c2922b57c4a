package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionTags;
import java.util.List;

/** {@code UntagResource}, of a function. */
final class UntagResource implements Operation<UntagResource.Input, Operation.Nothing> {
  record Input(String resource, List<String> tagKeys) {}

  private final FunctionTags tags;
  private final FunctionReferences references;

  UntagResource(FunctionTags tags, FunctionReferences references) {
    this.tags = tags;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    tags.untag(references.taggable(input.resource()), input.tagKeys());
    return Nothing.VALUE;
  }
}
