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

  /** A BEGIN holds a media type. */
  private static final int BEGIN_BYTES = 1024;

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).flip();
  private boolean ended;

  /** How much may still be read in this turn. */
  private long room;

  // The frame that is being read, once its head has been: how much of its body has come.
  private boolean inFrame;
  private byte type;
  private int call;
  private long size;
  private long arrived;
  private byte[] body = {};

  /**
   * @param channel one that blocks, or one that does not
   */
  public FrameReader(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /**
   * The next frame, for which a channel that blocks waits.
   *
   * @return empty when the guest has closed the connection between two frames
   * @throws FrameException if what came is no frame; the connection cannot be read any further
   * @throws IOException if the connection broke
   */
  public Optional<GuestFrame> read() throws IOException {
    return read(Long.MAX_VALUE);
  }

  /**
   * The next frame of a channel that does not block.
   *
   * @param most about how many bytes are read at the most: a guest that writes without end must not
   *     keep its reader from all others
   * @return empty when the guest has closed the connection between two frames, and when there is
   *     not all of a frame yet; the next read goes on with it
   * @throws FrameException if what came is no frame; the connection cannot be read any further
   * @throws IOException if the connection broke
   */
  public Optional<GuestFrame> read(long most) throws IOException {
    room = most;
    return readOn();
  }

  /**
   * The frame after it, which is read with what the last {@link #read} has left of its bytes: so
   * that many small frames take no more of a reader's time than a large one.
   *
   * @throws IOException as {@link #read} does
   */
  public Optional<GuestFrame> readOn() throws IOException {
    if (!inFrame && !head()) {
      return Optional.empty();
    }
    if (!(isTooLarge() ? skip() : fill())) {
      return Optional.empty();
    }
    inFrame = false;
    GuestFrame frame = frame();
    body = new byte[0];
    return Optional.of(frame);
  }

  /** Whether the guest has closed the connection. */
  public boolean ended() {
    return ended;
  }

  /** Whether a part of the next frame has been read already. */
  public boolean begun() {
    return inFrame || buffer.hasRemaining();
  }

  private boolean head() throws IOException {
    while (buffer.remaining() < Frames.HEAD) {
      if (!more()) {
        return false;
      }
    }
    long length = Integer.toUnsignedLong(buffer.getInt());
    type = buffer.get();
    call = buffer.getInt();
    if (length < Frames.COUNTED_HEAD) {
      throw new FrameException(Reason.LENGTH, "a frame of " + length + " bytes");
    }
    size = length - Frames.COUNTED_HEAD;
    switch (type) {
      case Frames.HELLO -> requireSmall(HELLO_BYTES);
      case Frames.READY -> requireSmall(2);
      case Frames.INIT_ERROR -> requireSmall(Limits.RESPONSE_BYTES);
      case Frames.RESULT, Frames.ERROR -> {}
      case Frames.BEGIN -> requireAtMost(BEGIN_BYTES);
      case Frames.CHUNK -> requireAtMost(Frames.CHUNK_BYTES);
      case Frames.END -> requireAtMost(0);
      default -> throw new FrameException(Reason.TYPE, "a frame of type " + (type & 0xff));
    }
    inFrame = true;
    arrived = 0;
    // What a guest announces is not yet worth memory: the array grows with what arrives.
    body = new byte[isTooLarge() ? 0 : (int) Math.min(size, SLICE)];
    return true;
  }

  /** For frames that belong to no call. */
  private void requireSmall(int most) throws FrameException {
    if (call != 0) {
      throw new FrameException(Reason.CALL, "call " + call + " in a frame of type " + type);
    }
    requireAtMost(most);
  }

  private void requireAtMost(int most) throws FrameException {
    if (size > most) {
      throw new FrameException(Reason.LENGTH, "a frame of type " + type + " with " + size);
    }
  }

  private boolean isTooLarge() {
    return size > Limits.RESPONSE_BYTES;
  }

  private GuestFrame frame() throws FrameException {
    ByteBuffer content = ByteBuffer.wrap(body);
    return switch (type) {
      case Frames.HELLO -> {
        if (content.remaining() < 2) {
          throw new FrameException(Reason.LENGTH, "a HELLO of " + size + " bytes");
        }
        yield new GuestFrame.Hello(Short.toUnsignedInt(content.getShort()), text(content));
      }
      case Frames.READY -> {
        if (content.remaining() == 1) {
          throw new FrameException(Reason.LENGTH, "a READY of 1 byte");
        }
        yield new GuestFrame.Ready(
            content.hasRemaining() ? Short.toUnsignedInt(content.getShort()) : 1);
      }
      case Frames.INIT_ERROR -> new GuestFrame.InitError(text(content), rest(content));
      case Frames.BEGIN -> new GuestFrame.Begin(call, fieldValue(text(content)));
      case Frames.CHUNK -> new GuestFrame.Chunk(call, body);
      case Frames.END -> new GuestFrame.End(call);
      default -> {
        if (isTooLarge()) {
          yield new GuestFrame.TooLarge(call, size);
        }
        yield type == Frames.RESULT
            ? new GuestFrame.Result(call, body)
            : new GuestFrame.HandlerError(call, text(content), rest(content));
      }
    };
  }

  /** Reads on in the body; true at its end. */
  private boolean fill() throws IOException {
    while (arrived < size) {
      int filled = (int) arrived;
      if (filled == body.length) {
        body = Arrays.copyOf(body, (int) Math.min(size, 4L * body.length));
      }
      int count = Math.min(buffer.remaining(), body.length - filled);
      if (count > 0) {
        buffer.get(body, filled, count);
      } else {
        int slice = (int) Math.min(room, Math.min(SLICE, body.length - filled));
        count = slice <= 0 ? 0 : channel.read(ByteBuffer.wrap(body, filled, slice));
        requireMore(count);
        room -= count;
      }
      if (count == 0) {
        return false;
      }
      arrived += count;
    }
    return true;
  }

  /** Drops what comes of the body; true at its end. */
  private boolean skip() throws IOException {
    while (true) {
      int step = (int) Math.min(size - arrived, buffer.remaining());
      buffer.position(buffer.position() + step);
      arrived += step;
      if (arrived == size) {
        return true;
      }
      if (!more()) {
        return false;
      }
    }
  }

  /** Reads into the buffer; false if nothing came. */
  private boolean more() throws IOException {
    if (room <= 0) {
      return false;
    }
    buffer.compact();
    int count;
    try {
      count = channel.read(buffer);
    } finally {
      buffer.flip();
    }
    if (count < 0 && !begun()) {
      ended = true;
      return false;
    }
    requireMore(count);
    room -= count;
    return count > 0;
  }

  private static void requireMore(int count) throws FrameException {
    if (count < 0) {
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

  /** A guest is not to write a header of its own into somebody's response. */
  private static String fieldValue(String text) throws FrameException {
    if (!text.chars().allMatch(character -> character >= ' ' && character < 0x7f)) {
      throw new FrameException(Reason.TEXT, "a media type that no header can hold");
    }
    return text;
  }

  private static byte[] rest(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }
}
