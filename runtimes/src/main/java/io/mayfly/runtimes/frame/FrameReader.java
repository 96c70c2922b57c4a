package io.mayfly.runtimes.frame;

import io.mayfly.model.Limits;
import io.mayfly.runtimes.frame.FrameException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Takes frames off a guest's connection.
 *
 * <p>Holds no more than what has arrived of one frame, and never more than {@link
 * Limits#RESPONSE_BYTES} of it. Not safe for use by several threads at once.
 */
public final class FrameReader {
  private static final int BUFFER = 16 * 1024;

  /** The most that is read at a time into a large body: what the JDK copies through. */
  private static final int SLICE = 256 * 1024;

  /** A HELLO is a few words. */
  private static final int HELLO_BYTES = 1024;

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).flip();

  /**
   * @param channel a blocking channel
   */
  public FrameReader(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the next frame.
   *
   * @return empty when the guest has closed the connection between two frames
   * @throws FrameException if what came is no frame; the connection cannot be read any further
   * @throws IOException if the connection broke
   */
  public Optional<GuestFrame> read() throws IOException {
    if (!buffer.hasRemaining() && !more()) {
      return Optional.empty();
    }
    while (buffer.remaining() < Frames.HEAD) {
      require(more());
    }
    long length = Integer.toUnsignedLong(buffer.getInt());
    byte type = buffer.get();
    int call = buffer.getInt();
    if (length < Frames.COUNTED_HEAD) {
      throw new FrameException(Reason.LENGTH, "a frame of " + length + " bytes");
    }
    return Optional.of(frame(type, call, length - Frames.COUNTED_HEAD));
  }

  private GuestFrame frame(byte type, int call, long size) throws IOException {
    return switch (type) {
      case Frames.HELLO -> {
        ByteBuffer body = ByteBuffer.wrap(small(type, call, size, HELLO_BYTES));
        if (body.remaining() < 2) {
          throw new FrameException(Reason.LENGTH, "a HELLO of " + size + " bytes");
        }
        yield new GuestFrame.Hello(Short.toUnsignedInt(body.getShort()), text(body));
      }
      case Frames.READY -> {
        ByteBuffer body = ByteBuffer.wrap(small(type, call, size, 2));
        if (body.remaining() == 1) {
          throw new FrameException(Reason.LENGTH, "a READY of 1 byte");
        }
        yield new GuestFrame.Ready(body.hasRemaining() ? Short.toUnsignedInt(body.getShort()) : 1);
      }
      case Frames.INIT_ERROR -> {
        ByteBuffer body = ByteBuffer.wrap(small(type, call, size, Limits.RESPONSE_BYTES));
        String errorType = text(body);
        yield new GuestFrame.InitError(errorType, rest(body));
      }
      case Frames.RESULT -> {
        if (size > Limits.RESPONSE_BYTES) {
          skip(size);
          yield new GuestFrame.TooLarge(call, size);
        }
        yield new GuestFrame.Result(call, body((int) size));
      }
      case Frames.ERROR -> {
        if (size > Limits.RESPONSE_BYTES) {
          skip(size);
          yield new GuestFrame.TooLarge(call, size);
        }
        ByteBuffer body = ByteBuffer.wrap(body((int) size));
        String errorType = text(body);
        yield new GuestFrame.HandlerError(call, errorType, rest(body));
      }
      default -> throw new FrameException(Reason.TYPE, "a frame of type " + (type & 0xff));
    };
  }

  /** The body of a frame that belongs to no call. */
  private byte[] small(byte type, int call, long size, int most) throws IOException {
    if (call != 0) {
      throw new FrameException(Reason.CALL, "call " + call + " in a frame of type " + type);
    }
    if (size > most) {
      throw new FrameException(Reason.LENGTH, "a frame of type " + type + " with " + size);
    }
    return body((int) size);
  }

  private byte[] body(int size) throws IOException {
    // What a guest announces is not yet worth memory: the array grows with what arrives.
    byte[] body = new byte[Math.min(size, SLICE)];
    int filled = Math.min(buffer.remaining(), body.length);
    buffer.get(body, 0, filled);
    while (filled < size) {
      if (filled == body.length) {
        body = Arrays.copyOf(body, (int) Math.min(size, 4L * body.length));
      }
      int read = channel.read(ByteBuffer.wrap(body, filled, Math.min(SLICE, body.length - filled)));
      require(read >= 0);
      filled += read;
    }
    return body;
  }

  private void skip(long size) throws IOException {
    long left = size;
    while (true) {
      int step = (int) Math.min(left, buffer.remaining());
      buffer.position(buffer.position() + step);
      left -= step;
      if (left == 0) {
        return;
      }
      require(more());
    }
  }

  private boolean more() throws IOException {
    buffer.compact();
    try {
      return channel.read(buffer) >= 0;
    } finally {
      buffer.flip();
    }
  }

  private static void require(boolean arrived) throws FrameException {
    if (!arrived) {
      throw new FrameException(Reason.TRUNCATED, "the connection ended inside a frame");
    }
  }

  private static String text(ByteBuffer body) throws FrameException {
    if (body.remaining() < 2) {
      throw new FrameException(Reason.TEXT, "no room for a text's length");
    }
    int length = Short.toUnsignedInt(body.getShort());
    if (length > body.remaining()) {
      throw new FrameException(Reason.TEXT, "a text of " + length + " bytes goes past the end");
    }
    ByteBuffer slice = body.slice(body.position(), length);
    body.position(body.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(slice).toString();
    } catch (CharacterCodingException bad) {
      throw new FrameException(Reason.TEXT, "a text that is not UTF-8");
    }
  }

  private static byte[] rest(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }
}
