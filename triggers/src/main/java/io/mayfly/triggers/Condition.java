package io.mayfly.triggers;

/** Why an event is not in its function's queue any more, in Lambda's words. */
enum Condition {
  SUCCESS("Success", "The function was run with the event."),
  RETRIES_EXHAUSTED("RetriesExhausted", "The function failed as often as it is tried."),
  EVENT_AGE_EXCEEDED(
      "EventAgeExceeded", "The event became too old before the function could be run with it."),
  ZERO_RESERVED_CONCURRENCY(
      "ZeroReservedConcurrency",
      "The function was not run, because its reserved concurrency is zero.");

  private final String wireName;
  private final String meaning;

  Condition(String wireName, String meaning) {
    this.wireName = wireName;
    this.meaning = meaning;
  }

  /** For people. */
  String meaning() {
    return meaning;
  }

  String wireName() {
    return wireName;
  }
}
