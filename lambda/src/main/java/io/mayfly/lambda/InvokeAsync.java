package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.MayflyException;
import java.util.Optional;

/**
 * {@code InvokeAsync}, which Lambda has replaced by {@code Invoke} of type {@code Event}: refused
 * as that is.
 */
final class InvokeAsync implements Operation<InvokeAsync.Input, InvokeAsync.Output> {
  record Input(String functionName, byte[] invokeArgs) {}

  record Output(int status) {}

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionReferences references;

  InvokeAsync(FunctionCatalog catalog, Aliases aliases, FunctionReferences references) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), Optional.empty());
    catalog.require(aliases.meant(arn.name(), arn.qualifier()));
    throw new MayflyException(
        ErrorCode.INVALID_PARAMETER,
        "InvokeAsync is not supported yet by Mayfly, nor is InvocationType Event; use Invoke with RequestResponse");
  }
}
