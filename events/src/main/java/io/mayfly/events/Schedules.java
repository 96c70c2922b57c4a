package io.mayfly.events;

import java.time.Instant;

/**
 * The port of whoever knows when rules with a schedule are to fire. Told of every such rule that is
 * enabled, from the start of the platform on, and asked before one is kept. Called by one thread at
 * a time; must not call back from within.
 */
public interface Schedules {
  /**
   * Passes a text that is a schedule.
   *
   * @throws RuntimeException an {@link io.mayfly.aws.AwsException} for the caller if it is none
   */
  void check(String expression);

  /** A rule is to fire by this schedule from now on, and by no other. */
  void put(String ruleArn, String expression);

  /** A rule is not to fire any more: it was removed, disabled, or has no schedule now. */
  void remove(String ruleArn);

  /** Has a rule fire. */
  @FunctionalInterface
  interface Firing {
    /**
     * Tells a rule's targets of the event "Scheduled Event", on the disk when this returns. A rule
     * that is gone or disabled does nothing.
     *
     * @param time for which it was to fire
     * @throws io.mayfly.model.MayflyException if it cannot be stored now
     */
    void fire(String ruleArn, Instant time);
  }

  /** Keeps rules with schedules from being made, where nobody would have them fire. */
  static Schedules none() {
    return new Schedules() {
      @Override
      public void check(String expression) {
        throw EventsErrors.validation(
            "ScheduleExpression is not supported yet by Mayfly; leave it out");
      }

      @Override
      public void put(String ruleArn, String expression) {}

      @Override
      public void remove(String ruleArn) {}
    };
  }
}
