package io.mayfly.mqtt;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A payload and what targets are told of it: one that is JSON as it stands, byte for byte, and
 * anything else as {@code {"data": "BASE64"}}, which is what AWS IoT's {@code SELECT encode(*,
 * 'base64') AS data} makes of it ("Working with binary payloads" in its developer guide).
 *
 * @param json the text, where it is JSON
 */
record Payload(byte[] bytes, Optional<String> json) {
  private static final JsonFactory JSON = new JsonFactory();

  static Payload of(byte[] bytes) {
    return new Payload(bytes, text(bytes).filter(Payload::isJson));
  }

  /** Told as it is. */
  byte[] alone() {
    return json.isPresent() ? bytes : utf8("{\"data\":\"" + base64() + "\"}");
  }

  /** Told with where and when it came from, in a member {@code payload} if it is JSON. */
  byte[] withTopic(Publication publication) {
    ObjectNode head = JsonMapper.shared().createObjectNode();
    head.put("topic", publication.topic());
    head.put("clientid", publication.client());
    head.put("timestamp", publication.received().toEpochMilli());
    String text = head.toString();
    String rest =
        json.map(value -> ",\"payload\":" + value + "}")
            .orElseGet(() -> ",\"data\":\"" + base64() + "\"}");
    return utf8(text.substring(0, text.length() - 1) + rest);
  }

  String base64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static boolean isJson(String text) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }
}
