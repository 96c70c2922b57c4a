package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lets jcstress try {@link HandOver} for some seconds; {@code mayfly.stress} sets how many
 * milliseconds each of the two tries of each scene takes.
 */
class TestHandOver {
  @Test
  void twoThreadsThatMeetInAPoolLoseNoCallAndShareNoInstance(@TempDir Path results)
      throws IOException, InterruptedException {
    Process stress =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-t",
                HandOver.class.getName(),
                "-jvmArgs",
                "-Xmx256m --enable-native-access=ALL-UNNAMED",
                "-sc",
                "false",
                "-f",
                "1",
                "-iters",
                "2",
                "-time",
                System.getProperty("mayfly.stress", "500"),
                "-r",
                results.toString())
            .directory(results.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(stress.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(stress.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(said)
        .contains("6 planned; 6 passed, 0 failed, 0 soft errs, 0 hard errs")
        .doesNotContain("[FAILED]");
    assertThat(stress.exitValue()).isZero();
  }
}
