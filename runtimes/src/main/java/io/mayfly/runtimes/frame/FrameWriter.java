package io.mayfly.runtimes.frame;

import io.mayfly.model.Invocation;
import io.mayfly.model.TenantId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Puts frames on a guest's connection: a small head and the payload's own bytes in one gathering
 * write. Not safe for use by several threads at once.
 */
public final class FrameWriter {
  /** What the head of an INVOKE holds beside its texts: the frame's own head, deadline, lengths. */
  private static final int INVOKE_FIXED = Frames.HEAD + 8 + 3 * 2 + 2 * 4;

  private static final byte[] NOTHING = {};

  private static final int LONGEST_TEXT = 0xffff;

  private final GatheringByteChannel channel;

  /**
   * @param channel a blocking channel
   */
  public FrameWriter(GatheringByteChannel channel) {
    this.channel = channel;
  }

  /**
   * Sends an event.
   *
   * @param call the number that the answer will carry; not in use by another call
   * @throws IOException if the connection broke
   */
  public void invoke(int call, Invocation invocation) throws IOException {
    write(frame(call, invocation));
  }

  /**
   * An INVOKE frame: its head, and the event's own bytes. Whose call it is goes before it in a
   * TENANT frame, if the function keeps its tenants apart.
   */
  public static ByteBuffer[] frame(int call, Invocation invocation) {
    byte[] requestId = bytes(invocation.requestId().value());
    byte[] functionArn = bytes(invocation.functionArn().toString());
    byte[] traceId = bytes(invocation.traceId());
    byte[] clientContext = bytes(invocation.clientContext().orElse(""));
    byte[] cognitoIdentity = bytes(invocation.cognitoIdentity().orElse(""));
    byte[] payload = invocation.payload();
    byte[] tenant =
        invocation.tenant().map(TenantId::value).map(FrameWriter::bytes).orElse(NOTHING);
    int before = tenant.length == 0 ? 0 : Frames.HEAD + tenant.length;
    int head =
        INVOKE_FIXED
            + (requestId.length + functionArn.length + traceId.length)
            + (clientContext.length + cognitoIdentity.length);
    ByteBuffer frame = ByteBuffer.allocate(before + head);
    if (before > 0) {
      frame.putInt(before - 4).put(Frames.TENANT).putInt(call).put(tenant);
    }
    frame.putInt(Math.addExact(head - 4, payload.length)).put(Frames.INVOKE).putInt(call);
    frame.putLong(invocation.deadline().toEpochMilli());
    shortText(frame, requestId);
    shortText(frame, functionArn);
    shortText(frame, traceId);
    frame.putInt(clientContext.length).put(clientContext);
    frame.putInt(cognitoIdentity.length).put(cognitoIdentity);
    return new ByteBuffer[] {frame.flip(), ByteBuffer.wrap(payload)};
  }

  /** A WINDOW frame: a guest may send so many more bytes of its answer to a call. */
  public static ByteBuffer[] window(int call, int bytes) {
    ByteBuffer frame = ByteBuffer.allocate(Frames.HEAD + 4);
    frame.putInt(Frames.COUNTED_HEAD + 4).put(Frames.WINDOW).putInt(call).putInt(bytes);
    return new ByteBuffer[] {frame.flip()};
  }

  /**
   * Sends whole frames, with as few writes as the channel allows.
   *
   * @throws IOException if the connection broke
   */
  public void write(ByteBuffer[] frames) throws IOException {
    int first = 0;
    while (first < frames.length) {
      channel.write(frames, first, frames.length - first);
      while (first < frames.length && !frames[first].hasRemaining()) {
        first++;
      }
    }
  }

  /**
   * Gives a guest that was started without a function the variables of one.
   *
   * @param environment every variable of the handler's environment
   * @throws IOException if the connection broke
   */
  public void specialise(Map<String, String> environment) throws IOException {
    List<byte[]> texts = new ArrayList<>(2 * environment.size());
    environment.forEach(
        (name, value) -> {
          texts.add(bytes(name));
          texts.add(bytes(value));
        });
    int size = Frames.HEAD + 4 + texts.stream().mapToInt(text -> 4 + text.length).sum();
    ByteBuffer frame = ByteBuffer.allocate(size);
    frame.putInt(size - 4).put(Frames.SPECIALISE).putInt(0).putInt(environment.size());
    texts.forEach(text -> frame.putInt(text.length).put(text));
    frame.flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void shortText(ByteBuffer frame, byte[] text) {
    if (text.length > LONGEST_TEXT) {
      throw new IllegalArgumentException("a text of " + text.length + " bytes in a frame");
    }
    frame.putShort((short) text.length).put(text);
  }
}
