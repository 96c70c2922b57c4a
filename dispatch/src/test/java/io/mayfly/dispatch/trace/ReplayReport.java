package io.mayfly.dispatch.trace;

import io.mayfly.dispatch.KeepAlive;
import io.mayfly.dispatch.trace.Trace.TracedFunction;
import io.mayfly.model.DataSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Twenty minutes of both of Azure's traces, for {@code benchmarks/bench_trace-replay.py}, which
 * plays them to a real platform. {@code ReplayReport FOLDER calls} prints a line for each call:
 * function, start and duration in seconds. {@code ReplayReport FOLDER simulate KEEP_ALIVE BYTES}
 * prints what the simulation says: calls, cold starts, prewarmed instances, and instance-seconds
 * idle and busy, if the platform keeps instances so ({@code auto} or seconds) and each of them
 * takes so many bytes.
 */
public final class ReplayReport {
  private static final double SECONDS = 1200;
  private static final double MINUTE = 60;

  /** Busier functions would measure the machine and not the policy. */
  private static final int MOST_CALLS = 600;

  private static final double MOST_SECONDS = 600;

  private ReplayReport() {}

  /** Prints one or the other. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    if (arguments[1].equals("calls")) {
      slice(folder, new DataSize(0)).functions().forEach(ReplayReport::printCalls);
      return;
    }
    KeepAlive keepAlive =
        arguments[2].equals("auto")
            ? KeepAlive.learning(Duration.ofMinutes(10))
            : KeepAlive.fixed(Duration.ofSeconds(Long.parseLong(arguments[2])));
    DataSize memory = new DataSize(Long.parseLong(arguments[3]));
    Trace slice = slice(folder, memory);
    Simulation.Result result = Simulation.of(slice, keepAlive, 0);
    double megabytes = memory.bytes() / (double) (1 << 20);
    System.out.printf(
        Locale.ROOT,
        "%d\t%d\t%d\t%.1f\t%.1f%n",
        result.calls(),
        result.cold(),
        result.prewarmed(),
        result.idle() / megabytes,
        result.busy() / megabytes);
  }

  private static void printCalls(TracedFunction function) {
    for (int call = 0; call < function.starts().length; call++) {
      System.out.printf(
          Locale.ROOT,
          "%s\t%.3f\t%.3f%n",
          function.name(),
          function.starts()[call],
          function.ends()[call] - function.starts()[call]);
    }
  }

  /** Of 2019 the twenty minutes in which most functions are called; of 2021 the first twenty. */
  private static Trace slice(Path folder, DataSize memory) throws IOException {
    Trace year2019 =
        AzureTraces.of2019(
            folder.resolve("azure2019-triggers-100"), AzureTraces.Placement.RANDOM, 1);
    Trace year2021 = AzureTraces.of2021(folder.resolve("azure2021-200-invocations.csv"), memory);
    int minutes = (int) ((year2019.seconds() - SECONDS) / MINUTE);
    double from =
        IntStream.rangeClosed(0, minutes)
            .mapToObj(minute -> minute * MINUTE)
            .max(Comparator.comparingInt(start -> cut(year2019, start, "a", memory).size()))
            .orElseThrow();
    List<TracedFunction> functions = new ArrayList<>(cut(year2019, from, "a", memory));
    functions.addAll(cut(year2021, 0, "b", memory));
    return new Trace(SECONDS, functions);
  }

  private static List<TracedFunction> cut(
      Trace trace, double from, String prefix, DataSize memory) {
    List<TracedFunction> cut = new ArrayList<>();
    for (TracedFunction function : trace.functions()) {
      int[] calls =
          IntStream.range(0, function.starts().length)
              .filter(call -> function.starts()[call] >= from)
              .filter(call -> function.starts()[call] < from + SECONDS)
              .toArray();
      if (calls.length == 0 || calls.length > MOST_CALLS) {
        continue;
      }
      double[] starts = new double[calls.length];
      double[] ends = new double[calls.length];
      for (int i = 0; i < calls.length; i++) {
        double start = function.starts()[calls[i]];
        starts[i] = start - from;
        ends[i] = starts[i] + Math.min(MOST_SECONDS, function.ends()[calls[i]] - start);
      }
      cut.add(
          new TracedFunction(
              prefix + "-" + function.name().substring(0, 12), memory, starts, ends));
    }
    return cut;
  }
}
