package io.mayfly.sandbox;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * Waits for work that another thread does: one that may change namespaces, or a platform thread for
 * native calls that wait and would hold a virtual thread's carrier meanwhile.
 */
final class Elsewhere {
  private Elsewhere() {}

  /**
   * The work's result; what it threw is thrown here.
   *
   * @param what the work, as in "a folder was mounted"
   */
  static <T> T await(Future<T> work, String what) {
    try {
      return work.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("failed while " + what, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + what, e);
    }
  }
}
