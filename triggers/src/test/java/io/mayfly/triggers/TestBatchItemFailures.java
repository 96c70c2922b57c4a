package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TestBatchItemFailures {
  private static final Set<String> IDS = Set.of("a", "b");
  private static final String ONE = "{\"batchItemFailures\": [{\"itemIdentifier\": \"a\"}]}";

  private static Optional<Set<String>> parse(String answer) {
    return BatchItemFailures.parse(answer.getBytes(StandardCharsets.UTF_8), IDS);
  }

  @Test
  void whatSaysNothingOfMessagesIsASuccess() {
    for (String answer :
        List.of(
            "null",
            "{}",
            "\"text\"",
            "[{\"itemIdentifier\": \"x\"}]",
            "{\"batchItemFailures\": []}",
            "{\"batchItemFailures\": null}",
            "{\"other\": {\"batchItemFailures\": [1]}}")) {
      assertThat(parse(answer)).as(answer).contains(Set.of());
    }
  }

  @Test
  void namedMessagesHaveFailed() {
    assertThat(parse(ONE)).contains(Set.of("a"));
    assertThat(
            parse(
                "{\"x\": [[]], \"batchItemFailures\": [{\"itemIdentifier\": \"b\", \"y\": {}}, {\"itemIdentifier\": \"a\"}, {\"itemIdentifier\": \"a\"}]}"))
        .contains(IDS);
  }

  @Test
  void anythingElseIsAFailureOfTheWholeBatch() {
    for (String answer :
        List.of(
            "",
            "{",
            ONE + "x",
            "{\"batchItemFailures\": {}}",
            "{\"batchItemFailures\": \"a\"}",
            "{\"batchItemFailures\": [\"a\"]}",
            "{\"batchItemFailures\": [null]}",
            "{\"batchItemFailures\": [{}]}",
            "{\"batchItemFailures\": [{\"itemIdentifier\": \"\"}]}",
            "{\"batchItemFailures\": [{\"itemIdentifier\": null}]}",
            "{\"batchItemFailures\": [{\"itemIdentifier\": 1}]}",
            "{\"batchItemFailures\": [{\"itemIdentifier\": \"c\"}]}",
            "{\"batchItemFailures\": [{\"identifier\": \"a\"}]}",
            "{\"batchItemFailures\": [{\"itemIdentifier\": \"a\"}, {\"itemIdentifier\": \"c\"}]}",
            "[".repeat(100_000))) {
      assertThat(parse(answer)).as(answer).isEmpty();
    }
  }

  @Test
  void noAnswerBreaksTheParser() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = ONE.getBytes(StandardCharsets.UTF_8);
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      BatchItemFailures.parse(bytes, IDS).ifPresent(failed -> assertThat(IDS).containsAll(failed));
    }
  }
}
