package io.mayfly.dispatch;

import io.mayfly.model.FunctionVersion;
import io.mayfly.model.TenantId;
import java.util.Comparator;
import java.util.Optional;

/**
 * For whose calls a pool is: a version's, or one tenant's of it. Sorted, so that tenants whose
 * names have one hash, which is for callers to choose, do not make a map a list.
 */
record PoolKey(FunctionVersion function, Optional<TenantId> tenant) implements Comparable<PoolKey> {
  private static final Comparator<PoolKey> ORDER =
      Comparator.comparing(PoolKey::function)
          .thenComparing(key -> key.tenant().map(TenantId::value).orElse(""));

  @Override
  public int compareTo(PoolKey other) {
    return ORDER.compare(this, other);
  }
}
