package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;

/** {@code DeleteAlias}; one that is not there is deleted too, as on Lambda. */
final class DeleteAlias implements Operation<DeleteAlias.Input, Operation.Nothing> {
  record Input(String functionName, String name) {}

  private final Aliases aliases;
  private final FunctionReferences references;

  DeleteAlias(Aliases aliases, FunctionReferences references) {
    this.aliases = aliases;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    aliases.delete(references.unqualified(input.functionName()), input.name());
    return Nothing.VALUE;
  }
}
