package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.FunctionConfig;
import io.mayfly.runtimes.RuntimeLaunch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which spares fit a function. */
final class TestSpareKinds {
  private static final Path CODE = Path.of("/code");

  private static final RuntimeLaunch LAUNCH =
      new RuntimeLaunch(
          List.of("/bin/java"),
          List.of(),
          Map.of(),
          RuntimeLaunch.Channel.FRAMES,
          Optional.of(new RuntimeLaunch.Waiting(List.of("LD_", "TZ"), Set.of(), List.of())),
          Optional.of(
              new RuntimeLaunch.Training(
                  "print", List.of("/bin/record"), List.of("/bin/use"), List.of("JAVA_"))));

  private static final RuntimeLaunch TRAINED = LAUNCH.trained(Path.of("/trained"));

  @Test
  void aRuntimeThatWaitsIsNotForWhatSetsVariablesThatItReadsAtItsStart() {
    try (DispatchHarness house =
        DispatchHarness.of((instance, invocation) -> DispatchHarness.success("1"))) {
      FunctionConfig plain = house.deploy(DispatchHarness.NAME, Map.of("COLOUR", "red"));
      assertThat(SpareKinds.of(LAUNCH, plain).started()).isTrue();
      assertThat(SpareKinds.own(TRAINED, plain, CODE))
          .hasValueSatisfying(own -> assertThat(own.code()).contains(CODE));
      for (String name : List.of("TZ", "LD_PRELOAD")) {
        FunctionConfig other = house.deploy(DispatchHarness.NAME, Map.of(name, "x"));
        assertThat(SpareKinds.of(LAUNCH, other).started()).isFalse();
        assertThat(SpareKinds.own(TRAINED, other, CODE)).as(name).isEmpty();
      }
    }
  }
}
