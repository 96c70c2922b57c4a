package io.mayfly.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TestEchoBash extends AbstractTestEcho {
  TestEchoBash() {
    super("echo-bash", "provided.al2023", "bootstrap");
  }

  @Test
  void bytesComeOutAsTheyWentIn() {
    for (String text :
        List.of(" { \"a\" : 1.0 }\n\n", "\"\\u0000 '$HOME' `id` \\\\ é\"", "1e400")) {
      assertThat(echo(text)).isEqualTo(text);
    }
  }
}
