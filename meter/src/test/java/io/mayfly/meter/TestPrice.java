package io.mayfly.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TestPrice {
  @Test
  void aRequestCostsItselfAndItsGigabyteSeconds() {
    assertThat(Price.LAMBDA.of(Duration.ofSeconds(1), DataSize.ofMegabytes(1024)))
        .isEqualByComparingTo("0.0000168667");
    assertThat(Price.LAMBDA.of(Duration.ZERO, DataSize.ofMegabytes(128)))
        .isEqualByComparingTo("0.0000002");
    // 128 MB for 100 ms are 0.0125 GB-seconds.
    assertThat(Price.LAMBDA.of(Duration.ofMillis(100), DataSize.ofMegabytes(128)))
        .isEqualByComparingTo("0.00000040833375");
  }

  @Test
  void totalsAddUpPerFunction() {
    UsageTotals totals = new UsageTotals(Price.LAMBDA);
    FunctionName name = new FunctionName("a");
    assertThat(totals.of(name)).isEqualTo(UsageTotals.Total.NONE);
    totals.add(name, Duration.ofMillis(100), DataSize.ofMegabytes(128));
    totals.add(name, Duration.ofMillis(100), DataSize.ofMegabytes(128));
    totals.add(new FunctionName("b"), Duration.ofMillis(1), DataSize.ofMegabytes(128));
    assertThat(totals.of(name).invocations()).isEqualTo(2);
    assertThat(totals.of(name).billed()).isEqualTo(Duration.ofMillis(200));
    assertThat(totals.of(name).cost()).isEqualByComparingTo(new BigDecimal("0.0000008166675"));
  }
}
