package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import java.time.Duration;
import java.time.InstantSource;

/** Changes when messages that are in flight come again. */
final class Visibility {
  private static final Duration LONGEST = Duration.ofSeconds(Ranges.LONGEST_VISIBILITY);

  private final Receipts receipts;
  private final InstantSource clock;

  Visibility(Receipts receipts, InstantSource clock) {
    this.receipts = receipts;
    this.clock = clock;
  }

  /**
   * Changes it for one message. However often that is done, a message comes again twelve hours
   * after it was received.
   *
   * @throws AwsException if the message is not in flight, or it would be so for longer
   */
  void change(SqsQueue queue, String handle, int seconds) {
    Duration visibility = Duration.ofSeconds(Ranges.visibility(seconds));
    Receipts.Opened opened = receipts.open(queue, handle);
    if (clock.instant().plus(visibility).isAfter(opened.received().plus(LONGEST))) {
      throw SqsErrors.invalid(
          seconds,
          "VisibilityTimeout",
          "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
    }
    if (!queue.messages().changeVisibility(opened.receipt(), visibility)) {
      throw SqsErrors.notInFlight();
    }
  }
}
