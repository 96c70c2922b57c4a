package io.mayfly.aws;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Messages of {@code application/vnd.amazon.eventstream} ("Event Stream Specification" of Smithy):
 * a prelude with the lengths and its checksum, headers, the payload, and a checksum of all that.
 */
public final class EventStreamMessage {
  /** The media type of a stream of them. */
  public static final String MEDIA_TYPE = "application/vnd.amazon.eventstream";

  private static final int PRELUDE = 2 * Integer.BYTES;
  private static final int CHECKSUM = Integer.BYTES;
  private static final byte STRING = 7;

  private EventStreamMessage() {}

  /**
   * An event whose payload is a blob.
   *
   * @param type the member of the output's union
   */
  public static byte[] event(String type, byte[] payload) {
    return event(type, "application/octet-stream", payload);
  }

  /**
   * An event with members, which travel as JSON.
   *
   * @param type the member of the output's union
   */
  public static byte[] event(String type, Map<String, String> members) {
    return event(type, "application/json", JsonBody.writeDocument(members));
  }

  private static byte[] event(String type, String contentType, byte[] payload) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(":event-type", type);
    headers.put(":content-type", contentType);
    headers.put(":message-type", "event");
    return encode(headers, payload);
  }

  private static byte[] encode(Map<String, String> headers, byte[] payload) {
    byte[] head = encode(headers);
    int total = PRELUDE + CHECKSUM + head.length + payload.length + CHECKSUM;
    byte[] bytes = new byte[total];
    ByteBuffer message = ByteBuffer.wrap(bytes);
    message.putInt(total).putInt(head.length).putInt(checksum(bytes, PRELUDE));
    message.put(head).put(payload).putInt(checksum(bytes, total - CHECKSUM));
    return bytes;
  }

  /** Each header: its name after its length, the type of its value, the value after its length. */
  private static byte[] encode(Map<String, String> headers) {
    int length =
        headers.entrySet().stream()
            .mapToInt(header -> 4 + bytes(header.getKey()).length + bytes(header.getValue()).length)
            .sum();
    ByteBuffer encoded = ByteBuffer.allocate(length);
    headers.forEach(
        (name, value) -> {
          encoded.put((byte) bytes(name).length).put(bytes(name)).put(STRING);
          encoded.putShort((short) bytes(value).length).put(bytes(value));
        });
    return encoded.array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Of so many bytes from the beginning. */
  private static int checksum(byte[] message, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(message, 0, length);
    return (int) checksum.getValue();
  }
}
