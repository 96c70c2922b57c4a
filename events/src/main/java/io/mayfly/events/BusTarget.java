package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.queue.Forward;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Target;
import io.mayfly.triggers.UndeliverableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Buses of the account. A notice becomes an event with the notice as its detail: a record of an
 * asynchronous call as Lambda sends it ("Retaining records of asynchronous invocations" in its
 * developer guide), anything else under the names that its attributes {@code Source} and {@code
 * DetailType} give. Rules do not come here: they pass their event on as it is.
 */
final class BusTarget implements Target {
  static final String ACTION = "events:PutEvents";
  private static final String SOURCE = "Source";
  private static final String DETAIL_TYPE = "DetailType";

  private final EventBuses buses;
  private final Router router;
  private final Supplier<UUID> ids;

  BusTarget(EventBuses buses, Router router, Supplier<UUID> ids) {
    this.buses = buses;
    this.router = router;
    this.ids = ids;
  }

  @Override
  public List<Forward> forward(String arn, Notice notice) {
    String bus =
        buses
            .arns()
            .busOf(arn)
            .filter(name -> buses.find(name).isPresent())
            .orElseThrow(() -> new UndeliverableException("there is no such event bus"));
    String detail = new String(notice.body(), StandardCharsets.UTF_8);
    if (!Json.isObject(detail)) {
      throw invalid("its detail is no JSON object");
    }
    Instant now = buses.clock().instant();
    Event event =
        record(detail)
            .map(function -> lambda(arn, function, detail, notice.traceId(), now))
            .orElseGet(
                () ->
                    event(
                        attribute(notice, SOURCE),
                        attribute(notice, DETAIL_TYPE),
                        List.of(),
                        detail,
                        notice.traceId(),
                        now));
    try {
      return router.route(event, bus);
    } catch (AwsException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static UndeliverableException invalid(String why) {
    return new UndeliverableException(UndeliverableException.Reason.INVALID_PARAMETER, why);
  }

  private static String attribute(Notice notice, String name) {
    return Optional.ofNullable(notice.attributes().get(name))
        .map(value -> new String(value.value(), StandardCharsets.UTF_8))
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> invalid("it says no " + name));
  }

  /** The request context of a record of an asynchronous call, if that is what this is. */
  private static Optional<JsonNode> record(String detail) {
    if (!detail.contains("\"requestContext\"")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.read(detail).path("requestContext"))
          .filter(
              context ->
                  context.path("functionArn").isString() && context.path("condition").isString());
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private Event lambda(String arn, JsonNode context, String detail, String trace, Instant now) {
    String ended =
        context.path("condition").stringValue("").equals("Success") ? "Success" : "Failure";
    return event(
        "lambda",
        "Lambda Function Invocation Result - " + ended,
        List.of(arn, context.path("functionArn").stringValue("")),
        detail,
        trace,
        now);
  }

  private Event event(
      String source,
      String detailType,
      List<String> resources,
      String detail,
      String trace,
      Instant now) {
    return Event.of(
        buses.arns().account(),
        ids.get().toString(),
        source,
        detailType,
        now,
        resources,
        detail,
        now,
        trace);
  }
}
