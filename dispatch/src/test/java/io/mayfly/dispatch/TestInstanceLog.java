package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Limits;
import io.mayfly.sandbox.Telemetry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TestInstanceLog {
  private final List<String> passed = new ArrayList<>();
  private final InstanceLog log =
      new InstanceLog(
          (bytes, offset, length) ->
              passed.add(new String(bytes, offset, length, StandardCharsets.UTF_8)));

  private void write(String text) {
    byte[] bytes = ("??" + text).getBytes(StandardCharsets.UTF_8);
    log.write(bytes, 2, bytes.length - 2);
  }

  @Test
  void linesArePassedOnWhole() {
    write("one, ");
    assertThat(passed).isEmpty();
    write("two\nthree\nfo");
    write("ur\n");
    assertThat(String.join("", passed)).isEqualTo("one, two\nthree\nfour\n");
    assertThat(passed).allMatch(piece -> piece.endsWith("\n"));
  }

  @Test
  void aLineOfThePlatformEndsOneThatTheHandlerLeftOpen() {
    write("no end");
    log.platformLine("END");
    assertThat(String.join("", passed)).isEqualTo("no end\nEND\n");
    assertThat(log.tail()).asString().isEqualTo("no end\nEND\n");
  }

  @Test
  void aLineWithoutEndIsPassedOnWhenTheInstanceGoes() {
    write("last words");
    log.close();
    assertThat(passed).containsExactly("last words\n");
  }

  @Test
  void aLineOfAnExtensionWithoutEndIsPassedOnWhenTheInstanceGoes() {
    ExtensionLines lines = new ExtensionLines(log);
    byte[] bytes = "whole\nlast words".getBytes(StandardCharsets.UTF_8);
    lines.write(bytes, 0, bytes.length);
    assertThat(passed).containsExactly("whole\n");
    lines.end();
    lines.end();
    log.close();
    assertThat(passed).containsExactly("whole\n", "last words\n");
  }

  @Test
  void manyLinesTakeLongOnlyWhereEachIsLookedAt() {
    assertThat(log.byLine()).isFalse();
    log.tell(new Telemetry());
    assertThat(log.byLine()).isTrue();
  }

  @Test
  void anEndlessLineIsPassedOnInPiecesAndHoldsNoMoreMemory() {
    write("x".repeat(1_000_000));
    assertThat(String.join("", passed).length()).isGreaterThan(1_000_000 - 64 * 1024 - 1);
    write("\n");
    assertThat(String.join("", passed)).isEqualTo("x".repeat(1_000_000) + "\n");
  }

  @Test
  void theTailIsTheLastFourKilobytesOfThisCall() {
    write("before the call\n");
    log.begin();
    Random random = new Random(7);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < 500; i++) {
      byte[] piece = new byte[random.nextInt(i % 50 == 0 ? 9000 : 60)];
      for (int at = 0; at < piece.length; at++) {
        piece[at] = (byte) ('a' + random.nextInt(26));
      }
      log.write(piece, 0, piece.length);
      all.writeBytes(piece);
      byte[] whole = all.toByteArray();
      assertThat(log.tail())
          .isEqualTo(
              Arrays.copyOfRange(
                  whole, Math.max(0, whole.length - Limits.LOG_TAIL_BYTES), whole.length));
    }
  }

  @Test
  void theTailOfAShortCallIsAllOfIt() {
    write("earlier\n");
    log.begin();
    write("now\n");
    assertThat(log.tail()).asString().isEqualTo("now\n");
  }
}
