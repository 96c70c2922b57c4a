package io.mayfly.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.runtimes.RuntimeCatalog.Row;
import io.mayfly.runtimes.frame.GuestFrame;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every guest does, on every interpreter of this machine. */
class TestGuests {
  static final RuntimeCatalog CATALOG =
      new RuntimeCatalog(GuestProcess.GUEST_HOME, Map.of(), Optional.empty(), System.getenv());

  static Stream<String> runtimes() {
    return CATALOG.list().stream().filter(row -> row.interpreter().isPresent()).map(Row::id);
  }

  static GuestProcess echo(String runtime) throws Exception {
    return GuestProcess.start(CATALOG.launch(runtime), code(runtime), environment(runtime));
  }

  static Map<String, String> environment(String runtime) {
    return Map.of("_HANDLER", runtime.startsWith("java") ? "cases.Echo" : "echo.handler");
  }

  static Path code(String runtime) throws Exception {
    if (runtime.startsWith("java")) {
      return Handlers.java();
    }
    return runtime.startsWith("python") ? Handlers.python() : Handlers.node();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void servesCallAfterCall(String runtime) throws Exception {
    try (GuestProcess guest = echo(runtime)) {
      assertThat(guest.awaitStart()).isInstanceOf(GuestFrame.Ready.class);
      for (String json :
          new String[] {"{\"a\": [1, \"zwölf\"]}", "null", "\"" + "x".repeat(3_000_000) + "\""}) {
        Optional<GuestFrame> answer = guest.invoke(GuestProcess.event(json));
        assertThat(answer).as(guest::log).containsInstanceOf(GuestFrame.Result.class);
        GuestFrame.Result result = (GuestFrame.Result) answer.orElseThrow();
        assertThat(
                new String(result.payload(), StandardCharsets.UTF_8)
                    .replaceAll("\\s|\\\\u00f6|ö", ""))
            .isEqualTo(json.replaceAll("\\s|ö", ""));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void endsWhenThePlatformIsGone(String runtime) throws Exception {
    GuestProcess guest = echo(runtime);
    guest.awaitStart();
    try (guest) {
      guest.hangUp();
      assertThat(guest.status()).isZero();
    }
  }
}
