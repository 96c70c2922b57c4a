package io.mayfly.dispatch;

import java.util.Optional;

/**
 * How far a version is with the instances it has before calls come.
 *
 * @param allocated how many calls there are instances for, those that still start included
 * @param ready how many calls there are instances for that have started
 * @param failure why the last start came to nothing, if it did
 */
public record Readiness(int allocated, int ready, Optional<String> failure) {
  /** Of a version that has no instance. */
  public static final Readiness NONE = new Readiness(0, 0, Optional.empty());
}
