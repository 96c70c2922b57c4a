package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.functions.ReservedConcurrency;
import io.mayfly.model.FunctionName;

/** {@code DeleteFunction}, with its URL. */
final class DeleteFunction implements Operation<DeleteFunction.Input, DeleteFunction.Output> {
  private static final int NO_CONTENT = 204;

  record Input(String functionName) {}

  record Output(int statusCode) {}

  private final FunctionCatalog catalog;
  private final FunctionUrls urls;
  private final ReservedConcurrency concurrency;
  private final FunctionReferences references;

  DeleteFunction(
      FunctionCatalog catalog,
      FunctionUrls urls,
      ReservedConcurrency concurrency,
      FunctionReferences references) {
    this.catalog = catalog;
    this.urls = urls;
    this.concurrency = concurrency;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    catalog.delete(function);
    urls.forget(function);
    concurrency.forget(function);
    return new Output(NO_CONTENT);
  }
}
