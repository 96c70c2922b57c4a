package io.mayfly.dispatch.trace;

import io.mayfly.dispatch.KeepAlive;
import io.mayfly.model.DataSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;

/**
 * Judges the learning policy by Azure's traces, beside a fixed window of ten minutes: {@code
 * TraceReport FOLDER SEEDS} with the folder that holds the traces. Prints a line for each finding,
 * its fields apart by tabs, for {@code benchmarks/bench_trace.py}.
 *
 * <p>What the learning policy is asked for is a price of memory, so it is compared at two of them:
 * the one at which it takes as much memory-time as the fixed window, and the one at which it lets
 * as many calls start cold. Both are found by bisection.
 */
public final class TraceReport {
  private static final Duration FIXED = Duration.ofMinutes(10);
  private static final double SHORTEST_SECONDS = 10;
  private static final double LONGEST_SECONDS = 40_000;
  private static final int STEPS = 11;

  /** What every function of the trace of 2021 is taken to have. */
  private static final DataSize MEMORY = DataSize.ofMegabytes(128);

  private TraceReport() {}

  /** Prints the report. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int seeds = Integer.parseInt(arguments[1]);
    Path year2019 = folder.resolve("azure2019-triggers-100");
    for (AzureTraces.Placement placement : AzureTraces.Placement.values()) {
      String name = "2019 " + placement.name().toLowerCase(Locale.ROOT);
      for (int seed = 1; seed <= seeds; seed++) {
        judge(name, AzureTraces.of2019(year2019, placement, seed), seed == 1);
      }
    }
    Path year2021 = folder.resolve("azure2021-200-invocations.csv");
    judge("2021", AzureTraces.of2021(year2021, MEMORY), true);
  }

  private static void judge(String name, Trace trace, boolean limit) {
    double from = trace.seconds() / 2;
    Simulation.Result fixed = Simulation.of(trace, KeepAlive.fixed(FIXED), from);
    print(name, "fixed", FIXED, fixed, fixed);
    Simulation.Result standard = Simulation.of(trace, KeepAlive.learning(FIXED), from);
    print(name, "default", FIXED, standard, fixed);
    compare(name, "learning", window -> Simulation.of(trace, window, from), fixed);
    if (limit) {
      compare(name, "hindsight", window -> Simulation.withHindsight(trace, window, from), fixed);
      System.out.println(String.join("\t", name, "first", "" + firstCalls(trace, from)));
    }
  }

  private static void compare(
      String name,
      String policy,
      Function<KeepAlive, Simulation.Result> simulation,
      Simulation.Result fixed) {
    double shortest = SHORTEST_SECONDS;
    double longest = LONGEST_SECONDS;
    for (int step = 0; step < STEPS; step++) {
      double middle = Math.sqrt(shortest * longest);
      boolean fits = simulation.apply(learning(middle)).idle() <= fixed.idle();
      shortest = fits ? middle : shortest;
      longest = fits ? longest : middle;
    }
    print(name, policy + " memory", window(shortest), simulation.apply(learning(shortest)), fixed);
    shortest = SHORTEST_SECONDS;
    longest = LONGEST_SECONDS;
    for (int step = 0; step < STEPS; step++) {
      double middle = Math.sqrt(shortest * longest);
      boolean fits = simulation.apply(learning(middle)).cold() <= fixed.cold();
      shortest = fits ? shortest : middle;
      longest = fits ? middle : longest;
    }
    print(name, policy + " cold", window(longest), simulation.apply(learning(longest)), fixed);
  }

  private static KeepAlive learning(double seconds) {
    return KeepAlive.learning(window(seconds));
  }

  private static Duration window(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  private static void print(
      String name,
      String policy,
      Duration window,
      Simulation.Result result,
      Simulation.Result fixed) {
    System.out.printf(
        Locale.ROOT,
        "%s\t%s\t%d\t%d\t%d\t%d\t%.0f\t%.0f\t%.4f\t%.4f%n",
        name,
        policy,
        window.toSeconds(),
        result.calls(),
        result.cold(),
        result.prewarmed(),
        result.idle(),
        result.busy(),
        (double) result.cold() / fixed.cold(),
        result.idle() / fixed.idle());
  }

  /**
   * Functions that are called for the first time since then: whoever learns cannot know of them.
   */
  private static long firstCalls(Trace trace, double from) {
    return trace.functions().stream()
        .filter(function -> function.starts().length > 0 && function.starts()[0] >= from)
        .count();
  }
}
