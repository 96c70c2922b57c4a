package io.mayfly.model;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The value of {@code X-Amzn-Trace-Id}, in the form of the X-Ray developer guide ("Tracing
 * header"): {@code Root=1-<seconds>-<96 bits>;Parent=<64 bits>;Sampled=0}.
 */
public final class TraceId {
  private static final int MAX_LENGTH = 256;
  private static final HexFormat HEX = HexFormat.of();

  private TraceId() {}

  /** The caller's trace if it sent one, a new one that is not sampled otherwise. */
  public static String continueOrStart(
      Optional<String> callers, Instant now, RandomGenerator random) {
    return callers
        .filter(value -> value.contains("Root=") && value.length() <= MAX_LENGTH)
        .orElseGet(
            () ->
                "Root=1-"
                    + HEX.toHexDigits((int) now.getEpochSecond())
                    + "-"
                    + HEX.toHexDigits(random.nextInt())
                    + HEX.toHexDigits(random.nextLong())
                    + ";Parent="
                    + HEX.toHexDigits(random.nextLong())
                    + ";Sampled=0");
  }
}
