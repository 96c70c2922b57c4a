package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestStartFailures {
  private static final RequestId ID = new RequestId("8b5f2f1e-0000-4000-8000-000000000001");

  @Test
  void customRuntimeWithoutBootstrapIsAnInvalidEntrypoint() {
    for (int status : List.of(126, 127)) {
      Outcome failure = Failures.ofStart(new Outcome.Exited(status, false), "provided.al2023", ID);
      assertThat(Failures.errorType(failure)).isEqualTo("Runtime.InvalidEntrypoint");
      byte[] payload = Failures.payload(failure, ID, Duration.ofSeconds(3));
      assertThat(new String(payload, StandardCharsets.UTF_8))
          .isEqualTo(
              "{\"errorType\":\"Runtime.InvalidEntrypoint\",\"errorMessage\":\"RequestId: "
                  + ID
                  + " Error: Couldn't find valid bootstrap(s):"
                  + " [/var/task/bootstrap /opt/bootstrap]\"}");
    }
  }

  @Test
  void otherEndsStayWhatTheyAre() {
    Outcome one = new Outcome.Exited(1, false);
    Outcome signal = new Outcome.Exited(127, true);
    Outcome managed = new Outcome.Exited(127, false);
    assertThat(Failures.ofStart(one, "provided.al2023", ID)).isSameAs(one);
    assertThat(Failures.ofStart(signal, "provided.al2023", ID)).isSameAs(signal);
    assertThat(Failures.ofStart(managed, "python3.12", ID)).isSameAs(managed);
  }
}
