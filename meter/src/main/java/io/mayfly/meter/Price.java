package io.mayfly.meter;

import io.mayfly.model.DataSize;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;

/**
 * What invocations cost at a price list. AWS charges nothing on your own machine; the figure tells
 * what the same work costs there.
 *
 * @param perRequest US dollars for one request
 * @param perGigabyteSecond US dollars for one GB (1,024 MB) held for one second
 */
public record Price(BigDecimal perRequest, BigDecimal perGigabyteSecond) {
  /** AWS Lambda's list price in us-east-1 for x86-64, first tier, without the free tier. */
  public static final Price LAMBDA =
      new Price(new BigDecimal("0.0000002"), new BigDecimal("0.0000166667"));

  private static final BigDecimal MEGABYTES_PER_GIGABYTE = BigDecimal.valueOf(1024);
  private static final BigDecimal MILLIS_PER_SECOND = BigDecimal.valueOf(1000);

  /** The US dollars of one invocation that was billed {@code billed} at this memory size. */
  public BigDecimal of(Duration billed, DataSize memory) {
    BigDecimal gigabyteSeconds =
        BigDecimal.valueOf(memory.megabytes())
            .multiply(BigDecimal.valueOf(billed.toMillis()))
            .divide(MEGABYTES_PER_GIGABYTE.multiply(MILLIS_PER_SECOND), MathContext.DECIMAL64);
    return perRequest.add(gigabyteSeconds.multiply(perGigabyteSecond));
  }
}
