package io.mayfly.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.sandbox.Telemetry.Kind;
import io.mayfly.sandbox.TelemetrySubscription.Buffering;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What waits for subscribers, and how much of it. */
final class TestTelemetry {
  private static final Buffering LARGE = new Buffering(10_000, 1_048_576, 30_000);
  private static final Buffering QUICK = new Buffering(1_000, 262_144, 25);

  private final Telemetry telemetry = new Telemetry();

  /** Takes batches, and fails if it is told to. */
  private static final class Taker implements TelemetrySubscription.Destination {
    private final BlockingQueue<String> batches = new LinkedBlockingQueue<>();
    private final AtomicInteger failures = new AtomicInteger();

    @Override
    public void send(List<byte[]> events) {
      if (failures.getAndDecrement() > 0) {
        throw new IllegalStateException("no socket");
      }
      List<String> texts = new ArrayList<>();
      events.forEach(event -> texts.add(new String(event, UTF_8)));
      batches.add(String.join("\n", texts));
    }

    String next() throws InterruptedException {
      return String.valueOf(batches.poll(30, TimeUnit.SECONDS));
    }

    @Override
    public void close() {}
  }

  private TelemetrySubscription subscription(
      Buffering buffering, TelemetrySubscription.Destination destination) {
    return new TelemetrySubscription(
        UUID.randomUUID(), EnumSet.of(Kind.FUNCTION), buffering, telemetry.budget(), destination);
  }

  /** Takes events without end for a subscription whose thread has not started. */
  private int fill(byte[] event) {
    int taken = 0;
    while (telemetry.wants(Kind.FUNCTION, event.length)) {
      telemetry.tell(Kind.FUNCTION, new String(event, UTF_8));
      taken++;
    }
    return taken;
  }

  @Test
  void theFirstOfWhatComesEarlyIsKept() throws Exception {
    for (int i = 0; i < 2000; i++) {
      telemetry.tell(Kind.FUNCTION, "early " + i);
    }
    assertThat(telemetry.wants(Kind.FUNCTION, 1)).isFalse();
    Taker taker = new Taker();
    TelemetrySubscription subscription = subscription(QUICK, taker);
    assertThat(telemetry.subscribe(subscription)).isTrue();
    subscription.start();
    assertThat(taker.next()).startsWith("early 0\nearly 1\n").endsWith("\nearly 999");
    telemetry.close();
  }

  @Test
  void nothingIsWantedThatNobodyHasRoomForAndItCountsAsLost() throws Exception {
    telemetry.closeSubscriptions();
    assertThat(telemetry.wants(Kind.FUNCTION, 1)).isFalse();
    Telemetry other = new Telemetry();
    Taker taker = new Taker();
    TelemetrySubscription subscription =
        new TelemetrySubscription(
            UUID.randomUUID(),
            EnumSet.of(Kind.FUNCTION),
            new Buffering(1_000, 262_144, 25),
            other.budget(),
            taker);
    assertThat(other.subscribe(subscription)).isTrue();
    other.closeSubscriptions();
    assertThat(other.wants(Kind.PLATFORM, 1)).as("not of its kinds").isFalse();
    for (int i = 0; i < 4000; i++) {
      assertThat(other.wants(Kind.FUNCTION, 1)).isTrue();
      other.tell(Kind.FUNCTION, "x");
    }
    assertThat(other.wants(Kind.FUNCTION, 5)).isFalse();
    assertThat(other.wants(Kind.FUNCTION, 7)).isFalse();
    subscription.start();
    assertThat(taker.next()).contains("\"droppedRecords\":2,\"droppedBytes\":12}");
    other.close();
  }

  @Test
  void allSubscriptionsTogetherHoldFourMegabytes() {
    List<TelemetrySubscription> subscriptions = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      subscriptions.add(subscription(LARGE, new Taker()));
      assertThat(telemetry.subscribe(subscriptions.getLast())).isTrue();
    }
    telemetry.closeSubscriptions();
    // Two bytes for each character.
    byte[] event = "ä".repeat(500).getBytes(UTF_8);
    assertThat(fill(event) * 10_000L).isBetween(4_180_000L, 4_204_304L);
    assertThat(telemetry.budget().has(1000)).isFalse();
    subscriptions.getFirst().close();
    assertThat(telemetry.budget().has(400_000)).as("given back").isTrue();
    telemetry.close();
    assertThat(telemetry.budget().has(4 * 1024 * 1024)).isTrue();
    assertThat(telemetry.budget().has(4 * 1024 * 1024 + 1)).isFalse();
  }

  @Test
  void whatCannotBeSentIsGivenBackAndToldOfWhateverWasThrown() throws Exception {
    Taker taker = new Taker();
    taker.failures.set(1);
    TelemetrySubscription subscription = subscription(QUICK, taker);
    assertThat(telemetry.subscribe(subscription)).isTrue();
    telemetry.closeSubscriptions();
    subscription.start();
    telemetry.tell(Kind.FUNCTION, "lost");
    long failing = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (taker.failures.get() > 0) {
      assertThat(System.nanoTime()).as("sent").isLessThan(failing);
      Thread.onSpinWait();
    }
    telemetry.tell(Kind.FUNCTION, "sent");
    assertThat(taker.next())
        .contains("\"droppedRecords\":1,\"droppedBytes\":4}")
        .endsWith("\nsent");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!telemetry.budget().has(4 * 1024 * 1024)) {
      assertThat(System.nanoTime()).as("given back").isLessThan(end);
      Thread.onSpinWait();
    }
    telemetry.close();
  }

  @Test
  void nobodySubscribesForEver() {
    for (int i = 0; i < Telemetry.MOST_SUBSCRIPTIONS; i++) {
      assertThat(telemetry.subscribe(subscription(QUICK, new Taker()))).isTrue();
    }
    assertThat(telemetry.subscribe(subscription(QUICK, new Taker()))).isFalse();
    telemetry.close();
  }

  @Test
  void aSocketThatIsBeingConnectedIsClosedWithItsDestination() throws Exception {
    InetAddress here = InetAddress.ofLiteral("127.0.0.1");
    try (ServerSocketChannel full = ServerSocketChannel.open()) {
      full.bind(new InetSocketAddress(here, 0), 1);
      int port = full.socket().getLocalPort();
      // Nobody accepts: once the queue is full, whoever connects waits.
      List<SocketChannel> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        SocketChannel each = SocketChannel.open(StandardProtocolFamily.INET);
        each.configureBlocking(false);
        each.connect(new InetSocketAddress(here, port));
        waiting.add(each);
      }
      BlockingQueue<SocketChannel> opened = new LinkedBlockingQueue<>();
      TelemetryDestination destination =
          new TelemetryDestination(
              () -> {
                SocketChannel socket = SocketChannel.open(StandardProtocolFamily.INET);
                opened.add(socket);
                return socket;
              },
              port,
              Optional.empty());
      BlockingQueue<IOException> failed = new LinkedBlockingQueue<>();
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      destination.send(List.of("x".getBytes(UTF_8)));
                    } catch (IOException e) {
                      failed.add(e);
                    }
                  });
      SocketChannel socket = opened.poll(30, TimeUnit.SECONDS);
      destination.close();
      assertThat(failed.poll(30, TimeUnit.SECONDS)).isNotNull();
      sender.join();
      assertThat(socket).isNotNull().matches(each -> !each.isOpen());
      for (SocketChannel each : waiting) {
        each.close();
      }
      assertThatThrownBy(() -> destination.send(List.of(new byte[0])))
          .isInstanceOf(IOException.class)
          .hasMessage("the instance is gone");
      assertThat(opened.take().isOpen()).isFalse();
    }
  }

  @Test
  void aJailThatHasEndedAtOnceCannotBeReached() {
    try (Launcher launcher = new Launcher();
        JailNetwork network = new JailNetwork(launcher, Integer.MAX_VALUE)) {
      assertThatThrownBy(network::open)
          .isInstanceOf(IOException.class)
          .hasMessage("the jail is gone");
    }
  }

  @Test
  void controlCharactersAreEscaped() {
    assertThat(new JsonFields().text("a", "\0\t\u001f\"\\ä").toString())
        .isEqualTo("{\"a\":\"\\u0000\\u0009\\u001f\\\"\\\\ä\"}");
  }
}
