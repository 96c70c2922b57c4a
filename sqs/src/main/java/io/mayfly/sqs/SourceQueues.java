package io.mayfly.sqs;

import io.mayfly.model.Account;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.Queues;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An account's queues of SQS, for who receives their messages without the API. Safe for use by many
 * threads.
 */
public final class SourceQueues {
  private final QueueNames names;
  private final Queues queues;
  private final Receipts receipts;
  private final Map<String, SourceQueue> known = new ConcurrentHashMap<>();

  /**
   * @param platformKey a secret that outlives restarts, as receipt handles do
   */
  public SourceQueues(Account account, Queues queues, byte[] platformKey) {
    this.names = new QueueNames(account);
    this.queues = queues;
    this.receipts = new Receipts(platformKey);
  }

  /** The queue with an ARN; empty if there is none in this account and region. */
  public Optional<SourceQueue> find(String arn) {
    Optional<String> name = names.ofArn(arn);
    Optional<MessageQueue> found = name.flatMap(each -> queues.find(SqsQueues.PREFIX + each));
    if (found.isEmpty()) {
      known.remove(arn);
      return Optional.empty();
    }
    SourceQueue before = known.get(arn);
    if (before != null && before.isCurrent(found.get())) {
      return Optional.of(before);
    }
    SourceQueue read =
        new SourceQueue(
            new SqsQueue(name.orElseThrow(), names, found.get()), names, queues, receipts);
    known.put(arn, read);
    return Optional.of(read);
  }
}
