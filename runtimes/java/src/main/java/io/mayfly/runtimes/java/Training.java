package io.mayfly.runtimes.java;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One start of a function while the JVM records what it loads: all that a cold start does, its
 * class and its constructor included, and calls of a handler of our own. The function's handler is
 * not called. A thread plays the platform.
 */
final class Training {
  private static final Path SOCKET = Path.of("/tmp/training.sock");
  private static final byte INVOKE = 0x41;
  private static final int HEAD = 9;

  private static final List<String> EVENTS =
      List.of(
          "{\"name\": \"a\", \"count\": 1, \"tags\": [\"b\"], \"more\": {\"c\": [1.5, null, true]}}",
          "{\"count\": 2}",
          "no json");

  private static final String JACKSON = "com.fasterxml.jackson.databind.ObjectMapper";
  private static final Map<String, Object> VALUE =
      Map.of(
          "name", "a", "count", 1, "ratio", 1.5, "tags", List.of("b"), "more", Map.of("c", true));

  private Training() {}

  /** Exits with status 0 if the function could be loaded. */
  static void run() throws IOException, ReflectiveOperationException {
    ClassLoader classes = ClassLoader.getSystemClassLoader();
    Handler rehearsed = new HandlerLoader(classes).load(Rehearsal.class.getName());
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(SOCKET));
      Thread platform = new Thread(() -> play(server), "platform");
      platform.setDaemon(true);
      platform.start();
      Guest.greeting(SOCKET.toString()).rehearse(classes, rehearsed, EVENTS.size());
    }
    useJackson(classes);
    System.exit(0);
  }

  /**
   * Has the function's own Jackson, if it brings one, write and read some JSON: most handlers that
   * have it do, at their first call, and the handler itself is not called.
   */
  private static void useJackson(ClassLoader classes) {
    try {
      Class<?> type = Class.forName(JACKSON, true, classes);
      Object mapper = type.getConstructor().newInstance();
      Object json = type.getMethod("writeValueAsString", Object.class).invoke(mapper, VALUE);
      type.getMethod("readTree", String.class).invoke(mapper, json);
      type.getMethod("readValue", String.class, Class.class).invoke(mapper, json, Map.class);
    } catch (ReflectiveOperationException | LinkageError none) {
      // There is none, or one that does not work, which is for the handler to tell.
      return;
    }
  }

  private static void play(ServerSocketChannel server) {
    try (SocketChannel guest = server.accept()) {
      skip(guest); // HELLO
      skip(guest); // READY
      for (String event : EVENTS) {
        ByteBuffer call = call(event);
        while (call.hasRemaining()) {
          guest.write(call);
        }
        skip(guest);
      }
    } catch (EOFException over) {
      // The function could not be loaded, and its process ends.
      return;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static void skip(SocketChannel guest) throws IOException {
    ByteBuffer head = read(guest, HEAD);
    read(guest, head.getInt() - (HEAD - 4));
  }

  private static ByteBuffer read(SocketChannel guest, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining()) {
      if (guest.read(bytes) < 0) {
        throw new EOFException();
      }
    }
    return bytes.flip();
  }

  /** An INVOKE frame with nothing but a deadline, an id and an event. */
  private static ByteBuffer call(String event) {
    byte[] id = "00000000-0000-0000-0000-000000000000".getBytes(StandardCharsets.UTF_8);
    byte[] payload = event.getBytes(StandardCharsets.UTF_8);
    int size = 8 + 2 + id.length + 2 + 2 + 4 + 4 + payload.length;
    ByteBuffer frame = ByteBuffer.allocate(HEAD + size);
    frame.putInt(HEAD - 4 + size).put(INVOKE).putInt(1).putLong(Long.MAX_VALUE);
    frame.putShort((short) id.length).put(id).putShort((short) 0).putShort((short) 0);
    return frame.putInt(0).putInt(0).put(payload).flip();
  }
}
