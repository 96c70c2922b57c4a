package io.mayfly.functions;

import io.mayfly.model.FunctionName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Things of functions in memory, each under a name that its function has once. Reads are lock-free;
 * writers take turns.
 */
final class PerFunction<T> {
  private final Map<FunctionName, ConcurrentNavigableMap<String, T>> things =
      new ConcurrentHashMap<>();

  Optional<T> find(FunctionName function, String name) {
    ConcurrentNavigableMap<String, T> own = things.get(function);
    return own == null ? Optional.empty() : Optional.ofNullable(own.get(name));
  }

  /** What a function has, by name. */
  List<T> list(FunctionName function) {
    ConcurrentNavigableMap<String, T> own = things.get(function);
    return own == null ? List.of() : List.copyOf(own.values());
  }

  /** What a function's things are called. */
  Set<String> names(FunctionName function) {
    ConcurrentNavigableMap<String, T> own = things.get(function);
    return own == null ? Set.of() : Set.copyOf(own.keySet());
  }

  /** The functions that have something. */
  Set<FunctionName> functions() {
    return things.keySet();
  }

  void put(FunctionName function, String name, T thing) {
    things.computeIfAbsent(function, key -> new ConcurrentSkipListMap<>()).put(name, thing);
  }

  void remove(FunctionName function, String name) {
    things.computeIfPresent(
        function,
        (key, own) -> {
          own.remove(name);
          return own.isEmpty() ? null : own;
        });
  }
}
