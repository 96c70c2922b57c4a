package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.Belongings;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.util.List;
import java.util.Optional;

/** {@code DeleteFunction}: a function with all that belongs to it, or one of its versions. */
final class DeleteFunction implements Operation<DeleteFunction.Input, DeleteFunction.Output> {
  private static final int NO_CONTENT = 204;

  record Input(String functionName, Optional<String> qualifier) {}

  record Output(int statusCode) {}

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final List<Belongings> belongings;
  private final FunctionReferences references;

  DeleteFunction(
      FunctionCatalog catalog,
      Aliases aliases,
      List<Belongings> belongings,
      FunctionReferences references) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.belongings = belongings;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    if (arn.qualifier().isPresent()) {
      deleteVersion(arn.name(), arn.qualifier().get());
    } else {
      catalog.delete(arn.name());
      belongings.forEach(things -> things.forget(arn.name()));
    }
    return new Output(NO_CONTENT);
  }

  private void deleteVersion(FunctionName function, String qualifier) {
    if (!FunctionVersion.isVersion(qualifier)) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Deletion of aliases is not currently supported. Use DeleteAlias to delete '%s'."
              .formatted(qualifier));
    }
    aliases.deleteVersion(new FunctionVersion(function, qualifier));
    belongings.forEach(things -> things.forget(function, qualifier));
  }
}
