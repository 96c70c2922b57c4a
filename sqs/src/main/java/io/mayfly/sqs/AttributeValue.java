package io.mayfly.sqs;

import java.util.List;
import java.util.Optional;

/**
 * One attribute of a message, as it travels.
 *
 * @param stringListValues reserved by SQS, which refuses them
 * @param binaryListValues the same
 */
record AttributeValue(
    Optional<String> stringValue,
    Optional<byte[]> binaryValue,
    Optional<List<String>> stringListValues,
    Optional<List<byte[]>> binaryListValues,
    String dataType) {
  static AttributeValue text(String type, String value) {
    return new AttributeValue(
        Optional.of(value), Optional.empty(), Optional.empty(), Optional.empty(), type);
  }

  static AttributeValue binary(String type, byte[] value) {
    return new AttributeValue(
        Optional.empty(), Optional.of(value), Optional.empty(), Optional.empty(), type);
  }
}
