package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionTags;
import java.util.Map;

/** {@code ListTags}, of a function. */
final class ListTags implements Operation<ListTags.Input, ListTags.Output> {
  record Input(String resource) {}

  record Output(Map<String, String> tags) {}

  private final FunctionTags tags;
  private final FunctionReferences references;

  ListTags(FunctionTags tags, FunctionReferences references) {
    this.tags = tags;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    return new Output(tags.list(references.taggable(input.resource())));
  }
}
