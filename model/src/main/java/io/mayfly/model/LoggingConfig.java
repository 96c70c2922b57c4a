package io.mayfly.model;

import java.util.Optional;

/**
 * How a function's log is written ("Configuring advanced logging controls" in the developer guide).
 *
 * @param json which lines there are of a log in JSON; empty for plain text, which has all of them
 */
public record LoggingConfig(Optional<Levels> json) {
  public static final LoggingConfig TEXT = new LoggingConfig(Optional.empty());

  /**
   * From which levels on lines are written.
   *
   * @param application the function's own
   * @param system the platform's; {@code DEBUG}, {@code INFO} or {@code WARN}
   */
  public record Levels(LogLevel application, LogLevel system) {
    /** What Lambda takes where nothing is said. */
    public static final Levels DEFAULT = new Levels(LogLevel.INFO, LogLevel.INFO);
  }
}
