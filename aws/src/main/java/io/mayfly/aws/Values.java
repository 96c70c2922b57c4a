package io.mayfly.aws;

import java.util.List;
import java.util.Map;

/** Casts of the engine's values (see {@link Shape}), in one place. */
final class Values {
  private Values() {}

  /** A value of a structure or map shape. */
  @SuppressWarnings("unchecked") // the engine makes no map with other keys
  static Map<String, Object> structure(Object value) {
    return (Map<String, Object>) value;
  }

  /** A value of a list shape. */
  @SuppressWarnings("unchecked") // the engine makes no other list
  static List<Object> list(Object value) {
    return (List<Object>) value;
  }
}
