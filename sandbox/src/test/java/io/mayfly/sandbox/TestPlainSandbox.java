package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances without isolation still serve, time out and leave nothing behind. */
final class TestPlainSandbox {
  @TempDir Path data;
  private JailHarness processes = unset();

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T unset() {
    return null;
  }

  @BeforeEach
  void open() {
    processes = new JailHarness(data, Isolation.NONE);
  }

  @AfterEach
  void close() {
    processes.close();
  }

  @Test
  void functionAnswersAgainAndAgain() {
    JailHarness.Function function =
        processes.python("import os\nhandler = lambda event: [event, os.environ['NAME']]");
    Instance instance = function.variable("NAME", "a\nb").ready();
    assertThat(answer(invoke(instance, "1"))).isEqualTo("[1, \"a\\nb\"]");
    assertThat(answer(invoke(instance, "2"))).isEqualTo("[2, \"a\\nb\"]");
    assertThat(instance.peakMemory()).isGreaterThan(DataSize.ofMegabytes(1));
  }

  @Test
  void taskRootIsTheFolderOnTheHost() {
    JailHarness.Function function =
        processes.python("import os\nhandler = lambda event: os.environ['LAMBDA_TASK_ROOT']");
    assertThat(answer(invoke(function.ready(), "1"))).isEqualTo("\"" + function.code + "\"");
  }

  @Test
  void timeoutKillsChildrenToo() {
    Instance instance =
        processes
            .python(
                """
                import subprocess
                def handler(event): subprocess.run(["sleep", "876543"])
                """)
            .ready();
    assertThat(invoke(instance, "1", Duration.ofMillis(500))).isEqualTo(new Outcome.TimedOut());
    ((ProcessInstance) instance).stopAndWait();
    assertThat(
            ProcessHandle.allProcesses()
                .map(process -> process.info().toString())
                .filter(text -> text.contains("876543")))
        .isEmpty();
  }

  @Test
  void endsAreReported() {
    assertThat(processes.shell("exit 5").start().awaitReady(Duration.ofSeconds(30)))
        .contains(new Outcome.Exited(5, false));
    assertThat(processes.shell("kill -11 $$").start().awaitReady(Duration.ofSeconds(30)))
        .contains(new Outcome.Exited(11, true));
  }
}
