package io.mayfly.sns;

import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.queue.NewMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * A message that is published to a topic.
 *
 * @param message the text, or a JSON object of texts by protocol
 * @param structured whether it is the latter
 * @param traceId the trace header of the chain that it is of
 * @param sequence its place in a FIFO topic, twenty digits
 */
record Published(
    UUID id,
    String message,
    boolean structured,
    Optional<String> subject,
    Map<String, MessageAttribute> attributes,
    Instant time,
    String traceId,
    Optional<String> group,
    Optional<String> deduplication,
    Optional<String> sequence) {
  private static final String SUBJECT = "Subject";
  private static final String STRUCTURED = "Structured";
  private static final String TRACE = "AWSTraceHeader";
  private static final int DIGITS = 20;

  /** How long a character is that JSON writes as a code. */
  private static final int LONGEST_ESCAPE = 6;

  /** The text for subscribers of a protocol. */
  String text(String protocol) {
    if (!structured) {
      return message;
    }
    JsonNode texts = Documents.object(message).orElseGet(Documents::empty);
    return texts.path(protocol).isString()
        ? texts.path(protocol).asString()
        : texts.path("default").asString("");
  }

  /** How many bytes it has as JSON, with its attributes. */
  int bytes() {
    int bytes = 4 * MessageAttributes.bytes(attributes) / 3;
    for (int i = 0; i < message.length(); i++) {
      char character = message.charAt(i);
      if (character < ' ') {
        bytes += LONGEST_ESCAPE;
      } else if (character < 0x80) {
        bytes += character == '"' || character == '\\' ? 2 : 1;
      } else {
        bytes += 3;
      }
    }
    return bytes;
  }

  /** As it lies in the queue of a FIFO topic. */
  NewMessage queued() {
    Map<String, String> system = new HashMap<>();
    system.put(TRACE, traceId);
    subject.ifPresent(text -> system.put(SUBJECT, text));
    if (structured) {
      system.put(STRUCTURED, "true");
    }
    return new NewMessage(
        id,
        message.getBytes(StandardCharsets.UTF_8),
        attributes,
        system,
        group,
        deduplication,
        Optional.empty());
  }

  static Published of(Delivery queued) {
    Map<String, String> system = queued.system();
    return new Published(
        queued.id(),
        new String(queued.body(), StandardCharsets.UTF_8),
        system.containsKey(STRUCTURED),
        Optional.ofNullable(system.get(SUBJECT)),
        queued.attributes(),
        queued.sent(),
        system.getOrDefault(TRACE, ""),
        queued.group(),
        queued.deduplication(),
        Optional.of(sequence(queued.receipt().sequence())));
  }

  /** The number of a message by its place: larger for every later one. */
  static String sequence(long place) {
    String digits = Long.toString(place);
    return "1" + "0".repeat(DIGITS - 1 - digits.length()) + digits;
  }
}
