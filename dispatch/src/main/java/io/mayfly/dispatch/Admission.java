package io.mayfly.dispatch;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets calls in as long as there is concurrency for them, and refuses the others as Lambda does
 * ("Understanding Lambda function scaling" in the developer guide): a function with reserved
 * concurrency has that to itself and no more; a version with provisioned concurrency has that to
 * itself, and shares the rest beyond it with all others.
 *
 * <p>Lock-free: functions meet in one counter, and those with reserved concurrency not even there.
 */
final class Admission {
  private final ConcurrencyLimits limits;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger shared = new AtomicInteger();
  private final Map<FunctionName, AtomicInteger> reserved = new ConcurrentHashMap<>();
  private final Map<FunctionVersion, AtomicInteger> provisioned = new ConcurrentHashMap<>();

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
  Ticket enter(FunctionVersion version) {
    OptionalInt own = limits.reserved(version.function());
    if (own.isPresent()) {
      AtomicInteger count =
          reserved.computeIfAbsent(version.function(), name -> new AtomicInteger());
      return take(count, own.getAsInt())
          .orElseThrow(() -> refusal("ReservedFunctionConcurrentInvocationLimitExceeded"));
    }
    Integer ready = limits.provisioned().get(version);
    Optional<Ticket> ticket =
        ready == null
            ? Optional.empty()
            : take(provisioned.computeIfAbsent(version, key -> new AtomicInteger()), ready);
    return ticket
        .or(() -> take(shared, limits.unreserved()))
        .orElseThrow(() -> refusal("ConcurrentInvocationLimitExceeded"));
  }

  private Optional<Ticket> take(AtomicInteger count, int most) {
    if (count.incrementAndGet() > most) {
      count.decrementAndGet();
      return Optional.empty();
    }
    running.incrementAndGet();
    return Optional.of(new Ticket(count));
  }

  private static MayflyException refusal(String reason) {
    return new MayflyException(ErrorCode.THROTTLED, "Rate Exceeded.", Map.of("Reason", reason));
  }

  void leave(Ticket ticket) {
    running.decrementAndGet();
    ticket.count().decrementAndGet();
  }

  /** Forgets what need not be counted any more: functions that have nothing for themselves now. */
  void tidy() {
    reserved
        .entrySet()
        .removeIf(
            entry -> entry.getValue().get() == 0 && limits.reserved(entry.getKey()).isEmpty());
    Map<FunctionVersion, Integer> ready = limits.provisioned();
    provisioned
        .entrySet()
        .removeIf(entry -> entry.getValue().get() == 0 && !ready.containsKey(entry.getKey()));
  }
}
