package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.sandbox.MemoryGauge.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readings of files as the kernel writes them, and of this machine. */
final class TestMemoryGauge {
  @TempDir Path folder;

  private MemoryGauge gauge(Group... groups) throws IOException {
    Files.writeString(
        folder.resolve("meminfo"),
        "MemTotal:       24683784 kB\nMemFree:          100 kB\nMemAvailable:   21730772 kB\nSwapFree: 9 kB\n");
    return new MemoryGauge(folder, List.of(groups));
  }

  private Group group(String name, String limit, String usage, String cached) throws IOException {
    Path group = Files.createDirectory(folder.resolve(name));
    Files.writeString(group.resolve("memory.max"), limit + "\n");
    Files.writeString(group.resolve("memory.current"), usage + "\n");
    Files.writeString(group.resolve("memory.stat"), "anon 5\ninactive_file " + cached + "\n");
    return Group.versionTwo(group);
  }

  @Test
  void theMachinesMemoryCountsWithoutSwap() throws IOException {
    assertThat(gauge().read())
        .isEqualTo(
            new MemoryState(
                new DataSize(24_683_784L * 1024), new DataSize(21_730_772L * 1024), false));
  }

  @Test
  void theTightestGroupCountsAndItsCachedFilesAreLeft() throws IOException {
    MemoryGauge gauge =
        gauge(
            group("none", "max", "77", "0"),
            group("small", "1000000", "400000", "100000"),
            group("full", "2000000", "1950000", "0"),
            Group.versionOne(folder.resolve("absent")));
    assertThat(gauge.read())
        .isEqualTo(new MemoryState(new DataSize(1_000_000), new DataSize(50_000), false));
  }

  @Test
  void aGroupBeyondItsLimitHasNothingLeft() throws IOException {
    MemoryState state = gauge(group("over", "1000", "1200", "0")).read();
    assertThat(state.available()).isEqualTo(new DataSize(0));
  }

  @Test
  void waitingForMemoryIsNoticedWhereTheKernelTells() throws IOException {
    Path pressure = Files.createDirectory(folder.resolve("pressure")).resolve("memory");
    String line = " avg10=%s avg60=0.00 avg300=0.00 total=387260\n";
    Files.writeString(pressure, "some" + line.formatted("90.00") + "full" + line.formatted("9.99"));
    assertThat(gauge().read().stalling()).isFalse();
    Files.writeString(
        pressure, "some" + line.formatted("90.00") + "full" + line.formatted("10.00"));
    assertThat(gauge().read().stalling()).isTrue();
  }

  @Test
  void thisMachineHasSome() {
    MemoryState state = new MemoryGauge(Path.of("/proc"), List.of()).read();
    assertThat(state.total()).isGreaterThan(DataSize.ofMegabytes(256));
    assertThat(state.available()).isGreaterThan(DataSize.ofMegabytes(16)).isLessThan(state.total());
  }
}
