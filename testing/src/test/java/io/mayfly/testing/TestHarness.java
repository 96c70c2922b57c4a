package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class TestHarness {
  @Test
  void platformComesUpServesStopsAndLeavesNothing() throws Exception {
    Path data;
    try (Mayfly mayfly = Mayfly.start()) {
      data = mayfly.data();
      Functions functions = mayfly.functions();
      functions.deployPython("hello", "def handler(event, context): return {'got': event}\n");
      assertThat(functions.invoke("hello", "[1]").payload().asUtf8String())
          .isEqualTo("{\"got\": [1]}");
      Reply reply = Http.request("GET", functions.url("hello")).send();
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.text()).contains("\"rawPath\": \"/\"");
      mayfly.restart();
      assertThat(mayfly.functions().invoke("hello", "2").payload().asUtf8String())
          .isEqualTo("{\"got\": 2}");
    }
    assertThat(Files.exists(data)).isFalse();
  }
}
