package io.mayfly.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a message holds, as bytes: a version, the id, the deduplication id, attributes, what the
 * platform says of it, and the body up to the end. Texts and values have their length in front, as
 * four bytes.
 */
record MessageContent(
    UUID id,
    Optional<String> deduplication,
    Map<String, MessageAttribute> attributes,
    Map<String, String> system,
    byte[] body) {
  private static final byte VERSION = 1;

  static byte[] encode(NewMessage message) {
    byte[] deduplication = message.deduplication().map(MessageContent::bytes).orElse(null);
    int size = 1 + 16 + 4 + (deduplication == null ? 0 : deduplication.length) + 8;
    byte[][] texts = new byte[2 * message.attributes().size() + 2 * message.system().size()][];
    int next = 0;
    for (Map.Entry<String, MessageAttribute> attribute : message.attributes().entrySet()) {
      texts[next++] = bytes(attribute.getKey());
      texts[next++] = bytes(attribute.getValue().type());
      size += 4 + attribute.getValue().value().length;
    }
    for (Map.Entry<String, String> attribute : message.system().entrySet()) {
      texts[next++] = bytes(attribute.getKey());
      texts[next++] = bytes(attribute.getValue());
    }
    for (byte[] text : texts) {
      size += 4 + text.length;
    }
    ByteBuffer target = ByteBuffer.allocate(size + message.body().length);
    target.put(VERSION);
    target.putLong(message.id().getMostSignificantBits());
    target.putLong(message.id().getLeastSignificantBits());
    if (deduplication == null) {
      target.putInt(-1);
    } else {
      put(target, deduplication);
    }
    next = 0;
    target.putInt(message.attributes().size());
    for (MessageAttribute attribute : message.attributes().values()) {
      put(target, texts[next++]);
      put(target, texts[next++]);
      put(target, attribute.value());
    }
    target.putInt(message.system().size());
    while (next < texts.length) {
      put(target, texts[next++]);
    }
    target.put(message.body());
    return target.array();
  }

  static MessageContent decode(byte[] content) {
    ByteBuffer source = ByteBuffer.wrap(content);
    byte version = source.get();
    if (version != VERSION) {
      throw new IllegalStateException("a message of version " + version + " is not known");
    }
    UUID id = new UUID(source.getLong(), source.getLong());
    int length = source.getInt();
    Optional<String> deduplication =
        length < 0 ? Optional.empty() : Optional.of(new String(bytes(source, length), UTF_8));
    int attributes = source.getInt();
    Map<String, MessageAttribute> byName = HashMap.newHashMap(attributes);
    for (int i = 0; i < attributes; i++) {
      byName.put(text(source), new MessageAttribute(text(source), bytes(source, source.getInt())));
    }
    int system = source.getInt();
    Map<String, String> said = HashMap.newHashMap(system);
    for (int i = 0; i < system; i++) {
      said.put(text(source), text(source));
    }
    return new MessageContent(id, deduplication, byName, said, bytes(source, source.remaining()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void put(ByteBuffer target, byte[] value) {
    target.putInt(value.length).put(value);
  }

  private static String text(ByteBuffer source) {
    return new String(bytes(source, source.getInt()), UTF_8);
  }

  private static byte[] bytes(ByteBuffer source, int length) {
    byte[] value = new byte[length];
    source.get(value);
    return value;
  }
}
