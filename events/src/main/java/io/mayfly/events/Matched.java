package io.mayfly.events;

import org.jspecify.annotations.Nullable;

/**
 * What the matcher of a bus finds for an event: a place where a rule or an archive stands under one
 * pattern. With another pattern it gets another place.
 */
sealed interface Matched {
  /** A rule's place. */
  final class OfRule implements Matched {
    private volatile @Nullable LiveRule rule;

    OfRule(LiveRule rule) {
      this.rule = rule;
    }

    /** The rule as it is now; null if it is no longer about what was matched. */
    @Nullable LiveRule rule() {
      return rule;
    }

    void set(@Nullable LiveRule changed) {
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
