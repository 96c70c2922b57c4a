package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Instances that a zygote makes: given their function late or at once, and apart from each other.
 */
final class TestForkedSpares extends JailedTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  JailHarness.Way way() {
    return JailHarness.Way.FORKED;
  }

  private Spare prepared() {
    Spare spare = jails.sandbox.prepare(JailHarness.pythonSpare()).orElseThrow();
    assertThat(spare.awaitPrepared(PATIENCE)).isTrue();
    return spare;
  }

  private Instance given(JailHarness.Function function) {
    Instance instance = prepared().specialise(function.spec());
    assertThat(instance.awaitReady(PATIENCE)).as(function.logs::text).isEmpty();
    return instance;
  }

  @Test
  void spareIsGivenItsFunctionLate() {
    JailHarness.Function function =
        jails
            .python(
                """
                import os, sys
                print("loaded")
                def handler(event):
                    try:
                        open("/var/task/new", "w")
                    except OSError as refused:
                        print(refused.strerror)
                    return [os.getcwd(), os.environ["OWN"], sys.argv, event]
                """)
            .variable("OWN", "it's $HOME\nmine");
    Instance instance = given(function);
    assertThat(answer(invoke(instance, "1")))
        .isEqualTo("[\"/var/task\", \"it's $HOME\\nmine\", [\"/var/runtime/main.py\"], 1]");
    assertThat(function.logs.text()).isEqualTo("loaded\nRead-only file system\n");
    assertThat(instance.startup().total()).isPositive();
  }

  @Test
  void limitsAreTheFunctionsOwn() {
    String code = "def handler(event): return len(bytearray(event))";
    Instance small = given(jails.python(code).memory(128));
    assertThat(invoke(small, "" + (200 << 20))).isEqualTo(new Outcome.OutOfMemory());
    Instance large = given(jails.python(code).memory(1024));
    assertThat(answer(invoke(large, "" + (600 << 20)))).isEqualTo("" + (600 << 20));
  }

  @Test
  void instancesShareNothing() {
    String code =
        """
        import os
        def handler(event):
            open("/tmp/" + event, "w").close()
            os.environ["B"] = event
            return [sorted(os.listdir("/tmp")), "A" in os.environ, os.getuid(), os.uname().nodename]
        """;
    Instance one = given(jails.python(code).variable("A", "secret"));
    Instance two = given(jails.python(code));
    String first = answer(invoke(one, "\"one\""));
    String second = answer(invoke(two, "\"two\""));
    assertThat(first).startsWith("[[\"one\"], true, ");
    assertThat(second).startsWith("[[\"two\"], false, ");
    assertThat(first.split(",", -1)[2]).isNotEqualTo(second.split(",", -1)[2]);
    assertThat(first.split(",", -1)[3]).isNotEqualTo(second.split(",", -1)[3]);
  }

  /** Whatever draws random numbers in the usual ways draws others in each instance. */
  @Test
  void chanceIsEachInstancesOwn() {
    String code =
        """
        import os, random, secrets, tempfile, uuid
        def handler(event):
            return [random.random(), uuid.uuid4().hex, secrets.token_hex(8), tempfile.mktemp()]
        """;
    String[] one = answer(invoke(jails.python(code).ready(), "0")).split(",", -1);
    String[] two = answer(invoke(jails.python(code).ready(), "0")).split(",", -1);
    assertThat(one).hasSize(4).doesNotContain(two);
  }

  @Test
  void initThatFailsIsTheFunctionsOwnFailure() {
    Instance instance = prepared().specialise(jails.python("raise ValueError('broken')").spec());
    Optional<Outcome> failure = instance.awaitReady(PATIENCE);
    assertThat(failure.map(JailHarness::describe).orElse("none")).contains("broken");
  }

  /**
   * A process that is first in its namespace could not kill itself, nor be told of its children.
   */
  @Test
  void signalsAndOrphansAreAsAnywhere() {
    Instance instance =
        jails
            .python(
                """
                import os, signal, time
                def handler(event):
                    if os.fork() == 0:
                        if os.fork() == 0:
                            time.sleep(0.05)
                        os._exit(0)
                    os.wait()
                    if event: os.kill(os.getpid(), signal.SIGTERM)
                    return os.getpid()
                """)
            .ready();
    assertThat(answer(invoke(instance, "0"))).isEqualTo("2");
    assertThat(invoke(instance, "1")).isEqualTo(new Outcome.Exited(15, true));
  }

  @Test
  void zygoteThatEndsTakesNobodyWithIt() throws IOException {
    Instance instance = jails.python("handler = lambda event: event").ready();
    List<Integer> killed = zygotes();
    assertThat(killed).isNotEmpty();
    killed.forEach(zygote -> Posix.kill(zygote, Posix.SIGKILL));
    assertThat(answer(invoke(instance, "1"))).isEqualTo("1");
    // Instances go on being made, afresh until there is a new one.
    Instance next = jails.python("handler = lambda event: event").ready();
    assertThat(answer(invoke(next, "2"))).isEqualTo("2");
    assertThat(given(jails.python("handler = lambda event: event")).usable()).isTrue();
    assertThat(zygotes()).isNotEmpty().doesNotContainAnyElementsOf(killed);
  }

  /** This process's children that are zygotes: alone among them, these see all processes. */
  private static List<Integer> zygotes() throws IOException {
    Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      return children
          .map(child -> (int) child.pid())
          .filter(
              child -> {
                Path process = Path.of("/proc", Integer.toString(child));
                try {
                  return Files.readString(process.resolve("cmdline")).contains("zygote")
                      && Files.readSymbolicLink(process.resolve("ns/pid")).equals(own);
                } catch (IOException e) {
                  // It has ended meanwhile.
                  return false;
                }
              })
          .toList();
    }
  }
}
