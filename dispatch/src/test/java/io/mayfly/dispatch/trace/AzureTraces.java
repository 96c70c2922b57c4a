package io.mayfly.dispatch.trace;

import io.mayfly.dispatch.trace.Trace.TracedFunction;
import io.mayfly.model.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Reads what Microsoft has published of Azure Functions' invocations: <a
 * href="https://github.com/Azure/AzurePublicDataset">AzurePublicDataset</a>, CC-BY 4.0; Shahrad et
 * al., "Serverless in the Wild", ATC'20.
 */
final class AzureTraces {
  /** Where in its minute a call was, which the trace of 2019 does not tell. */
  enum Placement {
    /** The calls of a minute are as far from each other as they can be. */
    EVEN,
    RANDOM,
    /** All calls of a minute come at once. */
    START
  }

  /** Of the durations that {@code durations.csv} tells, from its eighth column on. */
  private static final double[] PERCENTILES = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};

  private static final int FIRST_PERCENTILE = 7;
  private static final int FIRST_MINUTE = 4;

  private AzureTraces() {}

  /**
   * The trace of 2019, which counts calls by the minute. How long a call took is drawn from its
   * function's percentiles; the memory is what the function's application had allocated on average.
   *
   * @param folder with {@code invocations.csv}, {@code durations.csv} and {@code memory.csv}
   */
  static Trace of2019(Path folder, Placement placement, long seed) throws IOException {
    Map<String, double[]> durations = new HashMap<>();
    for (String[] row : rows(folder.resolve("durations.csv"))) {
      double[] of = new double[PERCENTILES.length];
      for (int i = 0; i < of.length; i++) {
        of[i] = Double.parseDouble(row[FIRST_PERCENTILE + i]) / 1000;
      }
      durations.put(row[2], of);
    }
    Map<String, DataSize> memory = new HashMap<>();
    for (String[] row : rows(folder.resolve("memory.csv"))) {
      memory.put(row[0], new DataSize(Math.round(Double.parseDouble(row[4]) * (1 << 20))));
    }
    SplittableRandom random = new SplittableRandom(seed);
    List<TracedFunction> functions = new ArrayList<>();
    int minutes = 0;
    for (String[] row : rows(folder.resolve("invocations.csv"))) {
      minutes = row.length - FIRST_MINUTE;
      double[] of = found(durations, row[2]);
      SplittableRandom own = random.split();
      double[] starts = starts(row, placement, own);
      double[] ends = new double[starts.length];
      for (int i = 0; i < ends.length; i++) {
        ends[i] = starts[i] + duration(of, own.nextDouble());
      }
      functions.add(new TracedFunction(row[2], found(memory, row[2]), starts, ends));
    }
    return new Trace(minutes * 60.0, functions);
  }

  private static <T> T found(Map<String, T> values, String function) throws IOException {
    T value = values.get(function);
    if (value == null) {
      throw new IOException("the trace is incomplete: nothing is told of function " + function);
    }
    return value;
  }

  private static double[] starts(String[] row, Placement placement, SplittableRandom random) {
    List<Double> starts = new ArrayList<>();
    for (int column = FIRST_MINUTE; column < row.length; column++) {
      int count = Integer.parseInt(row[column]);
      for (int i = 0; i < count; i++) {
        double within =
            switch (placement) {
              case EVEN -> 60.0 * i / count;
              case RANDOM -> random.nextDouble(60);
              case START -> 0;
            };
        starts.add((column - FIRST_MINUTE) * 60.0 + within);
      }
    }
    return starts.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /** The duration that a part of all are shorter than. */
  private static double duration(double[] of, double part) {
    int above = 1;
    while (PERCENTILES[above] < part) {
      above++;
    }
    double share = (part - PERCENTILES[above - 1]) / (PERCENTILES[above] - PERCENTILES[above - 1]);
    return of[above - 1] + share * (of[above] - of[above - 1]);
  }

  /**
   * The trace of 2021, which has the end and the duration of each call.
   *
   * @param memory which it does not tell: what each instance is taken to have
   */
  static Trace of2021(Path file, DataSize memory) throws IOException {
    Map<String, List<double[]>> calls = new TreeMap<>();
    double last = 0;
    for (String[] row : rows(file)) {
      double end = Double.parseDouble(row[2]);
      double start = Math.max(0, end - Double.parseDouble(row[3]));
      calls.computeIfAbsent(row[1], name -> new ArrayList<>()).add(new double[] {start, end});
      last = Math.max(last, end);
    }
    List<TracedFunction> functions = new ArrayList<>();
    calls.forEach(
        (name, of) -> {
          of.sort(Comparator.comparingDouble(call -> call[0]));
          functions.add(
              new TracedFunction(
                  name,
                  memory,
                  of.stream().mapToDouble(call -> call[0]).toArray(),
                  of.stream().mapToDouble(call -> call[1]).toArray()));
        });
    return new Trace(last, functions);
  }

  private static List<String[]> rows(Path file) throws IOException {
    try (var lines = Files.lines(file)) {
      return lines.skip(1).map(line -> line.split(",", -1)).toList();
    }
  }
}
