package io.mayfly.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TestFilterRules {
  private static final List<String> PATTERNS =
      List.of(
          "{\"body\": {\"temperature\": [{\"numeric\": [\">\", 0, \"<=\", 100]}]}}",
          "{\"a\": [null, true, 7, \"\", \"text\"]}",
          "{\"a\": [{\"exists\": false}], \"b\": [{\"anything-but\": [\"x\"]}]}",
          "{\"$or\": [{\"a\": [1]}, {\"b\": {\"c\": [{\"prefix\": \"x\"}]}}]}",
          "{\"a\": [{\"suffix\": \".png\"}, {\"equals-ignore-case\": \"x\"}]}");

  @Test
  void patternsAreAsTheGuideHasThem() {
    assertThat(PATTERNS).allMatch(FilterRules::isPattern);
  }

  @Test
  void anythingElseIsNone() {
    assertThat(
            List.of(
                "",
                "{",
                "[]",
                "{}",
                "\"text\"",
                "null",
                "{\"a\": \"text\"}",
                "{\"a\": 1}",
                "{\"a\": []}",
                "{\"a\": {}}",
                "{\"a\": [[1]]}",
                "{\"a\": [{\"unknown\": 1}]}",
                "{\"a\": [{\"prefix\": \"a\", \"suffix\": \"b\"}]}",
                "{\"$or\": [{\"a\": [1]}]}",
                "{\"$or\": [1, 2]}",
                "{\"a\": [1]} {\"b\": [2]}",
                "{\"a\": [1]} text",
                "{\"a\":".repeat(600) + "[1]" + "}".repeat(600)))
        .noneMatch(FilterRules::isPattern);
  }

  @Test
  void noChangeOfAPatternFailsInside() {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(PATTERNS.get(random.nextInt(PATTERNS.size())));
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, "{}[]\":,$0\\".charAt(random.nextInt(10)));
          default -> text.setCharAt(at, (char) random.nextInt(0x250));
        }
      }
      var _ = FilterRules.isPattern(text.toString());
    }
  }
}
