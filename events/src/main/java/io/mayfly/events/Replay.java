package io.mayfly.events;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A replay as it is kept.
 *
 * @param bus to which the events come
 * @param rules whose targets are told, by ARN; all if there are none
 * @param from the first time of events that are replayed, and the last
 * @param last the time of the event that was replayed last
 */
record Replay(
    String name,
    Optional<String> description,
    String archive,
    String bus,
    List<String> rules,
    Instant from,
    Instant to,
    State state,
    Optional<String> reason,
    Optional<Instant> last,
    Instant started,
    Optional<Instant> ended) {
  /** In AWS's words. */
  enum State {
    STARTING,
    RUNNING,
    CANCELLING,
    COMPLETED,
    CANCELLED,
    FAILED;

    /** Whether there is something to be done yet. */
    boolean active() {
      return this == STARTING || this == RUNNING || this == CANCELLING;
    }
  }

  Replay with(State changed) {
    return new Replay(
        name, description, archive, bus, rules, from, to, changed, reason, last, started, ended);
  }

  Replay reached(Optional<Instant> time) {
    return new Replay(
        name,
        description,
        archive,
        bus,
        rules,
        from,
        to,
        state,
        reason,
        time.or(() -> last),
        started,
        ended);
  }

  Replay ended(State how, Optional<String> why, Instant now) {
    return new Replay(
        name,
        description,
        archive,
        bus,
        rules,
        from,
        to,
        how,
        why,
        last,
        started,
        Optional.of(now));
  }
}
