package io.mayfly.triggers;

import io.mayfly.model.FunctionArn;
import io.mayfly.queue.Forward;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom to tell that an event is done with, or given up. */
final class Aftermath {
  private static final Logger log = LoggerFactory.getLogger(Aftermath.class);

  private final Targets targets;
  private final AsyncListener listener;
  private final InstantSource clock;

  Aftermath(Targets targets, AsyncListener listener, InstantSource clock) {
    this.targets = targets;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * What is to be written when the event is deleted. A target that cannot be told is left out, and
   * that is logged and counted: Lambda, too, tries no more than that.
   */
  List<Forward> of(FunctionArn function, AsyncEvent event, AsyncRules rules, Ending ending) {
    List<Forward> forwards = new ArrayList<>();
    String trace = Lineage.next(event.traceId(), function);
    (ending.success() ? rules.onSuccess() : rules.onFailure())
        .ifPresent(
            arn -> {
              try {
                byte[] record = InvocationRecord.json(event, function, ending, clock.instant());
                forwards.addAll(
                    targets.forward(
                        arn, new Sender.Role(rules.role()), Notice.of(record, Map.of(), trace)));
              } catch (UndeliverableException e) {
                log.warn(
                    "destination {} of {} cannot be told of event {}: {}",
                    arn,
                    function.name(),
                    event.requestId(),
                    e.why());
                listener.destinationFailed(function.name(), event.requestId(), arn, e.why());
              }
            });
    if (ending.success()) {
      return forwards;
    }
    rules
        .deadLetters()
        .ifPresent(
            arn -> {
              try {
                forwards.addAll(
                    targets.forward(
                        arn,
                        new Sender.Role(rules.role()),
                        Notice.of(
                            event.payload(), InvocationRecord.attributes(event, ending), trace)));
              } catch (UndeliverableException e) {
                log.warn(
                    "dead-letter target {} of {} cannot be given event {}: {}",
                    arn,
                    function.name(),
                    event.requestId(),
                    e.why());
                listener.deadLetterFailed(function.name(), event.requestId(), arn, e.why());
              }
            });
    return forwards;
  }
}
