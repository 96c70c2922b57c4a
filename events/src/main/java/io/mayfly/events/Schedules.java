package io.mayfly.events;

import io.mayfly.queue.Forward;
import java.time.Instant;
import java.util.List;

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
     * What is to be written so that a rule's targets are told of the event "Scheduled Event";
     * nothing for a rule that is gone or disabled.
     *
     * @param time for which it was to fire
     */
    List<Forward> fire(String ruleArn, Instant time);
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
