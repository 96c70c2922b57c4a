package io.mayfly.triggers;

import io.mayfly.model.Account;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.Queues;
import io.mayfly.triggers.UndeliverableException.Reason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** SQS queues of the account, which {@link Queues} has under {@code sqs/NAME}. */
public final class QueueTarget implements Target {
  /** The most bytes of a message, with its attributes ("Amazon SQS message quotas"). */
  private static final int MAX_BYTES = 1024 * 1024;

  private final Account account;
  private final Queues queues;

  public QueueTarget(Account account, Queues queues) {
    this.account = account;
    this.queues = queues;
  }

  @Override
  public List<Forward> forward(String arn, Notice notice) {
    String own = "arn:aws:sqs:%s:%s:".formatted(account.region(), account.id());
    MessageQueue queue =
        Optional.of(arn)
            .filter(text -> text.startsWith(own))
            .flatMap(text -> queues.find("sqs/" + text.substring(own.length())))
            .orElseThrow(() -> new UndeliverableException("there is no such queue"));
    boolean fifo = queue.rules().fifo();
    if (fifo && notice.group().isEmpty()) {
      throw new UndeliverableException(
          Reason.INVALID_PARAMETER, "it is a FIFO queue, which takes no message without a group");
    }
    if (bytes(notice) > MAX_BYTES) {
      throw new UndeliverableException(
          Reason.INVALID_PARAMETER,
          "the message would have %d bytes, more than %d".formatted(bytes(notice), MAX_BYTES));
    }
    return List.of(
        new Forward(
            queue,
            new NewMessage(
                UUID.randomUUID(),
                notice.body(),
                notice.attributes(),
                Map.of("SenderId", account.id(), AsyncEvent.TRACE, notice.traceId()),
                notice.group(),
                fifo
                    ? notice.deduplication().or(() -> Optional.of(sha256(notice.body())))
                    : Optional.empty(),
                Optional.empty())));
  }

  private static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int bytes(Notice notice) {
    return notice.body().length
        + notice.attributes().entrySet().stream()
            .mapToInt(
                each ->
                    each.getKey().length()
                        + each.getValue().type().length()
                        + each.getValue().value().length)
            .sum();
  }
}
