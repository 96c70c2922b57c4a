package io.mayfly.meter;

import io.mayfly.model.LogStream;

/** One who looks through a function's log. */
public interface LogVisitor {
  /**
   * Whether to be shown what a stream got at a time; called for everything that is in the log, in
   * its order.
   *
   * @param time in milliseconds since 1970
   */
  boolean wants(LogStream stream, long time);

  /** Is shown a line; false ends the look. */
  boolean visit(LogEvent event);
}
