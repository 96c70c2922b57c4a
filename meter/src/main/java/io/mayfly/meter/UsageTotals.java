package io.mayfly.meter;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What each function has used since the platform started. Safe for use by many threads. */
public final class UsageTotals {
  private final Price price;
  private final Map<FunctionName, Total> totals = new ConcurrentHashMap<>();

  public UsageTotals(Price price) {
    this.price = price;
  }

  /**
   * What a function used.
   *
   * @param cost US dollars at the price list
   */
  public record Total(long invocations, Duration billed, BigDecimal cost) {
    /** Nothing yet. */
    public static final Total NONE = new Total(0, Duration.ZERO, BigDecimal.ZERO);
  }

  /** Counts one invocation. */
  public void add(FunctionName function, Duration billed, DataSize memory) {
    BigDecimal cost = price.of(billed, memory);
    totals.merge(
        function,
        new Total(1, billed, cost),
        (before, one) ->
            new Total(
                before.invocations() + one.invocations(),
                before.billed().plus(one.billed()),
                before.cost().add(one.cost())));
  }

  public Total of(FunctionName function) {
    return totals.getOrDefault(function, Total.NONE);
  }
}
