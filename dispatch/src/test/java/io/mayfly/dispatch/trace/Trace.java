package io.mayfly.dispatch.trace;

import io.mayfly.model.DataSize;
import java.util.Arrays;
import java.util.List;

/**
 * What was called when.
 *
 * @param seconds how long it was watched
 */
record Trace(double seconds, List<TracedFunction> functions) {
  /**
   * The calls of one function.
   *
   * @param memory what each of its instances takes
   * @param starts when its calls began, in seconds, ascending
   * @param ends when each of them ended
   */
  record TracedFunction(String name, DataSize memory, double[] starts, double[] ends) {
    /** Without the calls that began before. */
    TracedFunction since(double time) {
      int first = 0;
      while (first < starts.length && starts[first] < time) {
        first++;
      }
      return new TracedFunction(
          name,
          memory,
          Arrays.copyOfRange(starts, first, starts.length),
          Arrays.copyOfRange(ends, first, ends.length));
    }
  }
}
