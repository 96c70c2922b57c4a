package io.mayfly.functions;

import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import io.mayfly.store.FunctionStore;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which functions may be called by what they cause themselves ("Use Lambda recursive loop detection
 * to prevent infinite loops" in the developer guide). Reads are lock-free; changes are on the disk
 * before they show.
 */
public final class RecursiveLoops implements Belongings {
  private final FunctionCatalog catalog;
  private final FunctionStore store;
  private final Set<FunctionName> allowed = ConcurrentHashMap.newKeySet();

  public RecursiveLoops(FunctionCatalog catalog, FunctionStore store) {
    this.catalog = catalog;
    this.store = store;
    allowed.addAll(store.recursiveLoops());
  }

  /**
   * Whether a function may be; by default it may not.
   *
   * @throws MayflyException if there is no such function
   */
  public boolean allowed(FunctionName function) {
    catalog.require(function);
    return allowed.contains(function);
  }

  /**
   * Says whether it may.
   *
   * @throws MayflyException if there is no such function
   */
  public synchronized void allow(FunctionName function, boolean may) {
    catalog.require(function);
    if (may) {
      store.allowRecursiveLoops(function);
      allowed.add(function);
    } else {
      forget(function);
    }
  }

  @Override
  public synchronized void forget(FunctionName function) {
    if (allowed.contains(function)) {
      store.forbidRecursiveLoops(function);
      allowed.remove(function);
    }
  }
}
