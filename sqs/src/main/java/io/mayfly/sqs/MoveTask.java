package io.mayfly.sqs;

/**
 * One move of messages out of a dead-letter queue, as it is kept with that queue.
 *
 * @param destination the ARN of the queue they go to; empty if each goes back to where it came from
 * @param rate how many messages a second at most; 0 for as many as can be
 * @param moved how many have been moved
 * @param toMove how many there were in the queue when it began
 * @param failure why it failed; empty if it did not
 * @param started in milliseconds since 1970
 */
record MoveTask(
    String id,
    Status status,
    String destination,
    int rate,
    long moved,
    long toMove,
    String failure,
    long started) {
  /** What has become of it. */
  enum Status {
    RUNNING,
    COMPLETED,
    CANCELLING,
    CANCELLED,
    FAILED;

    boolean active() {
      return this == RUNNING || this == CANCELLING;
    }
  }

  MoveTask with(Status next, long nowMoved, String why) {
    return new MoveTask(id, next, destination, rate, nowMoved, toMove, why, started);
  }
}
