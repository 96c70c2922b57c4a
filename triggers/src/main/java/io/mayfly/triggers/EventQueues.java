package io.mayfly.triggers;

import java.util.Optional;

/** The account's queues of SQS. Asked for every batch, so answered from memory. */
@FunctionalInterface
public interface EventQueues {
  /** The queue with an ARN; empty if there is none in this account and region. */
  Optional<EventQueue> find(String arn);
}
