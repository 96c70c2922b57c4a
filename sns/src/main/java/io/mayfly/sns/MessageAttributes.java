package io.mayfly.sns;

import io.mayfly.aws.AwsException;
import io.mayfly.queue.MessageAttribute;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The attributes of messages, read from requests ("Amazon SNS message attributes"). */
final class MessageAttributes {
  private static final int LONGEST_NAME = 256;
  private static final int LONGEST_TYPE = 256;
  private static final int LONGEST_NUMBER = 100;

  private MessageAttributes() {}

  /**
   * The attributes in a request, in their order.
   *
   * @throws AwsException if one is wrong
   */
  static Map<String, MessageAttribute> read(Map<String, AttributeValue> given) {
    Map<String, MessageAttribute> attributes = new LinkedHashMap<>();
    given.forEach(
        (name, value) -> {
          checkName(name);
          attributes.put(name, read(name, value));
        });
    return Collections.unmodifiableMap(attributes);
  }

  private static MessageAttribute read(String name, AttributeValue given) {
    String type = given.dataType();
    if (type.isEmpty()) {
      throw SnsErrors.invalidValue(
          "The message attribute '%s' must contain non-empty message attribute type."
              .formatted(name));
    }
    int dot = type.indexOf('.');
    String kind = dot < 0 ? type : type.substring(0, dot);
    if (type.length() > LONGEST_TYPE || !List.of("String", "Number", "Binary").contains(kind)) {
      throw SnsErrors.invalidValue(
          "The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
              .formatted(name));
    }
    boolean binary = kind.equals("Binary");
    if (binary ? given.stringValue().isPresent() : given.binaryValue().isPresent()) {
      throw SnsErrors.invalidValue(
          "The message attribute '%s' with type '%s' must use field '%s'."
              .formatted(name, kind, binary ? "Binary" : "String"));
    }
    byte[] value =
        binary
            ? given.binaryValue().orElse(new byte[0])
            : given.stringValue().orElse("").getBytes(StandardCharsets.UTF_8);
    if (value.length == 0) {
      throw SnsErrors.invalidValue(
          "The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'."
              .formatted(name, kind));
    }
    if (kind.equals("Number") && !isNumber(given.stringValue().orElse(""))) {
      throw SnsErrors.invalidValue(
          "Could not cast message attribute '%s' value to number.".formatted(name));
    }
    return new MessageAttribute(type, value);
  }

  private static boolean isNumber(String text) {
    try {
      return text.length() <= LONGEST_NUMBER && Math.abs(new BigDecimal(text).scale()) <= 1000;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static void checkName(String name) {
    boolean right = !name.isEmpty() && name.length() <= LONGEST_NAME;
    for (int i = 0; right && i < name.length(); i++) {
      right = TopicArns.isNameLetter(name.charAt(i)) || name.charAt(i) == '.';
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (!right || name.startsWith(".") || name.endsWith(".") || name.contains("..")) {
      throw SnsErrors.invalidValue(
          "Invalid message attribute name '%s'. It can contain A-Z, a-z, 0-9, underscores, hyphens and periods, can be 1 to 256 long, and must not start or end with a period or have two in succession."
              .formatted(SnsErrors.shown(name)));
    }
    if (lower.startsWith("aws.") || lower.startsWith("amazon.")) {
      throw SnsErrors.invalidValue(
          "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use.");
    }
  }

  /** How many bytes attributes have, with their names and types. */
  static int bytes(Map<String, MessageAttribute> attributes) {
    return attributes.entrySet().stream()
        .mapToInt(
            each ->
                each.getKey().length()
                    + each.getValue().type().length()
                    + each.getValue().value().length)
        .sum();
  }
}
