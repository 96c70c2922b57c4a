package io.mayfly.triggers;

import io.mayfly.model.Limits;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageAttribute;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The event that a function gets with messages of a queue ("Using Lambda with Amazon SQS" in the
 * developer guide).
 *
 * @param payload of 6 MB at most, unless a single message has more
 * @param messages those in it
 */
record SqsEvent(byte[] payload, List<Delivery> messages) {
  private static final byte[] START = bytes("{\"Records\":[");
  private static final byte[] END = bytes("]}");
  private static final byte[] LISTS = bytes(",\"stringListValues\":[],\"binaryListValues\":[]");
  private static final byte[] COMMA = bytes(",");
  private static final byte[] COLON = bytes(":");

  /** A filter whose patterns are of what messages have in their bodies. */
  static EventFilter filter(List<String> patterns) {
    return new EventFilter("body", patterns);
  }

  /** Writes messages of one queue. */
  static final class Writer {
    private final EventQueue queue;
    private final Instant received;
    private final byte[] end;

    /**
     * @param received when its messages were received
     */
    Writer(EventQueue queue, String arn, String region, Instant received) {
      this.queue = queue;
      this.received = received;
      this.end =
          new JsonBytes()
              .raw(",\"eventSource\":\"aws:sqs\",\"eventSourceARN\":")
              .text(arn)
              .raw(",\"awsRegion\":")
              .text(region)
              .raw("}")
              .toBytes();
    }

    /**
     * An event with the first of these messages, at least one, and as many as there is room for.
     */
    SqsEvent event(List<Delivery> messages) {
      JsonBytes json = new JsonBytes().raw(START);
      int count = 0;
      for (Delivery message : messages) {
        int before = json.size();
        if (count > 0) {
          json.raw(COMMA);
        }
        record(json, message, false);
        if (count > 0 && json.size() + END.length > Limits.REQUEST_BYTES) {
          json.cut(before);
          break;
        }
        count++;
      }
      return new SqsEvent(json.raw(END).toBytes(), messages.subList(0, count));
    }

    /** Whether a message is one that its function is to be called with. */
    boolean matches(EventFilter filter, Delivery message) {
      return filter.matches(message.body(), (json, parsed) -> record(json, message, parsed));
    }

    /**
     * One message.
     *
     * @param parsed whether its body, which is JSON, stands there as such and not as a string
     */
    void record(JsonBytes json, Delivery message, boolean parsed) {
      json.raw("{\"messageId\":").text(message.id().toString());
      json.raw(",\"receiptHandle\":").text(queue.receiptHandle(message, received));
      json.raw(",\"body\":");
      if (parsed) {
        json.raw(message.body());
      } else {
        json.text(message.body());
      }
      json.raw(",\"attributes\":{");
      boolean first = true;
      for (Map.Entry<String, String> each : queue.attributes(message).entrySet()) {
        if (!first) {
          json.raw(COMMA);
        }
        first = false;
        json.text(each.getKey()).raw(COLON).text(each.getValue());
      }
      json.raw("},\"messageAttributes\":{");
      first = true;
      for (Map.Entry<String, MessageAttribute> each : message.attributes().entrySet()) {
        if (!first) {
          json.raw(COMMA);
        }
        first = false;
        attribute(json.text(each.getKey()).raw(COLON), each.getValue());
      }
      json.raw("}");
      queue
          .attributesDigest(message)
          .ifPresent(digest -> json.raw(",\"md5OfMessageAttributes\":").text(digest));
      json.raw(",\"md5OfBody\":").text(queue.bodyDigest(message)).raw(end);
    }

    private static void attribute(JsonBytes json, MessageAttribute attribute) {
      if (attribute.binary()) {
        json.raw("{\"binaryValue\":").text(Base64.getEncoder().encode(attribute.value()));
      } else {
        json.raw("{\"stringValue\":").text(attribute.value());
      }
      json.raw(LISTS).raw(",\"dataType\":").text(attribute.type()).raw("}");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
