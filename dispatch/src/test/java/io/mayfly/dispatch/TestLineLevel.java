package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.LogLevel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lines as functions write them, good and bad. */
class TestLineLevel {
  private static Optional<LogLevel> of(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return LineLevel.of(bytes, bytes.length);
  }

  @Test
  void theLevelIsThatOfTheObject() {
    assertThat(of("{\"level\":\"debug\",\"message\":\"x\"}")).contains(LogLevel.DEBUG);
    assertThat(
            of(
                " {\"a\": {\"level\":\"ERROR\"}, \"b\":[\"level\",\"FATAL\"], \"level\" : \"WARN\"}"))
        .contains(LogLevel.WARN);
    assertThat(of("{\"message\":\"\\\"level\\\":\\\"ERROR\\\"\",\"level\":\"TRACE\"}"))
        .contains(LogLevel.TRACE);
    assertThat(of("{\"level\":\"WARNING\"}")).contains(LogLevel.WARN);
    assertThat(of("{\"level\":\"CRITICAL\"}")).contains(LogLevel.FATAL);
  }

  @Test
  void anObjectWithoutOneIsInformation() {
    for (String line :
        new String[] {
          "{}",
          "{",
          "{\"level\"",
          "{\"level\":",
          "{\"level\":7}",
          "{\"level\":\"loud\"}",
          "{\"level\":\"DEB",
          "{\"level\":\"DEBUG\\",
          "{\"a\":{\"level\":\"DEBUG\"}}",
          "{\"other\":\"level\"}"
        }) {
      assertThat(of(line)).as(line).isPresent();
    }
    assertThat(of("{\"level\":7}")).contains(LogLevel.INFO);
    assertThat(of("{\"a\":{\"level\":\"DEBUG\"}}")).contains(LogLevel.INFO);
    assertThat(of("{\"other\":\"level\",\"x\":\"ERROR\"}")).contains(LogLevel.INFO);
  }

  @Test
  void otherTextHasNone() {
    for (String line : new String[] {"", "plain", "[\"level\"]", "level: ERROR", "\"{\""}) {
      assertThat(of(line)).as(line).isEmpty();
    }
  }

  @Test
  void noNoiseFailsInside() {
    Random random = new Random(3);
    byte[] alphabet = "{}[]\",:\\level DEBUG".getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 20_000; round++) {
      byte[] line = new byte[random.nextInt(40)];
      for (int i = 0; i < line.length; i++) {
        line[i] = alphabet[random.nextInt(alphabet.length)];
      }
      assertThat(LineLevel.of(line, line.length)).isNotNull();
    }
  }
}
