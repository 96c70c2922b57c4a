package io.mayfly.dispatch;

import io.mayfly.model.ColdStart;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.Outcome;
import io.mayfly.sandbox.ExtensionStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says what came of calls: in their logs, to the meter, and to their callers. */
final class CallReports {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final CallListener calls;
  private final InstantSource clock;

  CallReports(CallListener calls, InstantSource clock) {
    this.calls = calls;
    this.clock = clock;
  }

  /** A call begins. */
  void start(InvokeRequest request, FunctionConfig config, InstanceLog log) {
    if (log.wantsEvents()) {
      log.event(SystemEvent.start(request, config));
    }
    if (!log.json()) {
      log.platformLine(
          "START RequestId: " + request.requestId() + " Version: " + config.id().version());
    }
  }

  /** A call has its outcome after so long a time. */
  InvokeResult of(
      InvokeRequest request,
      FunctionConfig config,
      PooledInstance pooled,
      Duration waited,
      Optional<ColdStart> cold,
      Duration took,
      Outcome outcome) {
    Duration duration = outcome instanceof Outcome.TimedOut ? config.timeout() : took;
    InvokeResult.Usage usage =
        new InvokeResult.Usage(
            duration,
            ceilMillis(duration.plus(cold.map(ColdStart::initDuration).orElse(Duration.ZERO))),
            config.memory(),
            pooled.instance().peakMemory(),
            waited,
            cold);
    return finish(request, config, outcome, usage, pooled.log());
  }

  /** The instance that a call was to have did not get ready. */
  InvokeResult ofStart(
      InvokeRequest request, FunctionConfig config, StartResult.Failed failed, Duration waited) {
    Outcome failure = Failures.ofStart(failed.outcome(), config.runtime(), request.requestId());
    notInitialised(failed, "error", Failures.errorType(failure));
    start(request, config, failed.log());
    InvokeResult.Usage usage =
        new InvokeResult.Usage(
            failed.took(),
            ceilMillis(failed.took()),
            config.memory(),
            failed.peak(),
            waited,
            Optional.empty());
    return finish(request, config, failure, usage, failed.log());
  }

  private InvokeResult finish(
      InvokeRequest request,
      FunctionConfig config,
      Outcome outcome,
      InvokeResult.Usage usage,
      InstanceLog log) {
    if (log.wantsEvents()) {
      log.event(SystemEvent.runtimeDone(request, usage.duration(), outcome));
      log.event(SystemEvent.report(request, usage, outcome));
    }
    if (!log.json()) {
      writeEnd(request, Failures.reason(outcome, config.timeout()), outcome, usage, log);
    }
    InvokeResult result =
        new InvokeResult(
            request.requestId(),
            Failures.payload(outcome, request.requestId(), config.timeout()),
            outcome instanceof Outcome.Success ? Optional.empty() : Optional.of(outcome),
            outcome instanceof Outcome.Success success ? success.contentType() : "application/json",
            outcome instanceof Outcome.Success success && success.streamed(),
            config.id().version(),
            log.tail(),
            usage);
    calls.ended(config, result);
    return result;
  }

  private void writeEnd(
      InvokeRequest request,
      String reason,
      Outcome outcome,
      InvokeResult.Usage usage,
      InstanceLog log) {
    if (!reason.isEmpty()) {
      log.platformLine(
          outcome instanceof Outcome.TimedOut
              ? "%s %s %s"
                  .formatted(
                      clock.instant().truncatedTo(ChronoUnit.MILLIS), request.requestId(), reason)
              : "RequestId: %s Error: %s".formatted(request.requestId(), reason));
    }
    log.platformLine("END RequestId: " + request.requestId());
    log.platformLine(ReportLine.of(request.requestId(), usage, outcome));
  }

  /** An init is over, and this is how far it brought the extensions. */
  static void extensions(InstanceLog log, List<ExtensionStatus> extensions) {
    for (ExtensionStatus each : extensions) {
      if (log.wantsEvents()) {
        log.event(SystemEvent.extension(each));
      }
      if (!log.json()) {
        log.platformLine(
            "EXTENSION\tName: %s\tState: %s\tEvents: [%s]"
                .formatted(each.name(), each.state(), String.join(",", each.events())));
      }
    }
  }

  /** An instance is ready, which plain text does not tell. */
  static void initialised(InstanceLog log, Initialization initialization, Duration took) {
    if (log.wantsEvents()) {
      log.event(SystemEvent.initRuntimeDone(initialization, "success", ""));
      log.event(SystemEvent.initReport(initialization, "success", "", took));
    }
  }

  /** An instance did not get ready. */
  static void notInitialised(StartResult.Failed failed, String status, String errorType) {
    InstanceLog log = failed.log();
    if (log.wantsEvents()) {
      log.event(SystemEvent.initRuntimeDone(failed.initialization(), status, errorType));
      log.event(SystemEvent.initReport(failed.initialization(), status, errorType, failed.took()));
    }
    if (log.json()) {
      return;
    }
    log.platformLine(
        String.format(
            Locale.ROOT,
            "INIT_REPORT Init Duration: %.2f ms\tPhase: init\tStatus: %s%s",
            failed.took().toNanos() / (double) NANOS_PER_MILLI,
            status,
            errorType.isEmpty() ? "" : "\tError Type: " + errorType));
  }

  private static Duration ceilMillis(Duration duration) {
    return Duration.ofMillis((duration.toNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
  }
}
