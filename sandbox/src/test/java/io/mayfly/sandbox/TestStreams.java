package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.begin;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.runtimes.frame.Frames;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests that stream their responses over frames: honest ones, and others. */
final class TestStreams extends JailedTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static final String GUEST =
      """
      import os, signal, socket, struct, time
      link = socket.socket(socket.AF_UNIX)
      link.connect(os.environ["MAYFLY_SOCKET"])
      def send(kind, call, body=b""):
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
          return kind, call, take(length - 5)
      def event(body):
          at = 8
          for each in range(3): at += 2 + struct.unpack_from(">H", body, at)[0]
          for each in range(2): at += 4 + struct.unpack_from(">I", body, at)[0]
          return body[at:].decode()
      def window():
          kind, call, body = receive()
          assert kind == 0x43, kind
          return struct.unpack(">I", body)[0]
      def begin(call):
          send(6, call, text(b"text/plain"))
      def chunk(call, body):
          send(7, call, body)
      def end(call):
          send(8, call)
      send(1, 0, struct.pack(">H", 3) + text(b"python test"))
      """;

  private JailHarness.Function guest(String code) {
    return jails.frames(GUEST + code);
  }

  /** A guest that streams what the event says, a Python program with a name for the call. */
  private Instance serving() {
    return guest(
            """
            send(2, 0)
            while True:
                kind, call, body = receive()
                exec(event(body))
            """)
        .ready();
  }

  @Test
  void chunksComeInTheirOrderAndTheCallEndsAfterTheStream() {
    Instance instance = serving();
    for (int round = 0; round < 20; round++) {
      Gathered stream = Gathered.eager();
      Outcome outcome =
          begin(
                  instance,
                  "begin(call); chunk(call, b'one'); chunk(call, b''); chunk(call, b'two');"
                      + " end(call); send(4, call)",
                  LONG,
                  stream)
              .join();
      assertThat(answer(outcome)).isEmpty();
      assertThat(stream.contentType()).isEqualTo("text/plain");
      assertThat(stream.text()).isEqualTo("onetwo");
      assertThat(stream.ended()).isTrue();
    }
    assertThat(answer(invoke(instance, "send(4, call, b'whole')"))).isEqualTo("whole");
  }

  @Test
  void anErrorInTheMiddleIsTheCallsAndTheInstanceServesOn() {
    Instance instance = serving();
    Gathered stream = Gathered.eager();
    Outcome outcome =
        begin(
                instance,
                "begin(call); chunk(call, b'half'); send(5, call, text(b'Oops') + b'{}')",
                LONG,
                stream)
            .join();
    assertThat(((Outcome.HandlerError) outcome).errorType()).contains("Oops");
    assertThat(stream.text()).isEqualTo("half");
    assertThat(stream.ended()).isFalse();
    assertThat(answer(invoke(instance, "send(4, call, b'whole')"))).isEqualTo("whole");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chunk(call, b'x')",
        "end(call)",
        "begin(call); begin(call)",
        "begin(call); end(call); chunk(call, b'x')",
        "begin(call); end(call); end(call)",
        "begin(call); end(call); begin(call)",
        "begin(call); send(4, call, b'as a whole, too')",
        "begin(call + 1)",
        "begin(call); chunk(call + 1, b'x')",
        "begin(call); chunk(call, b'x' * 65537)",
        "begin(call); send(8, call, b'x')",
        "begin(call); [chunk(call, b'x' * 65536) for each in range(5)]",
        "send(6, call)",
        "send(6, call, text(b'x' * 2000))",
        "send(6, call, text(b'text/plain\\r\\nSet-Cookie: a=b'))",
        "send(6, call, text(b'\\xff'))",
        "send(6, 0, text(b'text/plain'))",
      })
  void whatIsOutOfPlaceEndsTheInstance(String hostile) {
    Instance instance = serving();
    Outcome outcome = begin(instance, hostile, LONG, Gathered.lazy()).join();
    assertThat(outcome).isInstanceOf(Outcome.BadResponse.class);
    assertThat(instance.usable()).isFalse();
  }

  /** Takes everything at once, and keeps nothing. */
  private static final class Nowhere implements ResponseSink {
    private volatile Optional<Flow> flow = Optional.empty();

    @Override
    public void begin(String contentType, Flow taker) {
      flow = Optional.of(taker);
    }

    @Override
    public void chunk(byte[] bytes) {
      flow.orElseThrow().taken(bytes.length);
    }

    @Override
    public void end() {}
  }

  @Test
  void aGuestThatNeverReadsWhatItIsToldLosesItsInstance() {
    Instance instance = serving();
    String deaf = "begin(call)\nwhile True: chunk(call, b'x' * 65536)";
    Outcome outcome = begin(instance, deaf, LONG, new Nowhere()).join();
    assertThat(outcome).isNotInstanceOfAny(Outcome.Success.class, Outcome.TimedOut.class);
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void aGuestWaitsForWhoeverReadsItsStream() throws Exception {
    Instance instance = serving();
    Gathered slow = Gathered.lazy();
    int chunks = 5 * Frames.STREAM_WINDOW / 65_536;
    CompletableFuture<Outcome> outcome =
        begin(
            instance,
            """
            begin(call)
            room = 262144
            for each in range(%d):
                if room == 0: room = window()
                chunk(call, b'x' * 65536)
                room -= 65536
            end(call)
            send(4, call)
            """
                .formatted(chunks),
            LONG,
            slow);
    for (int part = 1; part < 5; part++) {
      slow.await(part * Frames.STREAM_WINDOW);
      assertThat(outcome.isDone()).isFalse();
      slow.takeAll();
    }
    assertThat(answer(outcome.join())).isEmpty();
    assertThat(slow.mostHeld()).isEqualTo(Frames.STREAM_WINDOW);
  }

  @Test
  void aStreamThatIsNotReadKeepsNoOtherCallOfItsConnectionWaiting() throws Exception {
    Instance instance =
        guest(
                """
                send(2, 0, struct.pack(">H", 2))
                kind, first, body = receive()
                begin(first)
                for each in range(4): chunk(first, b'x' * 65536)
                for each in range(20):
                    kind, second, body = receive()
                    send(4, second, b'meanwhile')
                assert window() == 262144
                chunk(first, b'x')
                end(first)
                send(4, first)
                """)
            .calls(2)
            .ready();
    Gathered slow = Gathered.lazy();
    CompletableFuture<Outcome> first = begin(instance, "", LONG, slow);
    slow.await(Frames.STREAM_WINDOW);
    for (int call = 0; call < 20; call++) {
      assertThat(answer(invoke(instance, ""))).isEqualTo("meanwhile");
    }
    assertThat(first.isDone()).isFalse();
    slow.takeAll();
    assertThat(answer(first.join())).isEmpty();
    assertThat(slow.size()).isEqualTo(Frames.STREAM_WINDOW + 1);
  }

  @Test
  void aTimeoutInTheMiddleEndsTheInstance() {
    Instance instance = serving();
    Gathered stream = Gathered.eager();
    Outcome outcome =
        begin(
                instance,
                "begin(call); chunk(call, b'half'); time.sleep(1000)",
                Duration.ofMillis(300),
                stream)
            .join();
    assertThat(outcome).isEqualTo(new Outcome.TimedOut());
    assertThat(stream.text()).isEqualTo("half");
    assertThat(stream.ended()).isFalse();
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void aGuestThatIsKilledInTheMiddleIsReportedWithItsSignal() throws Exception {
    String inTheMiddleOfAChunk = "link.sendall(struct.pack('>IBI', 5 + 9, 7, call));";
    for (String way : new String[] {"", inTheMiddleOfAChunk}) {
      Gathered stream = Gathered.lazy();
      CompletableFuture<Outcome> outcome =
          begin(
              serving(),
              "begin(call); chunk(call, b'half'); window();" + way + "os.kill(os.getpid(), 9)",
              LONG,
              stream);
      stream.await(4);
      // The guest hears of this, and is killed only then.
      stream.take(Frames.STREAM_WINDOW);
      assertThat(outcome.join()).isEqualTo(new Outcome.Exited(9, true));
      assertThat(stream.text()).isEqualTo("half");
      assertThat(stream.ended()).isFalse();
    }
  }
}
