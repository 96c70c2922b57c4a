package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.model.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The pools of all functions: for each version of a function the one that serves now (one for each
 * tenant, if the function keeps its tenants apart), and beside it those of earlier revisions whose
 * instances are not gone yet. Safe for use by many threads.
 */
final class FunctionPools {
  private final FunctionSource functions;
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final Map<FunctionVersion, FunctionPool> serving = new ConcurrentHashMap<>();

  /** The same for single tenants; apart, so that no key is made for calls that have none. */
  private final Map<PoolKey, FunctionPool> tenants = new ConcurrentHashMap<>();

  /** A pool is in here from before it leaves {@link #serving} until its last instance is gone. */
  private final Set<FunctionPool> draining = ConcurrentHashMap.newKeySet();

  FunctionPools(FunctionSource functions) {
    this.functions = functions;
  }

  /**
   * The pool of the revision that serves now, made on first use.
   *
   * @throws MayflyException if there is no such function, it cannot be invoked, or it is not said
   *     whose call it is of a function that keeps its tenants apart
   */
  FunctionPool serving(FunctionVersion name, Optional<TenantId> tenant) {
    FunctionConfig config = functions.serving(name);
    config.checkTenant(tenant);
    return tenant.isEmpty()
        ? current(serving, name, config, tenant)
        : current(tenants, new PoolKey(name, tenant), config, tenant);
  }

  private <K> FunctionPool current(
      Map<K, FunctionPool> pools, K key, FunctionConfig config, Optional<TenantId> tenant) {
    FunctionPool found = pools.get(key);
    if (found != null && found.serves(config)) {
      return found;
    }
    // The configuration is read again inside: a retirement that follows its change sees this pool.
    List<FunctionPool> outdated = new ArrayList<>(1);
    FunctionPool current =
        pools.compute(
            key,
            (same, before) -> {
              FunctionConfig now = functions.serving(config.id());
              if (before != null && before.serves(now)) {
                return before;
              }
              now.checkTenant(tenant);
              if (before != null) {
                draining.add(before);
                outdated.add(before);
              }
              return new FunctionPool(now, tenant, new Parallelism(processors));
            });
    // Nobody waits for these: busy instances go with their calls.
    outdated.forEach(
        pool -> {
          var _ = drain(pool);
        });
    return current;
  }

  /** How many instances the revision of a version that serves now has, all tenants' together. */
  int live(FunctionVersion function) {
    return servingNow()
        .filter(pool -> pool.key().function().equals(function))
        .mapToInt(FunctionPool::live)
        .sum();
  }

  private Stream<FunctionPool> servingNow() {
    return Stream.concat(serving.values().stream(), tenants.values().stream());
  }

  /** How many instances there are, those of earlier revisions included. */
  int live() {
    return Stream.concat(servingNow(), draining.stream())
        .distinct()
        .mapToInt(FunctionPool::live)
        .sum();
  }

  /** How far the pool of a version is with the instances it has before calls come. */
  Readiness readiness(FunctionVersion version) {
    FunctionPool pool = serving.get(version);
    return pool == null ? Readiness.NONE : pool.readiness();
  }

  /**
   * Has the instances made that are to be there before calls come.
   *
   * @param calls for how many calls, of the versions that have provisioned concurrency
   * @param start starts an instance of a pool
   */
  void provision(Map<FunctionVersion, Integer> calls, long now, Consumer<FunctionPool> start) {
    serving.forEach(
        (version, pool) -> {
          if (!calls.containsKey(version)) {
            var _ = pool.provision(0, now);
          }
        });
    calls.forEach(
        (version, wanted) -> {
          try {
            FunctionPool pool = serving(version, Optional.empty());
            for (int missing = pool.provision(wanted, now); missing > 0; missing--) {
              start.accept(pool);
            }
          } catch (MayflyException e) {
            // Not active yet, or just deleted.
          }
        });
  }

  /**
   * Retires every pool of a version but that of the configuration that serves now, which a call may
   * have opened already.
   *
   * @return completes when no instance of the retired ones is left, whoever retired them
   */
  CompletableFuture<?> retire(FunctionVersion function) {
    retireOutdated(serving, function);
    tenants.keySet().stream()
        .filter(key -> key.function().equals(function))
        .forEach(key -> retireOutdated(tenants, key));
    return CompletableFuture.allOf(
        draining.stream()
            .filter(pool -> pool.config().id().equals(function))
            .map(this::drain)
            .toArray(CompletableFuture[]::new));
  }

  private <K> void retireOutdated(Map<K, FunctionPool> pools, K key) {
    pools.computeIfPresent(
        key,
        (same, pool) -> {
          if (isCurrent(pool)) {
            return pool;
          }
          draining.add(pool);
          return null;
        });
  }

  /**
   * The configuration of a version that serves now.
   *
   * @throws MayflyException if there is no such function, or it cannot be invoked
   */
  FunctionConfig config(FunctionVersion function) {
    return functions.serving(function);
  }

  void forEachServing(Consumer<FunctionPool> look) {
    servingNow().forEach(look);
  }

  /** How many pools serve. */
  int size() {
    return serving.size() + tenants.size();
  }

  /** Whether a tenant has a pool, which is so while it has an instance or a call. */
  boolean has(PoolKey tenant) {
    return tenants.containsKey(tenant);
  }

  /** Forgets a tenant's pool if nothing is left in it: there may be any number of tenants. */
  void forgetEmpty(FunctionPool pool) {
    tenants.computeIfPresent(
        pool.key(), (key, found) -> found == pool && pool.retireIfEmpty() ? null : found);
  }

  /**
   * Forgets the pools that have no instance, so that a function at zero costs nothing here.
   *
   * @return whose they were, but for tenants, who rest nowhere
   */
  List<FunctionVersion> retireEmpty() {
    List<FunctionVersion> retired = new ArrayList<>();
    serving
        .entrySet()
        .removeIf(
            entry -> {
              boolean empty = entry.getValue().retireIfEmpty();
              if (empty) {
                retired.add(entry.getKey());
              }
              return empty;
            });
    tenants.values().removeIf(FunctionPool::retireIfEmpty);
    return retired;
  }

  /** Retires every pool, without waiting for busy instances. */
  void close() {
    close(serving);
    close(tenants);
  }

  private void close(Map<?, FunctionPool> pools) {
    pools
        .values()
        .removeIf(
            pool -> {
              draining.add(pool);
              var _ = drain(pool);
              return true;
            });
  }

  private boolean isCurrent(FunctionPool pool) {
    try {
      return pool.serves(functions.serving(pool.config().id()));
    } catch (MayflyException e) {
      // Nothing serves any more.
      return false;
    }
  }

  private CompletableFuture<?> drain(FunctionPool pool) {
    return pool.retire().whenComplete((nothing, failure) -> draining.remove(pool));
  }
}
