package io.mayfly.mqtt;

import static io.mayfly.mqtt.MqttHarness.KEY;
import static io.mayfly.mqtt.MqttHarness.SECRET;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.queue.MessageQueue;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no client of good faith sends, on the bare socket. */
class TestHostilePackets {
  private static final byte[] CONNACK = {0x20, 2, 0, 0};

  @TempDir Path folder;
  private MqttHarness harness;

  @BeforeEach
  void open() {
    harness = new MqttHarness(folder);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private Socket socket() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), harness.listener().port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static byte[] packet(int first, byte[] rest) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(first);
    int length = rest.length;
    do {
      packet.write(length % 128 + (length >= 128 ? 128 : 0));
      length /= 128;
    } while (length > 0);
    packet.writeBytes(rest);
    return packet.toByteArray();
  }

  /** What goes into a packet: texts with their lengths, and bytes as they are. */
  private static byte[] rest(Object... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      for (Object part : parts) {
        switch (part) {
          case String text -> {
            out.writeShort(text.getBytes(UTF_8).length);
            out.write(text.getBytes(UTF_8));
          }
          case Integer number -> out.writeByte(number);
          default -> out.write((byte[]) part);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] connect(String id, int keepAlive) {
    return packet(0x10, rest("MQTT", 4, 0xC2, keepAlive / 256, keepAlive % 256, id, KEY, SECRET));
  }

  private static byte[] publish(String topic, int id, String payload) {
    return packet(0x32, rest(topic, id / 256, id % 256, payload.getBytes(UTF_8)));
  }

  private static byte[] connack(Socket socket) throws IOException {
    return socket.getInputStream().readNBytes(4);
  }

  /** Whether the server ends the connection, having read whatever was sent. */
  private static boolean ended(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    try {
      while (in.read() >= 0) {
        // What it says before.
      }
    } catch (SocketException reset) {
      // It has not read all of it.
    }
    return true;
  }

  private void assertServes(MessageQueue queue, int number) throws IOException {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(connect("good", 60));
      assertThat(connack(socket)).isEqualTo(CONNACK);
      socket.getOutputStream().write(publish("good", 7, Integer.toString(number)));
      assertThat(socket.getInputStream().readNBytes(4)).isEqualTo(new byte[] {0x40, 2, 0, 7});
    }
    assertThat(MqttHarness.bodies(queue, 1)).containsExactly(Integer.toString(number));
  }

  @Test
  void changedPacketsHarmNobodyElse() throws IOException {
    MessageQueue queue = harness.bring("good", "good");
    Random random = new Random(17);
    List<byte[]> good =
        List.of(
            connect("bad", 60),
            publish("a/b", 1, "{\"a\": 1}"),
            packet(0x82, rest(0, 1, "a/#", 0)),
            packet(0xA2, rest(0, 1, "a/#")),
            packet(0xC0, new byte[0]),
            packet(0x10, rest("MQTT", 5, 0xC2, 0, 60, 5, 0x11, 0, 0, 0, 9, "bad", KEY, SECRET)),
            packet(0xF0, rest(0x18, 0)),
            packet(0xE0, new byte[0]));
    for (int round = 0; round < 400; round++) {
      try (Socket socket = socket()) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (random.nextInt(4) > 0) {
          all.writeBytes(random.nextBoolean() ? good.getFirst() : good.get(5));
        }
        for (int i = random.nextInt(5); i >= 0; i--) {
          all.writeBytes(changed(good.get(random.nextInt(good.size())), random));
        }
        socket.getOutputStream().write(all.toByteArray());
        socket.shutdownOutput();
        assertThat(ended(socket)).isTrue();
      } catch (SocketException refused) {
        // The server was quicker.
      }
      if (round % 50 == 0) {
        assertServes(queue, round);
      }
    }
    assertServes(queue, -1);
  }

  private static byte[] changed(byte[] packet, Random random) {
    byte[] copy = packet.clone();
    for (int i = random.nextInt(4); i > 0; i--) {
      copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(5) == 0
        ? java.util.Arrays.copyOf(copy, random.nextInt(copy.length))
        : copy;
  }

  @Test
  void whoDoesNotSayWhoHeIsHoldsLittle() throws IOException {
    MessageQueue queue = harness.bring("good", "good");
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Socket socket = socket();
      sockets.add(socket);
      try {
        // The beginning of a packet of 100,000 bytes, and what of it comes.
        socket.getOutputStream().write(new byte[] {0x10, (byte) 0xA0, (byte) 0x8D, 6});
        socket.getOutputStream().write(new byte[40_000]);
      } catch (SocketException ended) {
        // Which is what it is about.
      }
    }
    for (Socket socket : sockets) {
      assertThat(ended(socket)).isTrue();
      socket.close();
    }
    assertServes(queue, 1);
  }

  @Test
  void aPacketThatSaysItIsLargeIsRefusedBeforeItIsRead() throws IOException {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(connect("large", 60));
      assertThat(connack(socket)).isEqualTo(CONNACK);
      socket
          .getOutputStream()
          .write(new byte[] {0x32, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F});
      assertThat(ended(socket)).isTrue();
    }
  }

  @Test
  void whoIsNotHeardForLongerThanHeSaidIsDisconnected() throws IOException {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(connect("quiet", 1));
      assertThat(connack(socket)).isEqualTo(CONNACK);
      long began = System.nanoTime();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertThat(System.nanoTime() - began).isGreaterThan(1_000_000_000L);
    }
  }

  @Test
  void whoSubscribesAndReadsNothingMissesMessagesAndHoldsNobodyUp() throws IOException {
    try (Socket slow = socket();
        Socket sender = socket()) {
      slow.getOutputStream().write(connect("slow", 60));
      assertThat(connack(slow)).isEqualTo(CONNACK);
      slow.getOutputStream().write(packet(0x82, rest(0, 1, "#", 0)));
      assertThat(slow.getInputStream().readNBytes(5)).endsWith(0);
      sender.getOutputStream().write(connect("sender", 60));
      assertThat(connack(sender)).isEqualTo(CONNACK);
      byte[] message = publish("t", 1, "x".repeat(100_000));
      for (int i = 0; i < 300; i++) {
        sender.getOutputStream().write(message);
        assertThat(sender.getInputStream().readNBytes(4)).isEqualTo(new byte[] {0x40, 2, 0, 1});
      }
    }
    assertThat(harness.counts().of("sent false")).isPositive();
    assertThat(harness.counts().of("sent true") + harness.counts().of("sent false")).isEqualTo(300);
  }

  @Test
  void whoReadsNoAcknowledgementsIsReadNoMore() throws IOException {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(connect("deaf", 60));
      assertThat(connack(socket)).isEqualTo(CONNACK);
      byte[] ping = new byte[64 * 1024];
      for (int i = 0; i < ping.length; i += 2) {
        ping[i] = (byte) 0xC0;
      }
      socket.setSoTimeout(1_000);
      // Sending ends when nobody reads any more, which a thread of its own finds out.
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 5_000; i++) {
                        socket.getOutputStream().write(ping);
                      }
                    } catch (IOException closed) {
                      // As the test ends.
                    }
                  });
      try {
        assertThat(sender.join(java.time.Duration.ofSeconds(2))).isFalse();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
