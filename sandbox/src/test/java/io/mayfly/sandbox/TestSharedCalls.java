package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Instances that take several calls at a time: honest guests and others. */
final class TestSharedCalls extends JailedTest {
  private static final String GUEST =
      """
      import os, socket, struct, threading, time
      def connect():
          link = socket.socket(socket.AF_UNIX)
          link.connect(os.environ["MAYFLY_SOCKET"])
          return link
      def send(link, kind, call, body):
          link.sendall(struct.pack(">IBI", 5 + len(body), kind, call) + body)
      def take(link, count):
          data = b""
          while len(data) < count:
              part = link.recv(count - len(data))
              if not part: os._exit(0)
              data += part
          return data
      def receive(link):
          length, kind, call = struct.unpack(">IBI", take(link, 9))
          body = take(link, length - 5)
          at = 8
          for each in range(3): at += 2 + struct.unpack_from(">H", body, at)[0]
          for each in range(2): at += 4 + struct.unpack_from(">I", body, at)[0]
          return call, body[at:]
      def hello(link, calls):
          send(link, 1, 0, struct.pack(">HH", 1, 1) + b"x")
          send(link, 2, 0, struct.pack(">H", calls))
      """;

  /** Holds calls back until there are three, and answers the newest first. */
  private static final String BACKWARDS =
      """
      link = connect()
      hello(link, 3)
      while True:
          held = [receive(link) for _ in range(3)]
          for call, event in reversed(held):
              send(link, 4, call, event)
      """;

  private JailHarness.Function guest(String code) {
    return jails.frames(GUEST + code).calls(3);
  }

  private static List<Outcome> atOnce(Instance instance, Duration limit, String... events)
      throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Outcome>> calls = new ArrayList<>();
      for (String event : events) {
        calls.add(callers.submit(() -> invoke(instance, event, limit)));
      }
      List<Outcome> outcomes = new ArrayList<>();
      for (Future<Outcome> call : calls) {
        outcomes.add(call.get());
      }
      return outcomes;
    }
  }

  private static final Duration LONG = Duration.ofSeconds(60);

  private static String text(Outcome outcome) {
    return outcome instanceof Outcome.Success success
        ? new String(success.payload(), StandardCharsets.UTF_8)
        : outcome.toString();
  }

  @Test
  void answersFindTheirCallsInWhateverOrderTheyCome() throws Exception {
    Instance instance = guest(BACKWARDS).ready();
    for (int round = 0; round < 50; round++) {
      assertThat(atOnce(instance, LONG, "a", "b", "c").stream().map(TestSharedCalls::text))
          .containsExactly("a", "b", "c");
    }
    assertThat(instance.usable()).isTrue();
  }

  @Test
  void callsGoOverAsManyConnectionsAsTheGuestOpens() throws Exception {
    Instance instance =
        guest(
                """
                first = connect()
                hello(first, 0)
                together = threading.Barrier(3)
                def serve():
                    link = connect()
                    hello(link, 1)
                    while True:
                        call, event = receive(link)
                        together.wait()
                        send(link, 4, call, event)
                for _ in range(3): threading.Thread(target=serve).start()
                """)
            .ready();
    for (int round = 0; round < 20; round++) {
      assertThat(atOnce(instance, LONG, "a", "b", "c").stream().map(TestSharedCalls::text))
          .containsExactly("a", "b", "c");
    }
  }

  @Test
  void aTimeoutIsOneCallsAloneAndItsLateAnswerIsNobodys() throws Exception {
    Instance instance =
        guest(
                """
                link = connect()
                hello(link, 3)
                slow, _ = receive(link)
                call, event = receive(link)
                send(link, 4, slow, b"late")
                send(link, 4, call, event)
                time.sleep(1000)
                """)
            .ready();
    assertThat(invoke(instance, "slow", Duration.ofMillis(300))).isEqualTo(new Outcome.TimedOut());
    assertThat(instance.usable()).isTrue();
    assertThat(text(invoke(instance, "quick"))).isEqualTo("quick");
  }

  @Test
  void anAnswerToACallThatIsNotRunningEndsTheInstance() throws Exception {
    Instance instance =
        guest(
                """
                link = connect()
                hello(link, 3)
                for _ in range(3): call, event = receive(link)
                send(link, 4, 77, event)
                time.sleep(1000)
                """)
            .ready();
    assertThat(atOnce(instance, LONG, "a", "b", "c"))
        .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.BadResponse.class));
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void aGuestThatExitsEndsAllItsCalls() throws Exception {
    Instance instance =
        guest(
                """
                link = connect()
                hello(link, 3)
                for _ in range(3): receive(link)
                os._exit(5)
                """)
            .ready();
    assertThat(atOnce(instance, LONG, "a", "b", "c")).containsOnly(new Outcome.Exited(5, false));
  }

  @Test
  void aGuestThatHasRoomForFewerNeverGetsReady() {
    Instance instance = guest("link = connect()\nhello(link, 2)\ntime.sleep(1000)").start();
    assertThat(instance.awaitReady(Duration.ofMillis(500))).contains(new Outcome.TimedOut());
  }

  @Test
  void nobodyConnectsOnceThereIsRoomForAll() throws Exception {
    Instance instance =
        guest(
                """
                link = connect()
                hello(link, 3)
                while True:
                    call, event = receive(link)
                    other = socket.socket(socket.AF_UNIX)
                    send(link, 4, call, str(other.connect_ex(os.environ["MAYFLY_SOCKET"])).encode())
                """)
            .ready();
    assertThat(text(invoke(instance, ""))).isEqualTo("111");
  }

  /** Several {@code next} at once over the Runtime API, as AWS's runtime clients ask. */
  private static final String WORKERS =
      """
      import http.client, json, os, threading, time
      together = threading.Barrier(3)
      def work():
          link = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
          while True:
              link.request("GET", "/2018-06-01/runtime/invocation/next")
              answer = link.getresponse()
              event = answer.read()
              request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
              if event == b"slow": time.sleep(1000)
              if event != b"alone": together.wait()
              link.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", event)
              link.getresponse().read()
      for _ in range(3): threading.Thread(target=work).start()
      """;

  private JailHarness.Function workers() {
    JailHarness.Function function = jails.python("").calls(3);
    JailHarness.write(function.code.resolve("runtime.py"), WORKERS);
    return function;
  }

  @Test
  void aCustomRuntimeAsksForSeveralEventsAtOnce() throws Exception {
    Instance instance = workers().ready();
    for (int round = 0; round < 20; round++) {
      assertThat(atOnce(instance, LONG, "a", "b", "c").stream().map(TestSharedCalls::text))
          .containsExactly("a", "b", "c");
    }
  }

  @Test
  void aTimeoutInACustomRuntimeIsOneCallsAlone() {
    Instance instance = workers().ready();
    assertThat(invoke(instance, "slow", Duration.ofMillis(300))).isEqualTo(new Outcome.TimedOut());
    assertThat(text(invoke(instance, "alone"))).isEqualTo("alone");
    assertThat(instance.usable()).isTrue();
  }
}
