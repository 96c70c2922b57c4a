package io.mayfly.triggers;

import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.MayflyException;
import io.mayfly.model.TraceId;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.Receipt;
import io.mayfly.triggers.SourceListener.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages of a queue that have been received together, on their way through their function. For
 * one virtual thread. An interrupt gives back what is left of them.
 *
 * <p>What succeeds is deleted. What fails is left to its visibility timeout, as on Lambda, so that
 * the queue's own rules say how often it is tried. While the function cannot be run at all, that is
 * tried again until the visibility timeout is over.
 */
final class SqsBatch {
  static final String OK = "OK";
  static final String FAILED = "PROBLEM: Function call failed";
  private static final String PARTIAL_RESPONSES = "ReportBatchItemFailures";
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(SqsBatch.class);

  private final SourcePorts ports;
  private final EventQueue queue;
  private final EventSourceMapping mapping;
  private final EventFilter filter;
  private final CallSlots slots;
  private final List<Delivery> messages;
  private final Instant received;
  private final boolean fifo;

  /** Groups of which a message has failed: what comes after it must not be handled before it. */
  private final Set<String> stuck = new HashSet<>();

  private String result = OK;

  SqsBatch(
      SourcePorts ports,
      EventQueue queue,
      EventSourceMapping mapping,
      EventFilter filter,
      CallSlots slots,
      List<Delivery> messages,
      Instant received) {
    this.ports = ports;
    this.queue = queue;
    this.mapping = mapping;
    this.filter = filter;
    this.slots = slots;
    this.messages = messages;
    this.received = received;
    this.fifo = mapping.source().fifo();
  }

  /** Has the function called, and waits for what comes of it: Lambda's word for that. */
  String run() {
    Account account = ports.catalog().account();
    SqsEvent.Writer writer =
        new SqsEvent.Writer(queue, mapping.source().arn().orElse(""), account.region(), received);
    List<Delivery> left = withoutLoops(filtered(writer));
    // Messages that are too large for one event come in several, one after another.
    for (boolean first = true; !left.isEmpty(); first = false) {
      List<Delivery> ready = first ? left : left.stream().filter(this::keep).toList();
      if (ready.isEmpty()) {
        break;
      }
      SqsEvent event = writer.event(ready);
      left = ready.subList(event.messages().size(), ready.size());
      Optional<InvokeResult> answer;
      try {
        answer = call(event);
      } catch (InterruptedException e) {
        giveBack(ready, Duration.ZERO);
        Thread.currentThread().interrupt();
        break;
      }
      if (answer.isEmpty()) {
        ports.listener().ended(mapping, ready.size(), Result.GIVEN_BACK);
        giveBack(ready, FIRST_PAUSE);
        break;
      }
      settle(event, answer.get());
    }
    return result;
  }

  private List<Delivery> filtered(SqsEvent.Writer writer) {
    if (filter.passesAll()) {
      return messages;
    }
    List<Delivery> wanted = new ArrayList<>(messages.size());
    List<Receipt> unwanted = new ArrayList<>();
    for (Delivery message : messages) {
      if (writer.matches(filter, message)) {
        wanted.add(message);
      } else {
        unwanted.add(message.receipt());
      }
    }
    if (!unwanted.isEmpty()) {
      delete(unwanted);
      ports.listener().filtered(mapping, unwanted.size());
    }
    return wanted;
  }

  /**
   * The messages that do not come from a loop. Those that do go to the dead letters, or away where
   * there are none ("Use Lambda recursive loop detection" in the developer guide).
   */
  private List<Delivery> withoutLoops(List<Delivery> all) {
    FunctionArn function = mapping.functionArn(ports.catalog().account());
    List<Receipt> looping =
        all.stream()
            .filter(message -> Lineage.runs(trace(message), function) >= Lineage.MOST_RUNS)
            .map(Delivery::receipt)
            .toList();
    if (looping.isEmpty() || ports.loops().allowed(function.name())) {
      return all;
    }
    Optional<MessageQueue> deadLetters = queue.deadLetters();
    if (deadLetters.isPresent()) {
      int _ = queue.messages().move(looping, deadLetters.get()).join();
    } else {
      delete(looping);
    }
    log.warn(
        "{} has run {} times in the chain of {} messages of {}, which are {}",
        function.name(),
        Lineage.MOST_RUNS,
        looping.size(),
        mapping.source().arn().orElse(""),
        deadLetters.isPresent() ? "dead letters now" : "deleted");
    ports.listener().looped(mapping, looping.size());
    result = "PROBLEM: Recursive loop detected";
    return all.stream().filter(message -> !looping.contains(message.receipt())).toList();
  }

  private static String trace(Delivery message) {
    return message.system().getOrDefault(AsyncEvent.TRACE, "");
  }

  /** Keeps a message for as long again; false if it is somebody else's by now, or has to wait. */
  private boolean keep(Delivery message) {
    return message.group().filter(stuck::contains).isEmpty()
        && queue.messages().changeVisibility(message.receipt(), queue.visibility());
  }

  private void giveBack(List<Delivery> all, Duration after) {
    all.forEach(message -> queue.messages().changeVisibility(message.receipt(), after));
  }

  /** Empty if the function could not be run in time. */
  private Optional<InvokeResult> call(SqsEvent event) throws InterruptedException {
    // The leases are fresh: receive() and keep() have just given them so long.
    Instant end = ports.clock().instant().plus(queue.visibility());
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return Optional.of(ports.calls().apply(request(event)).get());
      } catch (ExecutionException e) {
        refused(e.getCause());
      } catch (MayflyException e) {
        refused(e);
      }
      Duration jittered = pause.plusMillis(ports.random().nextLong(pause.toMillis()));
      if (ports.clock().instant().plus(jittered).isAfter(end)) {
        return Optional.empty();
      }
      ports.listener().throttled(mapping);
      Thread.sleep(jittered);
      // A call that begins late must not overlap with one of whoever would get the messages then.
      event
          .messages()
          .forEach(
              message -> queue.messages().changeVisibility(message.receipt(), queue.visibility()));
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private void refused(@Nullable Throwable why) {
    slots.throttled();
    if (why instanceof MayflyException known) {
      result =
          known.code() == ErrorCode.THROTTLED
              ? "PROBLEM: Function call was throttled"
              : "PROBLEM: " + known.getMessage();
    } else {
      result = "PROBLEM: Internal Lambda error. Please contact Lambda customer support.";
      log.warn("a batch of {} could not be run", mapping.source().arn().orElse(""), why);
    }
  }

  private InvokeRequest request(SqsEvent event) {
    FunctionArn function = mapping.functionArn(ports.catalog().account());
    String trace =
        TraceId.continueOrStart(
            Optional.of(trace(event, function)), ports.clock().instant(), ports.random());
    return ports.request(mapping, event.payload(), Lineage.next(trace, function));
  }

  /** A batch goes on with the trace of that message in whose chain the function has run most. */
  private static String trace(SqsEvent event, FunctionArn function) {
    return event.messages().stream()
        .map(SqsBatch::trace)
        .filter(header -> !header.isEmpty())
        .max(Comparator.comparingInt(header -> Lineage.runs(header, function)))
        .orElse("");
  }

  private void settle(SqsEvent event, InvokeResult answer) {
    Optional<Set<String>> failed = failed(event, answer);
    result = failed.isPresent() ? OK : FAILED;
    List<Receipt> done = new ArrayList<>(event.messages().size());
    for (Delivery message : event.messages()) {
      boolean good =
          failed.isPresent()
              && !failed.get().contains(message.id().toString())
              && message.group().filter(stuck::contains).isEmpty();
      if (good) {
        done.add(message.receipt());
      } else if (fifo) {
        message.group().ifPresent(stuck::add);
      }
    }
    if (!done.isEmpty()) {
      delete(done);
    }
    Result how = failed.map(Set::isEmpty).orElse(true) ? Result.SUCCESS : Result.PARTIAL;
    ports
        .listener()
        .ended(mapping, event.messages().size(), failed.isPresent() ? how : Result.FAILURE);
  }

  /** Which messages failed; empty if the batch as a whole has. */
  private Optional<Set<String>> failed(SqsEvent event, InvokeResult answer) {
    if (answer.failure().isPresent()) {
      return Optional.empty();
    }
    if (!mapping.settings().responseTypes().contains(PARTIAL_RESPONSES)) {
      return Optional.of(Set.of());
    }
    return BatchItemFailures.parse(
        answer.payload(),
        event.messages().stream()
            .map(message -> message.id().toString())
            .collect(Collectors.toSet()));
  }

  /** Waits for the disk: the batch is not over before. */
  private void delete(List<Receipt> receipts) {
    queue.messages().delete(receipts, List.of()).join();
  }
}
