package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import software.amazon.event.ruler.GenericMachine;

/**
 * All patterns of a bus in one automaton, EventBridge's own, so that an event is matched against
 * all of them at once.
 *
 * <p>The automaton must not be changed while events are matched: it says that it may, and then
 * misses rules and throws ({@code TestBusMatcher}). So there are two of it, as in "Left-Right: A
 * Concurrency Control Technique with Wait-Free Population Oblivious Reads" (Ramalhete and Correia,
 * 2013): one is matched with, the other changed; then they change places, and when nobody matches
 * with the first any more it is changed in the same way. Whoever matches never waits. Safe for use
 * by many threads, of which one at a time changes patterns.
 */
final class BusMatcher {
  private static final long PAUSE_NANOS = 20_000;

  /** One of the two. */
  private static final class Side {
    private final GenericMachine<Matched> machine = GenericMachine.<Matched>builder().build();
    private final MatchCost cost = new MatchCost();

    /** What takes every event. */
    private final List<Matched> all = new ArrayList<>();

    /** How many threads match with it. */
    private final AtomicLong readers = new AtomicLong();

    boolean isEmpty() {
      return all.isEmpty() && machine.isEmpty();
    }

    void add(Optional<String> pattern, Matched place) {
      if (pattern.isEmpty()) {
        all.add(place);
        return;
      }
      try {
        machine.addRule(place, pattern.get());
        cost.add(place, pattern.get());
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    void remove(Optional<String> pattern, Matched place) {
      if (pattern.isEmpty()) {
        all.remove(place);
        return;
      }
      try {
        machine.deleteRule(place, pattern.get());
        cost.remove(place, pattern.get());
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    private static MayflyException unreadable(IOException e) {
      return new MayflyException(ErrorCode.SERVICE, "the pattern cannot be read: " + e, e);
    }

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
      List<Matched> found = new ArrayList<>(all);
      try {
        found.addAll(machine.rulesForJSONEvent(event.json()));
      } catch (Exception e) {
        // It declares that it may throw anything.
        throw new AwsException(
            "MalformedDetail", 400, "Detail is malformed: it cannot be matched: " + e.getMessage());
      }
      return found;
    }

    void awaitNobody() {
      while (readers.get() > 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private final Side one = new Side();
  private final Side other = new Side();

  /** The one that is matched with. */
  private volatile Side active = one;

  /** Whether nothing can be found. */
  boolean isEmpty() {
    return active.isEmpty();
  }

  /**
   * Puts something under a pattern, which has been checked.
   *
   * @param pattern none: every event
   */
  void add(Optional<String> pattern, Matched place) {
    change(side -> side.add(pattern, place));
  }

  void remove(Optional<String> pattern, Matched place) {
    change(side -> side.remove(pattern, place));
  }

  private void change(Consumer<Side> change) {
    Side first = active;
    Side second = first == one ? other : one;
    // Who came to it before the last change may still be there.
    second.awaitNobody();
    change.accept(second);
    active = second;
    first.awaitNobody();
    change.accept(first);
  }

  /**
   * What is about an event.
   *
   * @throws AwsException if the matcher cannot read it, or would take too long
   */
  List<Matched> find(Event event) {
    Side side = enter();
    try {
      return side.find(event);
    } finally {
      side.readers.decrementAndGet();
    }
  }

  private Side enter() {
    while (true) {
      Side side = active;
      side.readers.incrementAndGet();
      if (side == active) {
        return side;
      }
      // They have changed places in between.
      side.readers.decrementAndGet();
    }
  }
}
