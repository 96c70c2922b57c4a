package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.Belongings;
import io.mayfly.model.FunctionName;
import java.util.List;

/** {@code DeleteAlias}; one that is not there is deleted too, as on Lambda. */
final class DeleteAlias implements Operation<DeleteAlias.Input, Operation.Nothing> {
  record Input(String functionName, String name) {}

  private final Aliases aliases;
  private final List<Belongings> belongings;
  private final FunctionReferences references;

  DeleteAlias(Aliases aliases, List<Belongings> belongings, FunctionReferences references) {
    this.aliases = aliases;
    this.belongings = belongings;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    aliases.delete(function, input.name());
    belongings.forEach(things -> things.forget(function, input.name()));
    return Nothing.VALUE;
  }
}
