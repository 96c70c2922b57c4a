package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.event.ruler.GenericMachine;

/**
 * All patterns of a bus in one automaton, EventBridge's own, so that an event is matched against
 * all of them at once. Changes do not stop matching: events that are matched meanwhile are found
 * with or without what is changed. Safe for use by many threads.
 */
final class BusMatcher {
  private final GenericMachine<Matched> machine = GenericMachine.<Matched>builder().build();

  private final MatchCost cost = new MatchCost();

  /** What takes every event. */
  private final List<Matched> all = new CopyOnWriteArrayList<>();

  /** Whether nothing can be found. */
  boolean isEmpty() {
    return all.isEmpty() && machine.isEmpty();
  }

  /**
   * Puts something under a pattern, which has been checked.
   *
   * @param pattern none: every event
   */
  void add(Optional<String> pattern, Matched place) {
    if (pattern.isEmpty()) {
      all.add(place);
      return;
    }
    cost.add(place, pattern.get());
    try {
      machine.addRule(place, pattern.get());
    } catch (IOException e) {
      throw new MayflyException(ErrorCode.SERVICE, "the pattern cannot be read: " + e, e);
    }
  }

  void remove(Optional<String> pattern, Matched place) {
    if (pattern.isEmpty()) {
      all.remove(place);
      return;
    }
    try {
      machine.deleteRule(place, pattern.get());
    } catch (IOException e) {
      throw new MayflyException(ErrorCode.SERVICE, "the pattern cannot be read: " + e, e);
    }
    cost.remove(place, pattern.get());
  }

  /**
   * What is about an event.
   *
   * @throws AwsException if the matcher cannot read it, or would take too long
   */
  List<Matched> find(Event event) {
    if (isEmpty()) {
      return List.of();
    }
    if (cost.isTooHigh(event)) {
      throw new AwsException(
          "InvalidArgument",
          400,
          "Parameter Detail is not valid. Reason: its arrays have more than %d combinations for the bus's rules."
              .formatted(MatchCost.MOST));
    }
    List<Matched> found;
    try {
      found = machine.isEmpty() ? List.of() : machine.rulesForJSONEvent(event.json());
    } catch (Exception e) {
      // It declares that it may throw anything.
      throw new AwsException(
          "MalformedDetail", 400, "Detail is malformed: it cannot be matched: " + e.getMessage());
    }
    if (all.isEmpty()) {
      return found;
    }
    List<Matched> both = new ArrayList<>(found);
    both.addAll(all);
    return both;
  }
}
