package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing that was accepted is lost, whatever happens to the platform. A few kills in every run;
 * {@code ./mayfly torture} takes more.
 */
final class TestTorture {
  private static final int KILLS = Integer.getInteger("mayfly.torture.kills", 20);
  private static final long SEED = Long.getLong("mayfly.torture.seed", 1);

  @TempDir Path folder;

  @Test
  void nothingThatWasAcceptedIsLostByKillsFullDisksFailedWritesAndJumpsOfTheClock() {
    Torture.Report report;
    try (Torture torture =
        new Torture(folder, SEED, line -> System.out.println("torture: " + line))) {
      report = torture.kill(KILLS);
    }
    System.out.println("torture: " + report);
    assertThat(report.lost()).as("lost").isZero();
    assertThat(report.returned()).as("came again after they were deleted").isZero();
    assertThat(report.disordered()).as("out of order").isZero();
    assertThat(report.kills()).isEqualTo(KILLS);
    assertThat(report.accepted()).isGreaterThan(10 * KILLS);
    assertThat(report.deadLetters()).isPositive();
  }
}
