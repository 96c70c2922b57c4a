package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.queue.MessageAttribute;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** The attributes of messages: read from requests, chosen for answers. */
final class MessageAttributes {
  private static final int MOST = 10;
  private static final int LONGEST_NAME = 256;
  private static final int LONGEST_TYPE = 256;
  private static final int LONGEST_NUMBER = 100;
  private static final int MOST_DIGITS = 38;
  private static final String TRACE_HEADER = "AWSTraceHeader";
  private static final int LONGEST_TRACE_HEADER = 1024;

  private MessageAttributes() {}

  /**
   * The attributes in a request.
   *
   * @throws AwsException if one is wrong, or there are too many
   */
  static Map<String, MessageAttribute> read(Map<String, AttributeValue> given) {
    if (given.isEmpty()) {
      return Map.of();
    }
    if (given.size() > MOST) {
      throw SqsErrors.invalid(
          "Number of message attributes [%d] exceeds the allowed maximum [%d]."
              .formatted(given.size(), MOST));
    }
    Map<String, MessageAttribute> attributes = new HashMap<>();
    given.forEach(
        (name, value) -> {
          checkName(name);
          attributes.put(name, read(name, value));
        });
    return attributes;
  }

  /**
   * The system attributes in a request, of which there is one.
   *
   * @throws AwsException if one is wrong
   */
  static Map<String, MessageAttribute> readSystem(Map<String, AttributeValue> given) {
    if (given.isEmpty()) {
      return Map.of();
    }
    Map<String, MessageAttribute> attributes = new HashMap<>();
    given.forEach(
        (name, value) -> {
          if (!name.equals(TRACE_HEADER)) {
            throw SqsErrors.invalid(
                "Message system attribute name '%s' is invalid.".formatted(shown(name)));
          }
          if (!value.dataType().equals("String")
              || value.stringValue().orElse("").length() > LONGEST_TRACE_HEADER) {
            throw SqsErrors.invalid(
                "The message system attribute '%s' must be a String of at most %d characters."
                    .formatted(name, LONGEST_TRACE_HEADER));
          }
          attributes.put(name, read(name, value));
        });
    return attributes;
  }

  private static MessageAttribute read(String name, AttributeValue given) {
    String type = given.dataType();
    if (type.isEmpty()) {
      throw RequiredParameters.noType(name);
    }
    int dot = type.indexOf('.');
    String kind = dot < 0 ? type : type.substring(0, dot);
    if (type.length() > LONGEST_TYPE || !List.of("String", "Number", "Binary").contains(kind)) {
      throw SqsErrors.invalid(
          "The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
              .formatted(name));
    }
    if (!given.stringListValues().orElse(List.of()).isEmpty()
        || !given.binaryListValues().orElse(List.of()).isEmpty()) {
      throw SqsErrors.invalid(
          "Message attribute list values in SendMessage operation are not supported.");
    }
    boolean binary = kind.equals("Binary");
    if (binary ? given.stringValue().isPresent() : given.binaryValue().isPresent()) {
      throw SqsErrors.invalid(
          "The message attribute '%s' with type '%s' must use field '%s'."
              .formatted(name, kind, binary ? "Binary" : "String"));
    }
    byte[] value =
        binary
            ? given.binaryValue().orElse(new byte[0])
            : given.stringValue().orElse("").getBytes(StandardCharsets.UTF_8);
    if (value.length == 0) {
      throw SqsErrors.invalid(
          "The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'."
              .formatted(name, kind));
    }
    if (!binary) {
      checkText(name, kind, given.stringValue().orElse(""));
    }
    return new MessageAttribute(type, value);
  }

  private static void checkText(String name, String kind, String value) {
    if (!Messages.isValid(value)) {
      throw SqsErrors.invalidContents();
    }
    if (kind.equals("Number") && !isNumber(value)) {
      throw SqsErrors.invalid(
          "Can't cast the value of message (user) attribute '%s' to a number.".formatted(name));
    }
  }

  private static boolean isNumber(String text) {
    try {
      // A longer one has more digits than are allowed, or many zeros.
      return text.length() <= LONGEST_NUMBER
          && new BigDecimal(text).stripTrailingZeros().precision() <= MOST_DIGITS;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static void checkName(String name) {
    boolean right = !name.isEmpty() && name.length() <= LONGEST_NAME;
    for (int i = 0; right && i < name.length(); i++) {
      right = QueueNames.isNameLetter(name.charAt(i)) || name.charAt(i) == '.';
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (!right || name.startsWith(".") || name.endsWith(".") || name.contains("..")) {
      throw SqsErrors.invalid(
          "Invalid message attribute name '%s'. It can contain A-Z, a-z, 0-9, underscores, hyphens and periods, can be 1 to 256 long, and must not start or end with a period or have two in succession."
              .formatted(shown(name)));
    }
    if (lower.startsWith("aws.") || lower.startsWith("amazon.")) {
      throw SqsErrors.invalid(
          "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use.");
    }
  }

  private static String shown(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...";
  }

  /** How many bytes attributes have, with their names and types. */
  static int bytes(Map<String, MessageAttribute> attributes) {
    int bytes = 0;
    for (Map.Entry<String, MessageAttribute> each : attributes.entrySet()) {
      bytes +=
          each.getKey().length() + each.getValue().type().length() + each.getValue().value().length;
    }
    return bytes;
  }

  /**
   * The attributes that a receiver asks for.
   *
   * @param wanted names, {@code All}, or the start of names before {@code .*}
   */
  static Map<String, MessageAttribute> choose(
      Map<String, MessageAttribute> attributes, List<String> wanted) {
    if (attributes.isEmpty() || wanted.isEmpty()) {
      return Map.of();
    }
    Predicate<String> any =
        name ->
            wanted.stream()
                .anyMatch(
                    each ->
                        each.equals("All")
                            || each.equals(name)
                            || (each.endsWith(".*")
                                && name.startsWith(each.substring(0, each.length() - 2))));
    Map<String, MessageAttribute> chosen = new HashMap<>(attributes);
    chosen.keySet().removeIf(any.negate());
    return chosen;
  }

  /** Attributes as they travel. */
  static Map<String, AttributeValue> write(Map<String, MessageAttribute> attributes) {
    Map<String, AttributeValue> values = new HashMap<>();
    attributes.forEach(
        (name, attribute) ->
            values.put(
                name,
                attribute.binary()
                    ? AttributeValue.binary(attribute.type(), attribute.value())
                    : AttributeValue.text(
                        attribute.type(), new String(attribute.value(), StandardCharsets.UTF_8))));
    return values;
  }
}
