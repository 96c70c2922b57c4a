package io.mayfly.triggers;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionReference;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RequestId;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageQueue;
import io.mayfly.triggers.UndeliverableException.Reason;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Functions of the account, which are called with what they are told, asynchronously. */
public final class FunctionTarget implements Target {
  private final Account account;
  private final Function<FunctionName, MessageQueue> queues;
  private final InstantSource clock;

  /**
   * @param queues gives the queue of a function's events, or throws if there is no such function
   */
  public FunctionTarget(
      Account account, Function<FunctionName, MessageQueue> queues, InstantSource clock) {
    this.account = account;
    this.queues = queues;
    this.clock = clock;
  }

  @Override
  public List<Forward> forward(String arn, Notice notice) {
    FunctionReference reference =
        FunctionReference.parse(arn)
            .filter(
                found ->
                    found.account().equals(Optional.of(account.id()))
                        && found.region().equals(Optional.of(account.region())))
            .orElseThrow(() -> new UndeliverableException("there is no such function"));
    if (notice.body().length > Limits.EVENT_BYTES) {
      throw new UndeliverableException(
          Reason.INVALID_PARAMETER,
          "the event would have %d bytes, more than %d"
              .formatted(notice.body().length, Limits.EVENT_BYTES));
    }
    AsyncEvent event =
        new AsyncEvent(
            new RequestId(UUID.randomUUID().toString()),
            notice.body(),
            reference.qualifier(),
            notice.traceId(),
            Optional.empty(),
            Optional.empty(),
            clock.instant(),
            0);
    try {
      return List.of(new Forward(queues.apply(reference.name()), event.message(Optional.empty())));
    } catch (MayflyException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        // It may be told later.
        throw e;
      }
      throw new UndeliverableException("there is no such function");
    }
  }
}
