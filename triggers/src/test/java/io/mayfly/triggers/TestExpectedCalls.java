package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TestExpectedCalls {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:thumb";

  private final List<String> announced = new ArrayList<>();
  private final ExpectedCalls calls =
      new ExpectedCalls(
          (name, qualifier) -> {
            if (qualifier.equals(Optional.of("gone"))) {
              throw new MayflyException(ErrorCode.NOT_FOUND, "no such alias");
            }
            return new FunctionVersion(name, qualifier.isPresent() ? "7" : FunctionVersion.LATEST);
          },
          (function, at) -> announced.add(function.version() + " " + at.getEpochSecond() % 1000));

  @Test
  void theNextCallOfEachVersionIsAnnounced() {
    calls.expect("a", List.of(ARN), START.plusSeconds(60));
    calls.expect("b", List.of(ARN), START.plusSeconds(90));
    calls.expect("c", List.of(ARN), START.plusSeconds(30));
    calls.expect("d", List.of(ARN + ":live"), START.plusSeconds(45));
    assertThat(announced).containsExactly("$LATEST 460", "$LATEST 430", "7 445");
    announced.clear();
    // The first has been called, and will be again.
    calls.expect("c", List.of(ARN), START.plusSeconds(330));
    assertThat(announced).containsExactly("$LATEST 460");
    announced.clear();
    calls.forget("a");
    calls.forget("b");
    assertThat(announced).containsExactly("$LATEST 490", "$LATEST 730");
    announced.clear();
    calls.forget("c");
    calls.forget("never");
    assertThat(announced).isEmpty();
  }

  @Test
  void anAlarmMayCallSeveralFunctions() {
    calls.expect("rule", List.of(ARN, ARN + ":live", ARN + ":gone", ARN), START.plusSeconds(60));
    assertThat(announced).containsExactlyInAnyOrder("$LATEST 460", "7 460");
    announced.clear();
    calls.expect("rule", List.of(ARN + ":live"), START.plusSeconds(120));
    assertThat(announced).containsExactly("7 520");
    calls.forget("rule");
    assertThat(announced).hasSize(1);
  }

  @Test
  void whatIsNoFunctionIsNotAnnounced() {
    calls.expect("a", List.of("arn:aws:sqs:us-east-1:000000000000:queue"), START);
    calls.expect("b", List.of(ARN + ":gone"), START);
    assertThat(announced).isEmpty();
  }
}
