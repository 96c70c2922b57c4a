package io.mayfly.dispatch;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets calls in as long as there is concurrency for them, and refuses the others as Lambda does
 * ("Understanding Lambda function scaling" in the developer guide): a function with reserved
 * concurrency has that to itself, all others share the rest.
 *
 * <p>Lock-free: functions meet in one counter, and those with reserved concurrency not even there.
 */
final class Admission {
  private final ConcurrencyLimits limits;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger shared = new AtomicInteger();
  private final Map<FunctionName, AtomicInteger> reserved = new ConcurrentHashMap<>();

  Admission(ConcurrencyLimits limits) {
    this.limits = limits;
  }

  /** One admitted call. It goes back to where it was counted, whatever was reserved meanwhile. */
  record Ticket(AtomicInteger count) {}

  /** How many calls are admitted now. */
  int running() {
    return running.get();
  }

  /**
   * Admits a call; {@link #leave} ends it.
   *
   * @throws MayflyException if there is no concurrency for it
   */
  Ticket enter(FunctionName function) {
    OptionalInt own = limits.reserved(function);
    AtomicInteger count =
        own.isPresent() ? reserved.computeIfAbsent(function, name -> new AtomicInteger()) : shared;
    if (count.incrementAndGet() > (own.isPresent() ? own.getAsInt() : limits.unreserved())) {
      count.decrementAndGet();
      throw new MayflyException(
          ErrorCode.THROTTLED,
          "Rate Exceeded.",
          Map.of(
              "Reason",
              own.isPresent()
                  ? "ReservedFunctionConcurrentInvocationLimitExceeded"
                  : "ConcurrentInvocationLimitExceeded"));
    }
    running.incrementAndGet();
    return new Ticket(count);
  }

  void leave(Ticket ticket) {
    running.decrementAndGet();
    ticket.count().decrementAndGet();
  }

  /** Forgets what need not be counted any more: functions that have nothing reserved now. */
  void tidy() {
    reserved
        .entrySet()
        .removeIf(
            entry -> entry.getValue().get() == 0 && limits.reserved(entry.getKey()).isEmpty());
  }
}
