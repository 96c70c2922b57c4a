package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Outcome;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Guests that speak frames: a small honest one, and ones that break the protocol. */
final class TestFrames extends JailedTest {
  private static final String GUEST =
      """
      import os, socket, struct, time
      link = socket.socket(socket.AF_UNIX)
      link.connect(os.environ["MAYFLY_SOCKET"])
      def send(kind, call, body):
          link.sendall(struct.pack(">IBI", 5 + len(body), kind, call) + body)
      def take(count):
          data = b""
          while len(data) < count:
              part = link.recv(count - len(data))
              if not part: os._exit(0)
              data += part
          return data
      def text(value):
          return struct.pack(">H", len(value)) + value
      def receive():
          length, kind, call = struct.unpack(">IBI", take(9))
          body = take(length - 5)
          at = 8
          for each in range(3): at += 2 + struct.unpack_from(">H", body, at)[0]
          for each in range(2): at += 4 + struct.unpack_from(">I", body, at)[0]
          return call, body[at:]
      def hello():
          send(1, 0, struct.pack(">H", 1) + text(b"python test"))
      """;

  private JailHarness.Function guest(String code) {
    return jails.frames(GUEST + code);
  }

  private JailHarness.Function serving(String reaction) {
    return guest(
        "hello()\nsend(2, 0, b'')\nwhile True:\n  call, event = receive()\n  " + reaction + "\n");
  }

  @Test
  void guestAnswersAgainAndAgain() {
    Instance instance = serving("send(4, call, b'got ' + event)").ready();
    for (int call = 0; call < 100; call++) {
      assertThat(answer(invoke(instance, "event " + call))).isEqualTo("got event " + call);
    }
  }

  @Test
  void handlersErrorIsPassedOn() {
    Instance instance = serving("send(5, call, text(b'Some.Type') + b'{}')").ready();
    Outcome outcome = invoke(instance, "");
    assertThat(outcome).isInstanceOf(Outcome.HandlerError.class);
    assertThat(((Outcome.HandlerError) outcome).errorType()).contains("Some.Type");
    assertThat(instance.usable()).isTrue();
  }

  @Test
  void initErrorIsPassedOn() {
    Instance instance = guest("hello()\nsend(3, 0, text(b'Bad.Import') + b'{}')").start();
    assertThat(instance.awaitReady(Duration.ofSeconds(30)))
        .get()
        .isInstanceOf(Outcome.InitError.class);
  }

  @Test
  void guestThatIsTooSlowTimesOut() {
    Instance instance = serving("time.sleep(1000)").ready();
    assertThat(invoke(instance, "", Duration.ofMillis(200))).isEqualTo(new Outcome.TimedOut());
  }

  @Test
  void guestThatNeverConnectsTimesOut() {
    Instance instance = jails.frames("import time; time.sleep(1000)").start();
    assertThat(instance.awaitReady(Duration.ofMillis(500))).contains(new Outcome.TimedOut());
  }

  @Test
  void guestThatExitsIsReportedWithItsStatus() {
    Instance instance = serving("os._exit(4)").ready();
    assertThat(invoke(instance, "")).isEqualTo(new Outcome.Exited(4, false));
  }

  @Test
  void answerToAnotherCallEndsTheInstance() {
    Instance instance = serving("send(4, call + 1, b'')").ready();
    assertThat(invoke(instance, "")).isInstanceOf(Outcome.BadResponse.class);
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void secondAnswerToTheSameCallEndsTheInstance() {
    Instance instance = serving("send(4, call, b'one'); send(4, call, b'two')").ready();
    assertThat(answer(invoke(instance, ""))).isEqualTo("one");
    assertThat(invoke(instance, "")).isInstanceOf(Outcome.BadResponse.class);
  }

  @Test
  void aSecondAnswerIsNoticedBeforeTheNextCall() throws Exception {
    Instance instance = serving("send(4, call, b'one'); send(4, call, b'two')").ready();
    assertThat(answer(invoke(instance, ""))).isEqualTo("one");
    CountDownLatch gone = new CountDownLatch(1);
    instance.whenGone(gone::countDown);
    assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void garbageEndsTheInstance() {
    Instance instance = serving("link.sendall(b'GET / HTTP/1.1\\r\\n\\r\\n')").ready();
    assertThat(invoke(instance, "")).isInstanceOf(Outcome.BadResponse.class);
  }

  @Test
  void closedConnectionEndsTheInstance() {
    Instance instance = serving("link.close(); time.sleep(1000)").ready();
    assertThat(invoke(instance, "")).isInstanceOf(Outcome.BadResponse.class);
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void halfClosedConnectionEndsTheInstance() {
    Instance instance = serving("link.shutdown(socket.SHUT_WR); time.sleep(1000)").ready();
    assertThat(invoke(instance, "")).isInstanceOf(Outcome.BadResponse.class);
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void answerThatStopsHalfwayTimesOut() {
    Instance instance = serving("link.sendall(bytes((0, 0, 1))); time.sleep(1000)").ready();
    assertThat(invoke(instance, "", Duration.ofMillis(300))).isEqualTo(new Outcome.TimedOut());
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void guestThatStopsReadingTimesOut() {
    Instance instance = guest("hello()\nsend(2, 0, b'')\ntime.sleep(1000)").ready();
    assertThat(invoke(instance, "x".repeat(6_000_000), Duration.ofMillis(300)))
        .isEqualTo(new Outcome.TimedOut());
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void secondConnectionIsRefused() {
    Instance instance =
        serving(
                """
                other = socket.socket(socket.AF_UNIX)
                  send(4, call, str(other.connect_ex(os.environ["MAYFLY_SOCKET"])).encode())\
                """)
            .ready();
    assertThat(answer(invoke(instance, ""))).isEqualTo("111");
  }

  @Test
  void tooLargeAnAnswerIsReportedAndTheInstanceLives() {
    Instance instance = serving("send(4, call, b'x' * int(event))").ready();
    assertThat(invoke(instance, "6291557")).isEqualTo(new Outcome.ResponseTooLarge(6_291_557));
    assertThat(answer(invoke(instance, "3"))).isEqualTo("xxx");
  }
}
