package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.describe;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.model.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Runtime API as clients see it, byte for byte, and what it makes of hostile ones. */
final class TestRuntimeApi {
  private static final String NEXT = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ServerSocketChannel listener = listen();
  private final SocketLoop sockets = new SocketLoop();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Gathered stream = Gathered.eager();
  private final RuntimeApiChannel channel = new RuntimeApiChannel(listener, sockets, timer, 1);

  private static ServerSocketChannel listen() {
    try {
      return ServerSocketChannel.open()
          .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    channel.close();
    threads.close();
    timer.shutdownNow();
    sockets.close();
  }

  @BeforeEach
  void listenerIsBound() {
    assertThat(listener.isOpen()).isTrue();
  }

  /** A client that writes what it is told and reads whole answers. */
  private final class Client implements AutoCloseable {
    private final Socket socket;
    private final InputStream input;

    Client() throws IOException {
      socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), listener.socket().getLocalPort());
      socket.setSoTimeout(30_000);
      input = socket.getInputStream();
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    String exchange(String text) throws IOException {
      send(text);
      return receive();
    }

    /** The same, for a text that is not read to its end before it is answered. */
    String exchangeWhileItIsTaken(String text) throws IOException {
      try {
        send(text);
      } catch (SocketException e) {
        // It has been answered, and closed.
      }
      return receive();
    }

    /** The head and the body of one answer. */
    String receive() throws IOException {
      StringBuilder text = new StringBuilder();
      while (text.indexOf("\r\n\r\n") < 0) {
        int next = input.read();
        if (next < 0) {
          return text + "(end)";
        }
        text.append((char) next);
      }
      String head = text.toString();
      if (head.contains("Content-Length: ")) {
        int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1"));
        text.append(new String(input.readNBytes(length), UTF_8));
      }
      return text.toString();
    }

    /** Whether there is an answer within a moment. */
    boolean hasAnswer() throws IOException {
      try {
        socket.setSoTimeout(20);
        return !receive().isEmpty();
      } catch (SocketTimeoutException e) {
        return false;
      } finally {
        socket.setSoTimeout(30_000);
      }
    }

    boolean atEnd() throws IOException {
      return input.read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static String post(String path, String body, String... headers) {
    return "POST /2018-06-01/runtime/"
        + path
        + " HTTP/1.1\r\nContent-Length: "
        + body.getBytes(UTF_8).length
        + "\r\n"
        + String.join("", headers)
        + "\r\n"
        + body;
  }

  private static Invocation invocation() {
    return JailHarness.invocation("{\"ä\":1}".getBytes(UTF_8), Duration.ofMinutes(1));
  }

  private Future<Outcome> invoke(Invocation invocation) {
    return invoke(invocation, stream);
  }

  private Future<Outcome> invoke(Invocation invocation, Gathered sink) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    channel.invoke(
        invocation,
        sink,
        new RuntimeChannel.Answer() {
          @Override
          public void answered(Outcome answer) {
            assertThat(outcome.isCancelled() || outcome.complete(answer)).isTrue();
          }

          @Override
          public void closed(RuntimeChannel.ChannelClosedException why) {
            assertThat(outcome.isCancelled() || outcome.completeExceptionally(why)).isTrue();
          }
        });
    return outcome;
  }

  private static String get(Future<Outcome> outcome)
      throws ExecutionException, InterruptedException {
    return outcome.get() instanceof Outcome.Success success
        ? new String(success.payload(), UTF_8)
        : describe(outcome.get());
  }

  @Test
  void nextCarriesTheEventAndItsHeaders() throws Exception {
    Invocation plain = invocation();
    Invocation invocation =
        new Invocation(
            plain.requestId(),
            plain.payload(),
            Instant.ofEpochMilli(1_700_000_000_123L),
            plain.functionArn(),
            plain.traceId(),
            Optional.of("{\"custom\":\"x\r\nInjected: yes\"}"),
            Optional.of("{\"id\":1}"),
            Optional.of(new TenantId("blue/1")));
    try (Client client = new Client()) {
      Future<Outcome> outcome = invoke(invocation);
      String answer = client.exchange(NEXT);
      String id = invocation.requestId().value();
      assertThat(answer)
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("Lambda-Runtime-Aws-Request-Id: " + id + "\r\n")
          .contains("Lambda-Runtime-Deadline-Ms: 1700000000123\r\n")
          .contains(
              "Lambda-Runtime-Invoked-Function-Arn:"
                  + " arn:aws:lambda:us-east-1:000000000000:function:test\r\n")
          .contains("Lambda-Runtime-Trace-Id: " + invocation.traceId() + "\r\n")
          .contains("Lambda-Runtime-Client-Context: {\"custom\":\"x  Injected: yes\"}\r\n")
          .contains("Lambda-Runtime-Cognito-Identity: {\"id\":1}\r\n")
          .contains("Lambda-Runtime-Aws-Tenant-Id: blue/1\r\n")
          .endsWith("\r\n\r\n{\"ä\":1}");
      assertThat(client.exchange(post("invocation/" + id + "/response", "done")))
          .startsWith("HTTP/1.1 202 Accepted\r\n")
          .endsWith("{\"status\":\"OK\"}\n");
      assertThat(get(outcome)).isEqualTo("done");
    }
  }

  @Test
  void firstNextMeansReady() throws Exception {
    Future<Optional<Outcome>> ready = threads.submit(channel::awaitReady);
    try (Client client = new Client()) {
      client.send(NEXT);
      assertThat(ready.get()).isEmpty();
    }
  }

  @Test
  void initErrorIsTheReasonWhyItNeverWillBe() throws Exception {
    Future<Optional<Outcome>> ready = threads.submit(channel::awaitReady);
    try (Client client = new Client()) {
      String type = "Lambda-Runtime-Function-Error-Type: Runtime.NoSuchHandler\r\n";
      assertThat(client.exchange(post("init/error", "{}", type))).startsWith("HTTP/1.1 202");
    }
    assertThat(ready.get().orElseThrow()).isInstanceOf(Outcome.InitError.class);
  }

  @Test
  void chunkedBodiesAndContinueAreUnderstood() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      assertThat(
              client.exchange(
                  "POST /2018-06-01/runtime/invocation/"
                      + invocation.requestId()
                      + "/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
                      + "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
                      + "Expect: 100-continue\r\n\r\n"))
          .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(client.exchange("4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n"))
          .startsWith("HTTP/1.1 202");
      assertThat(get(outcome)).isEmpty();
      assertThat(stream.text()).isEqualTo("Wikipedia");
      assertThat(stream.contentType()).isEqualTo("application/octet-stream");
    }
  }

  private static String streaming(Invocation invocation, String... headers) {
    return "POST /2018-06-01/runtime/invocation/"
        + invocation.requestId()
        + "/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
        + "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
        + String.join("", headers)
        + "\r\n";
  }

  @Test
  void chunksOfAStreamArePassedOnAsTheyCome() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      client.send(streaming(invocation, "Content-Type: text/plain\r\n") + "3\r\none\r\n");
      stream.await(3);
      assertThat(stream.contentType()).isEqualTo("text/plain");
      assertThat(outcome.isDone()).isFalse();
      client.send("3\r\ntwo\r\n");
      stream.await(6);
      assertThat(stream.ended()).isFalse();
      assertThat(client.exchange("0\r\n\r\n")).startsWith("HTTP/1.1 202");
      assertThat(get(outcome)).isEmpty();
      assertThat(stream.ended()).isTrue();
      assertThat(stream.text()).isEqualTo("onetwo");
    }
  }

  @Test
  void aStreamThatFailsHalfwayHasNoEnd() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      client.exchange(
          streaming(invocation)
              + "1\r\nx\r\n0\r\n"
              + "Lambda-Runtime-Function-Error-Type: Oops\r\n"
              + "Lambda-Runtime-Function-Error-Body: eyJhIjoxfQ==\r\n\r\n");
      Outcome.HandlerError error = (Outcome.HandlerError) outcome.get();
      assertThat(error.error()).asString().isEqualTo("{\"a\":1}");
      assertThat(error.errorType()).contains("Oops");
      assertThat(stream.text()).isEqualTo("x");
      assertThat(stream.ended()).isFalse();
    }
  }

  @Test
  void anErrorInTheMiddleOfAStreamNeedsNoBody() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      client.exchange(
          streaming(invocation) + "0\r\nLambda-Runtime-Function-Error-Type: Oops\r\n\r\n");
      assertThat(((Outcome.HandlerError) outcome.get()).errorType()).contains("Oops");
    }
  }

  @Test
  void nobodyElseAnswersACallWhoseResponseIsBeingStreamed() throws Exception {
    try (Client client = new Client();
        Client other = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      client.send(streaming(invocation) + "1\r\na\r\n");
      stream.await(1);
      assertThat(other.exchange(streaming(invocation) + "1\r\nb\r\n0\r\n\r\n"))
          .startsWith("HTTP/1.1 403")
          .contains("InvalidStateTransition");
      assertThat(other.exchange(post("invocation/" + invocation.requestId() + "/error", "{}")))
          .startsWith("HTTP/1.1 403");
      client.exchange("1\r\nc\r\n0\r\n\r\n");
      assertThat(get(outcome)).isEmpty();
      assertThat(stream.text()).isEqualTo("ac");
    }
  }

  @Test
  void aStreamThatBreaksOffEndsItsCall() throws Exception {
    for (String rest : List.of("5\r\nab", "zz\r\n", "-1\r\n", "1\r\nabc\r\n")) {
      Gathered begun = Gathered.eager();
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation, begun);
      try (Client client = new Client()) {
        client.exchange(NEXT);
        client.send(streaming(invocation) + "1\r\nx\r\n" + rest);
        begun.await(1);
      }
      assertThatThrownBy(outcome::get)
          .as(rest)
          .hasCauseInstanceOf(RuntimeChannel.ChannelClosedException.class)
          .hasMessageContaining("in the middle of a streamed response");
      assertThat(begun.ended()).isFalse();
    }
  }

  @Test
  void trailersOfAStreamAreBounded() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      client.send(streaming(invocation) + "1\r\nx\r\n0\r\n");
      String most = "Lambda-Runtime-Function-Error-Body: " + "e".repeat(2 * 1024 * 1024);
      assertThat(client.exchangeWhileItIsTaken(most)).startsWith("HTTP/1.1 400");
      assertThatThrownBy(outcome::get)
          .hasCauseInstanceOf(RuntimeChannel.ChannelClosedException.class);
    }
  }

  @Test
  void aRuntimeWaitsForWhoeverReadsItsStream() throws Exception {
    int window = 256 * 1024;
    int whole = 20 * window;
    Gathered slow = Gathered.lazy();
    Invocation invocation = invocation();
    Future<Outcome> outcome = invoke(invocation, slow);
    try (Client client = new Client()) {
      client.exchange(NEXT);
      Future<?> written =
          threads.submit(
              () -> {
                client.send(streaming(invocation));
                String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
                for (int sent = 0; sent < whole; sent += 0x4000) {
                  client.send(chunk);
                }
                client.send("0\r\n\r\n");
                return client;
              });
      for (int come = window; come < whole; come += window) {
        slow.await(come);
        slow.takeAll();
      }
      slow.await(whole);
      slow.takeAll();
      written.get();
      assertThat(client.receive()).startsWith("HTTP/1.1 202");
    }
    assertThat(get(outcome)).isEmpty();
    assertThat(slow.size()).isEqualTo(whole);
    assertThat(slow.mostHeld()).isBetween(window, window + 16 * 1024);
  }

  @Test
  void errorInATrailerOfAStreamIsTheHandlersError() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      client.exchange(
          "POST /2018-06-01/runtime/invocation/"
              + invocation.requestId()
              + "/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
              + "Lambda-Runtime-Function-Error-Type: Oops\r\n"
              + "Lambda-Runtime-Function-Error-Body: eyJhIjoxfQ==\r\n\r\n");
      assertThat(get(outcome)).isEqualTo("{\"a\":1}");
    }
  }

  @Test
  void answersForOtherRequestsAndSecondAnswersAreRefused() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      String refusal =
          "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}";
      assertThat(client.exchange(post("invocation/other/response", "x")))
          .startsWith("HTTP/1.1 400")
          .contains(refusal);
      String own = "invocation/" + invocation.requestId() + "/response";
      assertThat(client.exchange(post(own, "first"))).startsWith("HTTP/1.1 202");
      assertThat(client.exchange(post(own, "second"))).startsWith("HTTP/1.1 400").contains(refusal);
      assertThat(get(outcome)).isEqualTo("first");
    }
  }

  @Test
  void answerThatIsTooLargeIsReadRefusedAndReported() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      assertThat(
              client.exchange(
                  post(
                      "invocation/" + invocation.requestId() + "/response",
                      "x".repeat(20_000_000))))
          .startsWith("HTTP/1.1 413")
          .contains(
              "{\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\","
                  + "\"errorType\":\"RequestEntityTooLarge\"}");
      assertThat(outcome.get()).isEqualTo(new Outcome.ResponseTooLarge(20_000_000));
      client.send(NEXT);
      Future<Outcome> second = invoke(invocation());
      assertThat(client.receive()).startsWith("HTTP/1.1 200");
      second.cancel(true);
      channel.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0000\u0001\u0002\n\n",
        "GET\r\n\r\n",
        "GET / SPDY/3\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\n: no name\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n",
        "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n",
      })
  void malformedRequestIsRefusedAndTheConnectionClosed(String bytes) throws Exception {
    try (Client client = new Client()) {
      assertThat(client.exchange(bytes)).startsWith("HTTP/1.1 400").contains("Connection: close");
      assertThat(client.atEnd()).isTrue();
    }
    assertStillServes();
  }

  @Test
  void endlessHeadersAreRefused() throws Exception {
    try (Client client = new Client()) {
      // No more than is read, or the connection would be reset and the answer lost with it.
      String name = "Name: ";
      String value = "x".repeat(HttpConnection.LINE_BYTES + 1 - name.length());
      assertThat(client.exchange("GET / HTTP/1.1\r\n" + name + value)).startsWith("HTTP/1.1 400");
    }
    assertStillServes();
  }

  @Test
  void unknownPathsAreNotFound() throws Exception {
    try (Client client = new Client()) {
      assertThat(client.exchange("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404");
      assertThat(client.exchange(post("invocation/next", ""))).startsWith("HTTP/1.1 404");
      assertThat(client.exchange(post("invocation/a/b/c", ""))).startsWith("HTTP/1.1 404");
    }
  }

  @Test
  void clientsThatSaySlowlyOrNothingHoldNobodyUp() throws Exception {
    try (Client silent = new Client();
        Client slow = new Client()) {
      slow.send("GET /2018-06-01/run");
      assertStillServes();
      slow.send("time/invocation/next HTTP/1.1\r\n\r\n");
      Future<Outcome> outcome = invoke(invocation());
      assertThat(slow.receive()).startsWith("HTTP/1.1 200");
      channel.close();
      assertThat(outcome.state()).isNotEqualTo(Future.State.SUCCESS);
      assertThat(silent.atEnd()).isTrue();
    }
  }

  @Test
  void clientThatGoesAwayWhileItWaitsIsForgotten() throws Exception {
    try (Client client = new Client()) {
      client.send(NEXT);
    }
    try (Client other = new Client()) {
      // Two turns of the thread that reads: after them it has seen that the client is gone.
      for (int turn = 0; turn < 2; turn++) {
        assertThat(other.exchange("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404");
      }
    }
    assertStillServes();
  }

  @Test
  void askingBeforeAnsweringIsRefused() throws Exception {
    try (Client client = new Client();
        Client second = new Client()) {
      Invocation invocation = invocation();
      Future<Outcome> outcome = invoke(invocation);
      client.exchange(NEXT);
      assertThat(second.exchange(NEXT)).startsWith("HTTP/1.1 403");
      client.exchange(post("invocation/" + invocation.requestId() + "/response", "x"));
      assertThat(get(outcome)).isEqualTo("x");
    }
  }

  @Test
  void aRequestLineWithoutEndIsRefused() throws Exception {
    try (Client client = new Client()) {
      assertThat(client.exchange("GET /" + " ".repeat(9_000))).startsWith("HTTP/1.1 400");
      assertThat(client.atEnd()).isTrue();
    }
    assertStillServes();
  }

  @Test
  void anEventThatIsNotReadIsGivenToTheNextWhoAsks() throws Exception {
    byte[] large = ("\"" + "x".repeat(6_000_000) + "\"").getBytes(UTF_8);
    Invocation invocation = JailHarness.invocation(large, Duration.ofMinutes(1));
    Future<Outcome> outcome;
    try (Client client = new Client()) {
      outcome = invoke(invocation);
      client.send(NEXT);
      // The head of the event is there; the rest does not fit into what a socket keeps.
      assertThat(client.input.read()).isEqualTo('H');
    }
    try (Client client = new Client()) {
      String event = "";
      while (!event.startsWith("HTTP/1.1 200")) {
        // Until it is noticed that the first client has gone, its call counts as running.
        event = client.exchange(NEXT);
      }
      assertThat(event).hasSizeGreaterThan(6_000_000);
      client.exchange(post("invocation/" + invocation.requestId() + "/response", "read"));
      assertThat(get(outcome)).isEqualTo("read");
    }
  }

  @Test
  void connectionsAreBounded() throws Exception {
    java.util.List<Client> clients = new java.util.ArrayList<>();
    try {
      for (int each = 0; each < 33; each++) {
        clients.add(new Client());
      }
      assertThat(clients.getLast().atEnd()).isTrue();
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  /**
   * Sends the last byte of a request once another was refused. A client that still sends when it is
   * refused may find its connection broken before it has read why.
   */
  private static boolean served(Client client, AtomicBoolean refused, String body) {
    try {
      client.send("POST /x HTTP/1.1\r\nContent-Length: " + (body.length() + 1) + "\r\n\r\n" + body);
      while (!refused.get()) {
        if (client.hasAnswer()) {
          refused.set(true);
          return false;
        }
      }
      return client.exchange("y").startsWith("HTTP/1.1 404");
    } catch (IOException e) {
      refused.set(true);
      return false;
    }
  }

  @Test
  void requestsWithoutEndTakeNoMoreMemoryThanTwoCallsNeed() throws Exception {
    String body = "x".repeat(6_000_000);
    for (int round = 0; round < 3; round++) {
      try (Client one = new Client();
          Client two = new Client();
          Client three = new Client()) {
        AtomicBoolean refused = new AtomicBoolean();
        List<Future<Boolean>> answers = new ArrayList<>();
        for (Client client : List.of(one, two, three)) {
          answers.add(threads.submit(() -> served(client, refused, body)));
        }
        List<Boolean> became = new ArrayList<>();
        for (Future<Boolean> answer : answers) {
          became.add(answer.get());
        }
        assertThat(became).containsExactlyInAnyOrder(true, true, false);
      }
    }
    assertStillServes();
  }

  private void assertStillServes() throws Exception {
    try (Client client = new Client()) {
      Invocation invocation = invocation();
      client.send(NEXT);
      Future<Outcome> outcome = invoke(invocation);
      assertThat(client.receive()).startsWith("HTTP/1.1 200");
      client.exchange(post("invocation/" + invocation.requestId() + "/response", "served"));
      assertThat(get(outcome)).isEqualTo("served");
    }
  }
}
