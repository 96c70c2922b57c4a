package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.Limits;
import io.mayfly.model.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What an instance does for functions that mean well, and how it reports those that fail. */
final class TestJailedSandbox extends JailedTest {
  @Test
  void functionAnswersAgainAndAgain() {
    Instance instance = jails.python("handler = lambda event: {'got': event}").ready();
    for (int call = 0; call < 100; call++) {
      assertThat(answer(invoke(instance, "{\"n\": " + call + "}")))
          .isEqualTo("{\"got\": {\"n\": " + call + "}}");
    }
    assertThat(instance.usable()).isTrue();
    assertThat(instance.startup().total()).isPositive();
    assertThat(instance.peakMemory()).isGreaterThan(DataSize.ofMegabytes(1));
  }

  @Test
  void functionInShellServesOverTheRuntimeApi() {
    Instance instance =
        jails
            .shell(
                """
                api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
                while true; do
                  event=$(curl -s -D /tmp/headers "$api/next")
                  id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//p' /tmp/headers | tr -d '\\r')
                  curl -s -X POST "$api/$id/response" -d "got $event" > /dev/null
                done
                """)
            .ready();
    assertThat(answer(invoke(instance, "\"one\""))).isEqualTo("got \"one\"");
    assertThat(answer(invoke(instance, "\"two\""))).isEqualTo("got \"two\"");
  }

  @Test
  void handlersErrorIsPassedOnAndTheInstanceLives() {
    Instance instance = jails.python("def handler(event): raise ValueError('no ' + event)").ready();
    Outcome outcome = invoke(instance, "\"luck\"");
    assertThat(outcome).isInstanceOf(Outcome.HandlerError.class);
    assertThat(answer(outcome))
        .isEqualTo("{\"errorType\": \"ValueError\", \"errorMessage\": \"no luck\"}");
    assertThat(instance.usable()).isTrue();
  }

  @Test
  void errorAtImportIsAnInitError() {
    Instance instance = jails.python("raise ValueError('broken')").start();
    Optional<Outcome> failure = instance.awaitReady(Duration.ofSeconds(30));
    assertThat(failure.map(JailHarness::describe)).contains("{\"errorMessage\": \"broken\"}");
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void runtimeThatNeverAsksTimesOutInInit() {
    Instance instance = jails.shell("exec sleep 1000").start();
    assertThat(instance.awaitReady(Duration.ofMillis(300))).contains(new Outcome.TimedOut());
  }

  @Test
  void exitDuringInitIsReportedWithItsStatus() {
    Instance instance = jails.shell("exit 3").start();
    assertThat(instance.awaitReady(Duration.ofSeconds(30))).contains(new Outcome.Exited(3, false));
  }

  @Test
  void exitDuringACallIsReportedWithItsStatus() {
    Instance instance = jails.python("import os\ndef handler(event): os._exit(event)").ready();
    assertThat(invoke(instance, "7")).isEqualTo(new Outcome.Exited(7, false));
    assertThat(invoke(instance, "7")).isEqualTo(new Outcome.Exited(7, false));
  }

  @Test
  void deathBySignalIsReportedWithItsNumber() {
    Instance instance =
        jails.python("import os\ndef handler(event): os.kill(os.getpid(), 11)").ready();
    assertThat(invoke(instance, "null")).isEqualTo(new Outcome.Exited(11, true));
  }

  @Test
  void programThatIsMissingIsReported() {
    JailHarness.Function function = jails.shell("");
    function.launch =
        new io.mayfly.runtimes.RuntimeLaunch(
            java.util.List.of("/var/task/absent"),
            java.util.List.of(),
            java.util.Map.of(),
            io.mayfly.runtimes.RuntimeLaunch.Channel.RUNTIME_API);
    assertThat(function.start().awaitReady(Duration.ofSeconds(30)))
        .contains(new Outcome.Exited(127, false));
    assertThat(function.logs.text()).contains("/var/task/absent");
  }

  @Test
  void functionThatIsTooSlowTimesOut() {
    Instance instance =
        jails.python("import time\ndef handler(event):\n  time.sleep(event)").ready();
    assertThat(invoke(instance, "30", Duration.ofMillis(300))).isEqualTo(new Outcome.TimedOut());
    assertThat(instance.usable()).isFalse();
    assertThat(invoke(instance, "0")).isEqualTo(new Outcome.TimedOut());
  }

  @Test
  void whatWasWrittenBeforeTheAnswerIsInTheLogs() {
    JailHarness.Function function =
        jails.python(
            """
            import os
            def handler(event):
              os.write(1, b"o" * 300000)
              os.write(2, ("end of %d\\n" % event).encode())
            """);
    Instance instance = function.ready();
    for (int call = 0; call < 20; call++) {
      assertThat(answer(invoke(instance, Integer.toString(call)))).isEqualTo("null");
      assertThat(function.logs.text()).endsWith("end of " + call + "\n");
    }
  }

  @Test
  void hundredMegabytesOfOutputArriveWhole() {
    JailHarness.Function function =
        jails.python(
            """
            import os
            def handler(event):
              line = b"x" * 99999 + b"\\n"
              for each in range(1000): os.write(1, line)
            """);
    Instance instance = function.ready();
    assertThat(answer(invoke(instance, "null"))).isEqualTo("null");
    assertThat(function.logs.size()).isEqualTo(100_000_000);
  }

  @Test
  void environmentValuesArriveAsTheyAre() {
    String value = "line 1\nline 2 'single' \"double\" $HOME `id` \\ = \t ü € 𝄞 ;&|";
    JailHarness.Function function =
        jails
            .python("import os, json\nhandler = lambda event: os.environ[event].encode().hex()")
            .variable("ODD", value)
            .variable("OPTIND", "not a number")
            .variable("EMPTY", "");
    Instance instance = function.ready();
    assertThat(hexText(answer(invoke(instance, "\"ODD\"")))).isEqualTo(value);
    assertThat(hexText(answer(invoke(instance, "\"OPTIND\"")))).isEqualTo("not a number");
    assertThat(hexText(answer(invoke(instance, "\"EMPTY\"")))).isEmpty();
  }

  private static String hexText(String answer) {
    return new String(
        java.util.HexFormat.of().parseHex(answer.replace("\"", "")),
        java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void onlyGivenVariablesAreInTheEnvironment() {
    Instance instance =
        jails
            .python("import os\nhandler = lambda event: sorted(os.environ)")
            .variable("GIVEN", "yes")
            .ready();
    assertThat(answer(invoke(instance, "null")))
        .isEqualTo("[\"AWS_LAMBDA_RUNTIME_API\", \"GIVEN\", \"LC_CTYPE\", \"PATH\"]");
  }

  @Test
  void answersUpToTheLimitPassAndLargerOnesDoNot() {
    Instance instance = jails.python("handler = lambda size: 'x' * (size - 2)").ready();
    int limit = Limits.RESPONSE_BYTES;
    assertThat(answer(invoke(instance, Integer.toString(limit)))).hasSize(limit);
    assertThat(invoke(instance, Integer.toString(limit + 1)))
        .isEqualTo(new Outcome.ResponseTooLarge(limit + 1));
    assertThat(answer(invoke(instance, "4"))).isEqualTo("\"xx\"");
  }

  @Test
  void whenGoneCallsBackBeforeAndAfterTheEnd() throws InterruptedException {
    Instance instance = jails.shell("exec sleep 1000").start();
    CountDownLatch calls = new CountDownLatch(2);
    instance.whenGone(
        () -> {
          calls.countDown();
          instance.whenGone(calls::countDown);
        });
    instance.stop();
    instance.stop();
    assertThat(calls.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void frozenInstanceStandsStillUntilItIsCalled() {
    Instance instance =
        jails
            .python(
                """
                import threading, time
                count = 0
                def work():
                    global count
                    while True:
                        count += 1
                        time.sleep(0.005)
                threading.Thread(target=work, daemon=True).start()
                def handler(event):
                    return count
                """)
            .ready();
    instance.freeze();
    int before = Integer.parseInt(answer(invoke(instance, "1")));
    instance.freeze();
    instance.freeze();
    assertThat(instance.usable()).isTrue();
    LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
    // Running, it would have counted to a hundred.
    int after = Integer.parseInt(answer(invoke(instance, "1")));
    assertThat(after - before).isBetween(0, 30);
  }

  @Test
  void frozenInstanceCanBeStopped() throws InterruptedException {
    Instance instance = jails.python("handler = lambda event: event").ready();
    instance.freeze();
    CountDownLatch gone = new CountDownLatch(1);
    instance.whenGone(gone::countDown);
    instance.stop();
    assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
    instance.freeze();
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void freezingAndCallingAtTheSameTimeLosesNoCall() throws InterruptedException {
    Instance instance = jails.python("handler = lambda event: event").ready();
    AtomicBoolean over = new AtomicBoolean();
    Thread freezer =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get()) {
                    instance.freeze();
                  }
                });
    for (int call = 0; call < 200; call++) {
      assertThat(answer(invoke(instance, "" + call))).isEqualTo("" + call);
    }
    over.set(true);
    freezer.join();
  }
}
