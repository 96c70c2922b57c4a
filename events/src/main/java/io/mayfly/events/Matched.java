package io.mayfly.events;

/**
 * What the matcher of a bus finds for an event: a place where a rule or an archive stands under one
 * pattern. With another pattern it gets another place.
 */
sealed interface Matched {
  /**
   * A rule's place. It keeps the rule as it was when it left the automaton, for events that were
   * matched before and are told of it after.
   */
  final class OfRule implements Matched {
    private volatile LiveRule rule;

    OfRule(LiveRule rule) {
      this.rule = rule;
    }

    LiveRule rule() {
      return rule;
    }

    void set(LiveRule changed) {
      rule = changed;
    }
  }

  /** An archive's place. */
  final class OfArchive implements Matched {
    private final String archive;
    private volatile boolean removed;

    OfArchive(String archive) {
      this.archive = archive;
    }

    String archive() {
      return archive;
    }

    boolean removed() {
      return removed;
    }

    void remove() {
      removed = true;
    }
  }
}
