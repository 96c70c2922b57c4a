package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import io.mayfly.store.FunctionStore;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The tags of functions: texts that their owners put on them ("Using tags on Lambda functions" in
 * the developer guide). All versions of a function have the same. Nothing on a call's way needs
 * them, so they are read from the store.
 */
public final class FunctionTags {
  /** As many as Lambda allows. */
  private static final int MOST = 50;

  private final FunctionCatalog catalog;
  private final FunctionStore store;

  public FunctionTags(FunctionCatalog catalog, FunctionStore store) {
    this.catalog = catalog;
    this.store = store;
  }

  /**
   * A function's tags.
   *
   * @throws MayflyException if there is no such function
   */
  public Map<String, String> list(FunctionName function) {
    catalog.require(function);
    return store.tags(function);
  }

  /**
   * Adds tags, instead of those of the same keys.
   *
   * @throws MayflyException if there is no such function, or they would be too many
   */
  public synchronized void tag(FunctionName function, Map<String, String> tags) {
    Map<String, String> all = new HashMap<>(list(function));
    all.putAll(tags);
    check(all);
    store.tag(function, tags);
  }

  /**
   * Takes tags away that are there.
   *
   * @throws MayflyException if there is no such function
   */
  public synchronized void untag(FunctionName function, List<String> keys) {
    catalog.require(function);
    store.untag(function, keys);
  }

  /** Checks a function's tags together. */
  static void check(Map<String, String> tags) {
    if (tags.size() > MOST) {
      throw invalid("Number of tags exceeds resource tag limit.");
    }
    if (tags.keySet().stream().anyMatch(key -> key.toLowerCase(Locale.ROOT).startsWith("aws:"))) {
      throw invalid("aws: prefixed tag key names are not allowed for external use.");
    }
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }
}
