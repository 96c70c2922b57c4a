package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** {@code TestEventPattern}: whether a pattern is about an event. */
final class TestEventPattern implements Operation<TestEventPattern.Input, TestEventPattern.Output> {
  record Input(String eventPattern, String event) {}

  record Output(boolean result) {}

  /** What an event must have, from the API reference. */
  private static final List<String> REQUIRED =
      List.of("id", "account", "source", "time", "region", "resources", "detail-type");

  @Override
  public Output handle(Input input, Caller caller) {
    checkEvent(input.event());
    return new Output(EventPattern.matches(input.eventPattern(), input.event()));
  }

  private static void checkEvent(String text) {
    JsonNode event;
    try {
      event = Json.read(text);
    } catch (JacksonException e) {
      throw EventsErrors.invalid("Event", "it is no JSON: " + Json.reason(e));
    }
    if (!event.isObject()) {
      throw EventsErrors.invalid("Event", "it is no JSON object.");
    }
    for (String name : REQUIRED) {
      if (!event.has(name)) {
        throw EventsErrors.invalid("Event", "it has no " + name + ".");
      }
    }
  }
}
