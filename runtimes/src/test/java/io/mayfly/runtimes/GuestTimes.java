package io.mayfly.runtimes;

import io.mayfly.model.Invocation;
import io.mayfly.runtimes.frame.GuestFrame;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Measures each guest on this machine: the time from its start to READY, from the function given to
 * a guest that waits for one to its first answer (medians of starts), and of a call with a small
 * event (median of calls). Run by hand; no test depends on the figures.
 */
final class GuestTimes {
  private static final int STARTS = 15;
  private static final int WARM_UP = 2000;
  private static final int CALLS = 2000;

  private GuestTimes() {}

  public static void main(String[] arguments) throws Exception {
    List<String> runtimes = TestGuests.runtimes().toList();
    for (String runtime : runtimes) {
      long[] starts = new long[STARTS];
      for (int i = 0; i < STARTS; i++) {
        long begun = System.nanoTime();
        try (GuestProcess guest = TestGuests.echo(runtime)) {
          guest.awaitStart();
          starts[i] = System.nanoTime() - begun;
        }
      }
      System.out.printf(
          "%-12s ready %6.1f ms   given late %6.1f ms   call %6.1f us%n",
          runtime, median(starts) / 1e6, late(runtime) / 1e6, median(calls(runtime)) / 1e3);
    }
  }

  /** Not a number for a guest that cannot wait. */
  private static double late(String runtime) throws Exception {
    RuntimeLaunch launch = TestGuests.CATALOG.launch(runtime);
    if (!launch.canWait(Set.of())) {
      return Double.NaN;
    }
    long[] times = new long[STARTS];
    for (int i = 0; i < STARTS; i++) {
      long begun;
      try (GuestProcess guest = GuestProcess.startWaiting(launch)) {
        begun = System.nanoTime();
        guest.specialise(launch, TestGuests.code(runtime), TestGuests.environment(runtime));
        guest.read();
        guest.invoke(GuestProcess.event("{}"));
        times[i] = System.nanoTime() - begun;
      }
    }
    return median(times);
  }

  private static long[] calls(String runtime) throws Exception {
    long[] calls = new long[CALLS];
    try (GuestProcess guest = TestGuests.echo(runtime)) {
      guest.awaitStart();
      Invocation event = GuestProcess.event("{\"key\": \"value\", \"list\": [1, 2, 3]}");
      for (int i = -WARM_UP; i < CALLS; i++) {
        long begun = System.nanoTime();
        if (!(guest.invoke(event).orElseThrow() instanceof GuestFrame.Result)) {
          throw new IllegalStateException(guest.log());
        }
        if (i >= 0) {
          calls[i] = System.nanoTime() - begun;
        }
      }
    }
    return calls;
  }

  private static long median(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
