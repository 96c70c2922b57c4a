package io.mayfly.server;

import io.mayfly.dispatch.ConcurrencyLimits;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import java.util.Map;
import java.util.OptionalInt;

/** What functions have for themselves as the dispatcher sees it. */
record CatalogLimits(FunctionConcurrency concurrency) implements ConcurrencyLimits {
  @Override
  public OptionalInt reserved(FunctionName function) {
    return concurrency.reserved(function);
  }

  @Override
  public Map<FunctionVersion, Integer> provisioned() {
    return concurrency.provisioned();
  }

  @Override
  public int unreserved() {
    return concurrency.unreserved();
  }
}
