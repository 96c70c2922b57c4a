package io.mayfly.aws;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Casts of the engine's values (see {@link Shape}), in one place. */
final class Values {
  private Values() {}

  /** A value of a structure or map shape. */
  @SuppressWarnings("unchecked") // the engine makes no map with other keys
  static Map<String, Object> structure(Object value) {
    return (Map<String, Object>) value;
  }

  /** An element of a list, or a value in a map; null if it is one that a sparse one lacks. */
  static @Nullable Object element(Object value) {
    return value instanceof Optional<?> sparse ? sparse.orElse(null) : value;
  }

  /** A value of a list shape. */
  @SuppressWarnings("unchecked") // the engine makes no other list
  static List<Object> list(Object value) {
    return (List<Object>) value;
  }
}
