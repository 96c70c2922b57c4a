package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import io.mayfly.store.FunctionStore;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What functions have of the account's concurrency for themselves ("Configuring reserved
 * concurrency for a function", Lambda developer guide). Reads are lock-free; changes are on the
 * disk before they show.
 */
public final class ReservedConcurrency {
  /** What must be left for the functions that have nothing reserved, as on Lambda. */
  private static final int LEAST_UNRESERVED = 100;

  private final FunctionCatalog catalog;
  private final FunctionStore store;
  private final int account;
  private final Map<FunctionName, Integer> reserved = new ConcurrentHashMap<>();
  private volatile int unreserved;

  /**
   * @param account how many calls may run at the same time in the whole account
   */
  public ReservedConcurrency(FunctionCatalog catalog, FunctionStore store, int account) {
    this.catalog = catalog;
    this.store = store;
    this.account = account;
    reserved.putAll(store.reservedConcurrency());
    count();
  }

  /** How many calls may run at the same time in the whole account. */
  public int account() {
    return account;
  }

  /** What a function has reserved, if anything. */
  public OptionalInt find(FunctionName function) {
    Integer calls = reserved.get(function);
    return calls == null ? OptionalInt.empty() : OptionalInt.of(calls);
  }

  /** What is left for all other functions together. */
  public int unreserved() {
    return unreserved;
  }

  /**
   * Reserves concurrency for a function, instead of what it had; 0 keeps it from running.
   *
   * @throws MayflyException if there is no such function, or too little would be left for others
   */
  public synchronized void put(FunctionName function, int calls) {
    catalog.require(function);
    int left = unreserved + reserved.getOrDefault(function, 0) - calls;
    int least = Math.min(LEAST_UNRESERVED, account / 10);
    if (left < least) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d]."
              .formatted(least));
    }
    store.reserveConcurrency(function, calls);
    reserved.put(function, calls);
    count();
  }

  /**
   * Lets a function share again.
   *
   * @throws MayflyException if there is no such function
   */
  public void delete(FunctionName function) {
    catalog.require(function);
    forget(function);
  }

  /** Gives back what a function that has been deleted had reserved, if anything. */
  public synchronized void forget(FunctionName function) {
    if (reserved.containsKey(function)) {
      store.removeReservedConcurrency(function);
      reserved.remove(function);
      count();
    }
  }

  private void count() {
    unreserved =
        Math.max(0, account - reserved.values().stream().mapToInt(Integer::intValue).sum());
  }
}
