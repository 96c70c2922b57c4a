package io.mayfly.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TestLogStream {
  @Test
  void isNamedAsLambdaNamesIt() {
    UUID instance = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    LogStream latest = new LogStream(LocalDate.of(2026, 1, 2), "$LATEST", instance);
    LogStream version = new LogStream(LocalDate.of(2026, 1, 2), "17", instance);
    assertThat(latest.name()).isEqualTo("2026/01/02/[$LATEST]00112233445566778899aabbccddeeff");
    assertThat(version.name()).isEqualTo("2026/01/02/[17]00112233445566778899aabbccddeeff");
    assertThat(LogStream.named(latest.name())).contains(latest);
    assertThat(LogStream.named(version.name())).contains(version);
  }

  @Test
  void otherNamesAreNone() {
    for (String name :
        List.of(
            "",
            "2026/01/02/[$LATEST]",
            "2026/01/02/[0]00112233445566778899aabbccddeeff",
            "2026/13/02/[$LATEST]00112233445566778899aabbccddeeff",
            "2026/02/30/[1]00112233445566778899aabbccddeeff",
            "2026/01/02/[$LATEST]00112233445566778899AABBCCDDEEFF",
            "2026/01/02/[$LATEST]00112233445566778899aabbccddeeff0")) {
      assertThat(LogStream.named(name)).as(name).isEmpty();
    }
  }
}
