package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.LogLevel;
import io.mayfly.model.Outcome;
import io.mayfly.sandbox.ExtensionStatus;
import io.mayfly.sandbox.JsonFields;
import io.mayfly.sandbox.Telemetry;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * What the platform says of an instance and its calls, as a JSON log has it and the Telemetry API
 * ("Lambda Telemetry API Event schema reference", 2022-12-13; the levels: "System log level event
 * mapping").
 *
 * @param record the event's own fields, as JSON
 */
record SystemEvent(String type, LogLevel level, String record) {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private static final String SUCCESS = "success";

  /** The event as one line of JSON, without its end. */
  String line(Instant time) {
    return "{\"time\":\"%s\",\"type\":\"%s\",\"record\":%s}"
        .formatted(TIME.format(time), type, record);
  }

  /** What a function or one of its extensions has written, as the Telemetry API has it. */
  static String line(Telemetry.Kind kind, String text, Instant time) {
    return new JsonFields()
        .text("time", TIME.format(time))
        .text("type", kind == Telemetry.Kind.EXTENSION ? "extension" : "function")
        .text("record", text)
        .toString();
  }

  /**
   * @param start how the instance is started, which is Mayfly's own field
   */
  static SystemEvent initStart(FunctionConfig config, Initialization initialization, String start) {
    return new SystemEvent(
        "platform.initStart",
        LogLevel.INFO,
        init(initialization)
            .text("runtimeVersion", config.runtime())
            .text("functionName", config.name().value())
            .text("functionVersion", config.id().version())
            .text("start", start)
            .toString());
  }

  /**
   * @param status {@code success}, {@code error} or {@code timeout}
   * @param errorType empty for none
   */
  static SystemEvent initRuntimeDone(
      Initialization initialization, String status, String errorType) {
    return new SystemEvent(
        "platform.initRuntimeDone",
        status.equals(SUCCESS) ? LogLevel.DEBUG : LogLevel.WARN,
        ended(init(initialization), status, errorType).toString());
  }

  static SystemEvent initReport(
      Initialization initialization, String status, String errorType, Duration took) {
    LogLevel level = initialization.wireName().equals("on-demand") ? LogLevel.DEBUG : LogLevel.INFO;
    return new SystemEvent(
        "platform.initReport",
        status.equals(SUCCESS) ? level : LogLevel.WARN,
        ended(init(initialization), status, errorType)
            .object("metrics", new JsonFields().millis("durationMs", took))
            .toString());
  }

  static SystemEvent extension(ExtensionStatus status) {
    return new SystemEvent(
        "platform.extension",
        status.ready() ? LogLevel.INFO : LogLevel.WARN,
        new JsonFields()
            .text("name", status.name())
            .text("state", status.state())
            .texts("events", status.events())
            .toString());
  }

  static SystemEvent start(InvokeRequest request, FunctionConfig config) {
    return new SystemEvent(
        "platform.start",
        LogLevel.INFO,
        call(request)
            .text("version", config.id().version())
            .object("tracing", tracing(request))
            .toString());
  }

  static SystemEvent runtimeDone(InvokeRequest request, Duration took, Outcome outcome) {
    String status = status(outcome);
    JsonFields metrics = new JsonFields().millis("durationMs", took);
    if (outcome instanceof Outcome.Success success) {
      metrics.number("producedBytes", success.payload().length);
    }
    return new SystemEvent(
        "platform.runtimeDone",
        status.equals(SUCCESS) ? LogLevel.DEBUG : LogLevel.WARN,
        ended(call(request), status, Failures.errorType(outcome))
            .object("metrics", metrics)
            .object("tracing", tracing(request))
            .toString());
  }

  static SystemEvent report(InvokeRequest request, InvokeResult.Usage usage, Outcome outcome) {
    String status = status(outcome);
    JsonFields metrics =
        new JsonFields()
            .millis("durationMs", usage.duration())
            .number("billedDurationMs", usage.billed().toMillis())
            .number("memorySizeMB", usage.memory().megabytes())
            .number("maxMemoryUsedMB", usage.peakMemory().megabytes());
    usage.init().ifPresent(init -> metrics.millis("initDurationMs", init));
    return new SystemEvent(
        "platform.report",
        status.equals(SUCCESS) ? LogLevel.INFO : LogLevel.WARN,
        ended(call(request), status, Failures.errorType(outcome))
            .object("metrics", metrics)
            .object("tracing", tracing(request))
            .toString());
  }

  private static JsonFields init(Initialization initialization) {
    return new JsonFields()
        .text("initializationType", initialization.wireName())
        .text("phase", "init");
  }

  private static JsonFields call(InvokeRequest request) {
    JsonFields fields = new JsonFields().text("requestId", request.requestId().value());
    request.tenant().ifPresent(tenant -> fields.text("tenantId", tenant.value()));
    return fields;
  }

  private static JsonFields tracing(InvokeRequest request) {
    return new JsonFields().text("type", "X-Amzn-Trace-Id").text("value", request.traceId());
  }

  private static JsonFields ended(JsonFields fields, String status, String errorType) {
    fields.text("status", status);
    return errorType.isEmpty() ? fields : fields.text("errorType", errorType);
  }

  /** What a handler itself reports is no failure of its runtime. */
  private static String status(Outcome outcome) {
    if (outcome instanceof Outcome.TimedOut) {
      return "timeout";
    }
    return Failures.errorType(outcome).isEmpty() ? SUCCESS : "error";
  }
}
