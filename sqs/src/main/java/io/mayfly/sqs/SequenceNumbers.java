package io.mayfly.sqs;

import java.util.Optional;

/** The numbers of messages in first-in-first-out queues: twenty digits, in the order of sending. */
final class SequenceNumbers {
  private static final int DIGITS = 20;

  private SequenceNumbers() {}

  /** The number of a message by its place; empty in queues that keep no order. */
  static Optional<String> of(SqsQueue queue, long place) {
    if (!queue.fifo()) {
      return Optional.empty();
    }
    String digits = Long.toString(place);
    return Optional.of("1" + "0".repeat(DIGITS - 1 - digits.length()) + digits);
  }
}
