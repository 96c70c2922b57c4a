package io.mayfly.functions;

import io.mayfly.model.FunctionName;

/** Things that functions have, or their versions and aliases, and that go with them. */
public interface Belongings {
  /**
   * Forgets all that a function had which has been deleted; also what came while it was being
   * deleted.
   */
  void forget(FunctionName function);

  /** Forgets what a version or an alias had that has been deleted. */
  default void forget(FunctionName function, String qualifier) {}
}
