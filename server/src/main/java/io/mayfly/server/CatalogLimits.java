package io.mayfly.server;

import io.mayfly.dispatch.ConcurrencyLimits;
import io.mayfly.functions.ReservedConcurrency;
import io.mayfly.model.FunctionName;
import java.util.OptionalInt;

/** Reserved concurrency as the dispatcher sees it. */
record CatalogLimits(ReservedConcurrency concurrency) implements ConcurrencyLimits {
  @Override
  public OptionalInt reserved(FunctionName function) {
    return concurrency.find(function);
  }

  @Override
  public int unreserved() {
    return concurrency.unreserved();
  }
}
