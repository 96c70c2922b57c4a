package io.mayfly.runtimes.java;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The socket to the platform and the frames on it (docs/design/002-frames.md). The main thread
 * reads; any thread answers.
 */
final class Platform {
  private static final short PROTOCOL_VERSION = 2;
  private static final byte HELLO = 1;
  private static final byte READY = 2;
  private static final byte INIT_ERROR = 3;
  private static final byte RESULT = 4;
  private static final byte ERROR = 5;
  private static final byte INVOKE = 0x41;
  private static final byte SPECIALISE = 0x42;
  private static final byte TENANT = 0x44;
  private static final int HEAD = 9;

  private final SocketChannel channel;
  private ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024).flip();

  /** Whose the calls are, if the function keeps its tenants apart; empty otherwise. */
  private String tenantId = "";

  Platform(String path) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(Path.of(path)));
  }

  void hello() throws IOException {
    byte[] runtime = ("java " + Runtime.version()).getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = ByteBuffer.allocate(4 + runtime.length);
    body.putShort(PROTOCOL_VERSION).putShort((short) runtime.length).put(runtime).flip();
    send(HELLO, 0, body);
  }

  /** The function is loaded, and may be given so many calls at a time. */
  void ready(int calls) throws IOException {
    send(READY, 0, ByteBuffer.allocate(2).putShort((short) calls).flip());
  }

  void result(Call call, ByteBuffer payload) throws IOException {
    send(RESULT, call.number(), payload);
  }

  void error(Call call, String type, byte[] error) throws IOException {
    send(ERROR, call.number(), errorBody(type, error));
  }

  void initError(String type, byte[] error) throws IOException {
    send(INIT_ERROR, 0, errorBody(type, error));
  }

  private static ByteBuffer errorBody(String type, byte[] error) {
    byte[] name = Arrays.copyOf(type.getBytes(StandardCharsets.UTF_8), type.length());
    ByteBuffer body = ByteBuffer.allocate(2 + name.length + error.length);
    return body.putShort((short) name.length).put(name).put(error).flip();
  }

  private synchronized void send(byte type, int number, ByteBuffer body) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    head.putInt(HEAD - 4 + body.remaining()).put(type).putInt(number).flip();
    ByteBuffer[] parts = {head, body};
    while (head.hasRemaining() || body.hasRemaining()) {
      channel.write(parts);
    }
  }

  /** Waits for the next call; ends the process when the platform is gone. */
  Call next() throws IOException {
    Frame frame = next(INVOKE);
    return Call.parse(frame.number(), tenantId, frame.body());
  }

  /** Waits for a function's variables; ends the process when the platform is gone. */
  Map<String, String> variables() throws IOException {
    ByteBuffer body = next(SPECIALISE).body();
    Map<String, String> variables = new HashMap<>();
    for (int left = body.getInt(); left > 0; left--) {
      String name = Call.text(body, body.getInt());
      variables.put(name, Call.text(body, body.getInt()));
    }
    return variables;
  }

  private record Frame(int number, ByteBuffer body) {}

  /** The next frame of a type; those of other types are for guests that know them. */
  private Frame next(byte wanted) throws IOException {
    while (true) {
      fill(HEAD);
      int length = input.getInt();
      byte type = input.get();
      int number = input.getInt();
      int size = length - (HEAD - 4);
      fill(size);
      ByteBuffer body = input.slice(input.position(), size);
      input.position(input.position() + size);
      if (type == wanted) {
        return new Frame(number, body);
      }
      if (type == TENANT) {
        tenantId = Call.text(body, size);
      }
    }
  }

  /** Reads until {@code size} bytes are there. */
  private void fill(int size) throws IOException {
    if (input.remaining() >= size) {
      return;
    }
    if (input.capacity() < size) {
      input = ByteBuffer.allocateDirect(size + HEAD).put(input);
    } else {
      input.compact();
    }
    while (input.position() < size) {
      if (channel.read(input) < 0) {
        Runtime.getRuntime().halt(0);
      }
    }
    input.flip();
  }
}
