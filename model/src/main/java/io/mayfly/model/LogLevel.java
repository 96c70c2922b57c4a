package io.mayfly.model;

/** How much a log line matters, from the finest detail up. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR,
  FATAL;

  /** Whether a line of this level is one of those that are wanted. */
  public boolean atLeast(LogLevel least) {
    return compareTo(least) >= 0;
  }
}
