package io.mayfly.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

class TestJsonText {
  private static final JsonFactory JACKSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static boolean accepts(String text) {
    return accepts(text.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean accepts(byte[] bytes) {
    return JsonText.problem(bytes).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        " \t\r\n{ \"a\" : [ 1 , -0.5e+10 , true , false , null , \"\" ] } ",
        "\"text\"",
        "0",
        "-1",
        "null",
        "\"\\u00e9\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"é文😀\"",
        "\"\\ud800\"",
        "{\"a\":1,\"a\":2}"
      })
  void jsonIsAccepted(String text) {
    assertThat(accepts(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\"}",
        "[1 2]",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "tru",
        "truex",
        "nul",
        "NaN",
        "Infinity",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "{} {}",
        "[]]",
        "1 2",
        "// c\n1",
        "\uFEFF{}",
        "[1}",
        "{\"a\":1]"
      })
  void whatIsNoJsonIsNot(String text) {
    assertThat(accepts(text)).isFalse();
  }

  @Test
  void bytesThatAreNotUtf8AreNot() {
    assertThat(accepts(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'})).isFalse();
    assertThat(accepts(new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'})).isFalse();
    assertThat(accepts(new byte[] {'"', (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80, '"'}))
        .isFalse();
    assertThat(accepts(new byte[] {'"', (byte) 0xe9, '"'})).isFalse();
  }

  @Test
  void theProblemNamesItsPlace() {
    assertThat(JsonText.problem("{\"a\": x}".getBytes(StandardCharsets.UTF_8)))
        .contains("'x' where a JSON value should be at byte 6");
    assertThat(JsonText.problem("[1".getBytes(StandardCharsets.UTF_8)))
        .contains("the text ends too early at byte 2");
  }

  @Test
  void nestingIsTakenToAThousandLevelsAndNoDeeper() {
    assertThat(accepts("[".repeat(1000) + "]".repeat(1000))).isTrue();
    assertThat(accepts("{\"a\":[".repeat(500) + "]}".repeat(500))).isTrue();
    assertThat(accepts("[".repeat(1001) + "]".repeat(1001))).isFalse();
    assertThat(accepts("[".repeat(5_000_000))).isFalse();
  }

  /** Jackson, but for its guesses at other encodings and its leniency about UTF-8. */
  private static boolean jacksonAccepts(byte[] bytes) {
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      return false;
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    try (JsonParser parser = JACKSON.createParser(ObjectReadContext.empty(), text)) {
      int roots = 0;
      while (parser.nextToken() != null) {
        // Reading the value finds what is wrong inside it.
        var _ = parser.getString();
        if (parser.streamReadContext().inRoot() && !parser.currentToken().isStructStart()) {
          roots++;
        }
      }
      return roots == 1;
    } catch (JacksonException e) {
      return false;
    }
  }

  @Test
  void itAgreesWithJacksonOnRandomAndOnDamagedTexts() {
    Random random = new Random(42);
    int valid = 0;
    int invalid = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      append(text, random, 0);
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      for (int change = random.nextInt(3); change > 0 && bytes.length > 0; change--) {
        bytes[random.nextInt(bytes.length)] =
            random.nextInt(4) == 0
                ? (byte) random.nextInt(1, 256)
                : (byte) "{}[]\",:\\u0e-+. tfn1a".charAt(random.nextInt(20));
      }
      boolean expected = jacksonAccepts(bytes);
      assertThat(accepts(bytes))
          .as(() -> new String(bytes, StandardCharsets.ISO_8859_1))
          .isEqualTo(expected);
      if (expected) {
        valid++;
      } else {
        invalid++;
      }
    }
    assertThat(valid).isGreaterThan(2_000);
    assertThat(invalid).isGreaterThan(2_000);
  }

  private static void append(StringBuilder text, Random random, int depth) {
    switch (random.nextInt(depth > 4 ? 4 : 6)) {
      case 0 -> text.append(List.of("true", "false", "null").get(random.nextInt(3)));
      case 1 -> text.append(random.nextInt(-1000, 1000));
      case 2 -> text.append(random.nextGaussian() * Math.pow(10, random.nextInt(-20, 20)));
      case 3 -> appendString(text, random);
      case 4 -> {
        text.append('[');
        for (int i = random.nextInt(4); i > 0; i--) {
          append(text, random, depth + 1);
          text.append(i > 1 ? " , " : "");
        }
        text.append(']');
      }
      default -> {
        text.append('{');
        for (int i = random.nextInt(4); i > 0; i--) {
          appendString(text, random);
          text.append(": ");
          append(text, random, depth + 1);
          text.append(i > 1 ? "," : "");
        }
        text.append('}');
      }
    }
  }

  private static void appendString(StringBuilder text, Random random) {
    text.append('"');
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(
          List.of("a", "é", "文", "😀", "\\n", "\\u00e9", "\\\"", " ", "\\\\", "/")
              .get(random.nextInt(10)));
    }
    text.append('"');
  }
}
