package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestJailedSandbox {
  @TempDir Path data;
  private JailHarness jails;

  @BeforeEach
  void open() {
    jails = new JailHarness(data);
  }

  @AfterEach
  void close() {
    jails.close();
  }

  @Test
  void functionAnswersAgainAndAgain() {
    Instance instance = jails.python("handler = lambda event: {'got': event}").ready();
    for (int call = 0; call < 100; call++) {
      assertThat(JailHarness.answer(JailHarness.invoke(instance, "{\"n\": " + call + "}")))
          .isEqualTo("{\"got\": {\"n\": " + call + "}}");
    }
    assertThat(instance.usable()).isTrue();
  }

  @Test
  void functionThatIsTooSlowTimesOut() {
    Instance instance =
        jails.python("import time\ndef handler(event):\n  time.sleep(event)").ready();
    Outcome outcome = JailHarness.invoke(instance, "30", Duration.ofMillis(300));
    assertThat(outcome).isEqualTo(new Outcome.TimedOut());
    assertThat(instance.usable()).isFalse();
  }
}
