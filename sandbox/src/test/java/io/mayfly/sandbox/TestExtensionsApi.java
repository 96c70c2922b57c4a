package io.mayfly.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Extensions API as clients see it, byte for byte, and what it makes of hostile ones. */
final class TestExtensionsApi {
  private final ServerSocketChannel listener = listen();
  private final SocketLoop sockets = new SocketLoop();
  private final Extensions extensions =
      new Extensions(
          new ExtensionsSpec(
              List.of("one"),
              "test",
              "7",
              "app.handler",
              "000000000000",
              (bytes, offset, length) -> {},
              Optional.empty()),
          false);
  private final CompletableFuture<Outcome> failure = new CompletableFuture<>();
  private final ExtensionsServer server =
      new ExtensionsServer(listener, sockets, new ExtensionsApi(extensions));

  TestExtensionsApi() {
    extensions.whenFailed(failure::complete);
  }

  private static ServerSocketChannel listen() {
    try {
      return ServerSocketChannel.open()
          .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    server.close();
    sockets.close();
  }

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

    String receive() throws IOException {
      StringBuilder text = new StringBuilder();
      while (text.indexOf("\r\n\r\n") < 0) {
        int next = input.read();
        if (next < 0) {
          return text + "(end)";
        }
        text.append((char) next);
      }
      int length =
          Integer.parseInt(text.toString().replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1"));
      return text + new String(input.readNBytes(length), UTF_8);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static String post(String path, String body, String... headers) {
    return "POST /2020-01-01/extension/%s HTTP/1.1\r\nContent-Length: %d\r\n%s\r\n%s"
        .formatted(path, body.getBytes(UTF_8).length, String.join("", headers), body);
  }

  private static String register(String name, String events) {
    return post(
        "register", "{\"events\":" + events + "}", "Lambda-Extension-Name: " + name + "\r\n");
  }

  private static String next(String id) {
    return "GET /2020-01-01/extension/event/next HTTP/1.1\r\nLambda-Extension-Identifier: "
        + id
        + "\r\n\r\n";
  }

  private static String identifier(String answer) {
    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
    return answer.replaceAll("(?s).*Lambda-Extension-Identifier: ([-0-9a-f]+).*", "$1");
  }

  @Test
  void thoseWhoWaitForExtensionsAreCalledBackInTheirOrder() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread first =
        Thread.ofVirtual()
            .start(
                () ->
                    extensions.whenSettled(
                        () -> {
                          entered.countDown();
                          try {
                            leave.await();
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                          }
                          order.add("first");
                        }));
    entered.await();
    extensions.whenSettled(() -> order.add("second"));
    extensions.close();
    assertThat(order).isEmpty();
    leave.countDown();
    first.join();
    assertThat(order).containsExactly("first", "second");
  }

  @Test
  void ofThousandsOfProgramsNoneIsWaitedForAndTenAreNamed() {
    List<String> programs = IntStream.range(0, 5000).mapToObj(i -> "program" + i).toList();
    Extensions many =
        new Extensions(
            new ExtensionsSpec(
                programs,
                "test",
                "7",
                "app.handler",
                "000000000000",
                (bytes, offset, length) -> {},
                Optional.empty()),
            false);
    assertThat(many.awaitRegistered())
        .contains(new Outcome.ExtensionError("Extension.LaunchError", "ErrTooManyExtensions"));
    assertThat(many.statuses()).hasSize(ExtensionsSpec.MOST);
    many.ended(4999, 0);
  }

  @Test
  void registrationTellsOfTheFunctionAndEventsComeToWhoAsks() throws Exception {
    try (Client client = new Client()) {
      String answer = client.exchange(register("one", "[\"INVOKE\",\"SHUTDOWN\"]"));
      assertThat(answer)
          .endsWith(
              "\r\n\r\n{\"functionName\":\"test\",\"functionVersion\":\"7\",\"handler\":\"app.handler\"}");
      assertThat(extensions.awaitRegistered()).isEmpty();
      client.send(next(identifier(answer)));
      assertThat(extensions.awaitReady()).isEmpty();
      extensions.invoke(JailHarness.invocation("{}".getBytes(UTF_8), Duration.ofMinutes(1)));
      assertThat(client.receive())
          .contains("Lambda-Extension-Event-Identifier: ")
          .contains("{\"eventType\":\"INVOKE\",\"deadlineMs\":");
      AtomicInteger over = new AtomicInteger();
      extensions.whenSettled(over::incrementAndGet);
      assertThat(over).hasValue(0);
      client.send(next(identifier(answer)));
      extensions.whenSettled(over::incrementAndGet);
      extensions.shutDown(Extensions.ShutdownReason.SPINDOWN, Instant.ofEpochMilli(1234));
      assertThat(client.receive())
          .endsWith(
              "{\"eventType\":\"SHUTDOWN\",\"shutdownReason\":\"spindown\",\"deadlineMs\":1234}");
      assertThat(over).hasValue(2);
    }
  }

  @Test
  void whatIsOutOfPlaceIsRefusedInLambdasWords() throws Exception {
    try (Client client = new Client()) {
      assertThat(client.exchange(post("register", "{}")))
          .startsWith("HTTP/1.1 403 Forbidden\r\n")
          .contains("\"errorType\":\"Extension.InvalidExtensionName\"");
      assertThat(client.exchange(register("one", "[\"PAYDAY\"]")))
          .contains("Extension.InvalidEventType");
      for (String body : List.of("", "[]", "{\"events\":[1]}", "{\"events\":", "{]")) {
        assertThat(client.exchange(post("register", body, "Lambda-Extension-Name: one\r\n")))
            .contains("InvalidRequestFormat");
      }
      assertThat(client.exchange("GET /2020-01-01/extension/event/next HTTP/1.1\r\n\r\n"))
          .contains("Extension.MissingExtensionIdentifier");
      assertThat(client.exchange(next("none"))).contains("Extension.InvalidExtensionIdentifier");
      assertThat(client.exchange(next(UUID.randomUUID().toString())))
          .contains("Extension.UnknownExtensionIdentifier");
      String id = identifier(client.exchange(register("one", "[]")));
      assertThat(client.exchange(register("one", "[]")))
          .contains(
              "State transition from Registered to Registered failed for extension one. Error: State transition is not allowed");
      String me = "Lambda-Extension-Identifier: " + id + "\r\n";
      assertThat(client.exchange(post("exit/error", "", me))).contains("Extension.MissingHeader");
      assertThat(client.exchange(post("somewhere", "", me))).startsWith("HTTP/1.1 404 ");
      assertThat(client.exchange("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"))
          .startsWith("HTTP/1.1 404 ");
    }
    assertThat(failure).isNotDone();
  }

  @Test
  void nobodyRegistersOnceAllAreReadyAndNoMoreThanTenDo() throws Exception {
    try (Client client = new Client()) {
      for (int i = 1; i < ExtensionsSpec.MOST; i++) {
        identifier(client.exchange(register("inside" + i, "[\"INVOKE\"]")));
      }
      assertThat(client.exchange(register("inside11", "[]")))
          .contains("\"errorMessage\":\"Extension limit (10) reached\"");
      assertThat(client.exchange(register("inside1", "[]")))
          .contains("Extension with this name already registered");
      extensions.ending();
      assertThat(client.exchange(register("late", "[]"))).contains("Extension.RegistrationClosed");
    }
  }

  @Test
  void anEventThatIsNotReadIsGivenToTheNextWhoAsks() throws Exception {
    String id;
    try (Client client = new Client()) {
      id = identifier(client.exchange(register("one", "[\"INVOKE\"]")));
      client.send(next(id));
      assertThat(extensions.awaitReady()).isEmpty();
    }
    try (Client again = new Client();
        Client once = new Client()) {
      again.send(next(id));
      // The last who asks is the one who waits; an answer on this connection says that it has been
      // seen.
      assertThat(once.exchange(next("none"))).contains("InvalidExtensionIdentifier");
      extensions.invoke(JailHarness.invocation("{}".getBytes(UTF_8), Duration.ofMinutes(1)));
      assertThat(again.receive()).contains("\"eventType\":\"INVOKE\"");
    }
  }

  @Test
  void clientsThatSayTooMuchOrNothingHoldNobodyUp() throws Exception {
    try (Client silent = new Client();
        Client half = new Client();
        Client large = new Client();
        Client endless = new Client();
        Client good = new Client()) {
      half.send("GET /2020-01-01/extension/event/next HTTP/1.1\r\nLambda-Extension-Iden");
      assertThat(silent).isNotNull();
      assertThat(large.exchange(register("one", "[\"" + "x".repeat(100_000) + "\"]")))
          .startsWith("HTTP/1.1 413 ");
      endless.send("GET /" + "x".repeat(20_000));
      assertThat(endless.receive()).startsWith("HTTP/1.1 400 ");
      identifier(good.exchange(register("one", "[]")));
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosed() throws Exception {
    Client[] clients = new Client[40];
    int refused = 0;
    try {
      for (int i = 0; i < clients.length; i++) {
        clients[i] = new Client();
      }
      for (Client client : clients) {
        try {
          refused += client.exchange(next("none")).contains("(end)") ? 1 : 0;
        } catch (IOException reset) {
          refused++;
        }
      }
    } finally {
      for (Client client : clients) {
        if (client != null) {
          client.close();
        }
      }
    }
    assertThat(refused).isEqualTo(8);
  }

  @Test
  void noiseIsRefusedAndNothingElse() throws Exception {
    Random random = new Random(7);
    String good = register("one", "[\"INVOKE\",\"SHUTDOWN\"]");
    for (int round = 0; round < 200; round++) {
      byte[] bytes = good.getBytes(UTF_8);
      for (int i = 0; i < 3; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try (Client client = new Client()) {
        client.socket.getOutputStream().write(bytes);
        client.socket.shutdownOutput();
        client.input.readAllBytes();
      } catch (IOException reset) {
        // A connection with something wrong is closed in whatever state it is.
      }
    }
    assertThat(failure).isNotDone();
    try (Client client = new Client()) {
      assertThat(client.exchange(next("none"))).contains("InvalidExtensionIdentifier");
    }
  }
}
