package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.functions.Layers;
import io.mayfly.model.Limits;

/** {@code GetAccountSettings}: the limits that hold here, and what is in use. */
final class GetAccountSettings implements Operation<Operation.Nothing, GetAccountSettings.Output> {
  record Output(AccountLimit accountLimit, AccountUsage accountUsage) {}

  record AccountLimit(
      long totalCodeSize,
      long codeSizeUnzipped,
      long codeSizeZipped,
      int concurrentExecutions,
      int unreservedConcurrentExecutions) {}

  record AccountUsage(long totalCodeSize, long functionCount) {}

  private final FunctionCatalog catalog;
  private final Layers layers;
  private final FunctionConcurrency concurrency;

  GetAccountSettings(FunctionCatalog catalog, Layers layers, FunctionConcurrency concurrency) {
    this.catalog = catalog;
    this.layers = layers;
    this.concurrency = concurrency;
  }

  @Override
  public Output handle(Nothing input, Caller caller) {
    return new Output(
        new AccountLimit(
            Limits.CODE_STORAGE.bytes(),
            Limits.UNZIPPED_CODE.bytes(),
            Limits.ZIPPED_CODE.bytes(),
            concurrency.account(),
            concurrency.unreserved()),
        new AccountUsage(catalog.storedBytes() + layers.storedBytes(), catalog.list().size()));
  }
}
