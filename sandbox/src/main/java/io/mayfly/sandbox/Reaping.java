package io.mayfly.sandbox;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Waiting for what the kernel does in its own time and tells nobody: processes that leave a control
 * group, a group that freezes.
 */
final class Reaping {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long LONGEST_NAP_MILLIS = 50;

  private static final System.Logger LOG = System.getLogger(Reaping.class.getName());

  private Reaping() {}

  /** Kills until a group has no process left, and removes it. */
  static void untilGone(Cgroups.Cgroup group) {
    boolean gone =
        poll(
            () -> {
              if (group.remove()) {
                return true;
              }
              group.kill();
              return false;
            });
    if (!gone) {
      LOG.log(
          System.Logger.Level.WARNING,
          "processes in {0} do not end although they were killed; the next start tries again",
          group.joinFiles());
    }
  }

  /** Asks with growing pauses until the answer is yes; false if it never was in ten seconds. */
  static boolean poll(BooleanSupplier question) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    long nap = 1;
    while (!question.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      try {
        Thread.sleep(Duration.ofMillis(nap));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      nap = Math.min(2 * nap, LONGEST_NAP_MILLIS);
    }
    return true;
  }
}
