package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The pools of all functions: for each version of a function the one that serves now, and beside it
 * those of earlier revisions whose instances are not gone yet. Safe for use by many threads.
 */
final class FunctionPools {
  private final FunctionSource functions;
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final Map<FunctionVersion, FunctionPool> serving = new ConcurrentHashMap<>();

  /** A pool is in here from before it leaves {@link #serving} until its last instance is gone. */
  private final Set<FunctionPool> draining = ConcurrentHashMap.newKeySet();

  FunctionPools(FunctionSource functions) {
    this.functions = functions;
  }

  /**
   * The pool of the revision that serves now, made on first use.
   *
   * @throws MayflyException if there is no such function, or it cannot be invoked
   */
  FunctionPool serving(FunctionVersion name) {
    FunctionConfig config = functions.serving(name);
    FunctionPool found = serving.get(name);
    if (found != null && found.serves(config)) {
      return found;
    }
    // The configuration is read again inside: a retirement that follows its change sees this pool.
    List<FunctionPool> outdated = new ArrayList<>(1);
    FunctionPool current =
        serving.compute(
            name,
            (key, before) -> {
              FunctionConfig now = functions.serving(key);
              if (before != null && before.serves(now)) {
                return before;
              }
              if (before != null) {
                draining.add(before);
                outdated.add(before);
              }
              return new FunctionPool(now, new Parallelism(processors));
            });
    // Nobody waits for these: busy instances go with their calls.
    outdated.forEach(
        pool -> {
          var _ = drain(pool);
        });
    return current;
  }

  /** How many instances the revision of a version that serves now has. */
  int live(FunctionVersion function) {
    FunctionPool pool = serving.get(function);
    return pool == null ? 0 : pool.live();
  }

  /** How many instances there are, those of earlier revisions included. */
  int live() {
    return Stream.concat(serving.values().stream(), draining.stream())
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
            FunctionPool pool = serving(version);
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
    serving.computeIfPresent(
        function,
        (key, pool) -> {
          if (isCurrent(pool)) {
            return pool;
          }
          draining.add(pool);
          return null;
        });
    return CompletableFuture.allOf(
        draining.stream()
            .filter(pool -> pool.config().id().equals(function))
            .map(this::drain)
            .toArray(CompletableFuture[]::new));
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
    serving.values().forEach(look);
  }

  /** Forgets the pools that have no instance, so that a function at zero costs nothing here. */
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
    return retired;
  }

  /** Retires every pool, without waiting for busy instances. */
  void close() {
    serving
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
