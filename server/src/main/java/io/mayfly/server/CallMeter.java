package io.mayfly.server;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.RefusalListener;
import io.mayfly.aws.Route;
import io.mayfly.dispatch.CallListener;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.gateway.AccountView;
import io.mayfly.meter.CallMetrics;
import io.mayfly.meter.CallRecord;
import io.mayfly.meter.DroppedEvent;
import io.mayfly.meter.EventMetrics;
import io.mayfly.meter.Explanation;
import io.mayfly.meter.MqttMetrics;
import io.mayfly.meter.RecentRequests;
import io.mayfly.meter.RefusalRecord;
import io.mayfly.meter.ScheduleMetrics;
import io.mayfly.meter.SourceMetrics;
import io.mayfly.meter.TopicMetrics;
import io.mayfly.meter.UsageTotals;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.RequestId;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** Tells the meter, which knows neither dispatcher nor wire, of what happens there. */
final class CallMeter implements CallListener, RefusalListener, AccountView.MetricsSource {
  private final UsageTotals usages;
  private final InstantSource clock;
  private final RecentRequests recent = new RecentRequests();
  private final CallMetrics metrics = new CallMetrics();

  CallMeter(UsageTotals usages, InstantSource clock) {
    this.usages = usages;
    this.clock = clock;
  }

  void gauge(String name, String help, IntSupplier value) {
    metrics.gauge(name, help, value);
  }

  void counter(String name, String help, LongSupplier value) {
    metrics.counter(name, help, value);
  }

  MqttMetrics mqtt() {
    return metrics.mqtt();
  }

  SourceMetrics sources() {
    return metrics.sources();
  }

  ScheduleMetrics schedules() {
    return metrics.schedules();
  }

  TopicMetrics topics() {
    return metrics.topics();
  }

  @Override
  public void ended(FunctionConfig config, InvokeResult result) {
    InvokeResult.Usage usage = result.usage();
    usages.add(config.name(), usage.billed(), usage.memory());
    CallRecord call =
        new CallRecord(
            result.requestId(),
            config.id(),
            config.runtime(),
            clock.instant(),
            usage.waited(),
            usage.cold(),
            usage.duration(),
            usage.billed(),
            usage.memory(),
            usage.peakMemory(),
            config.timeout(),
            result.errorType(),
            result.reason(config.timeout()));
    metrics.add(call);
    recent.add(call);
  }

  @Override
  public void refused(String requestId, String asked, AwsException error) {
    RefusalRecord refusal =
        new RefusalRecord(
            new RequestId(requestId),
            clock.instant(),
            asked,
            error.status(),
            error.code(),
            error.getMessage(),
            String.valueOf(error.details().getOrDefault("Reason", "")));
    metrics.add(refusal);
    recent.add(refusal);
  }

  /** Counts of asynchronous calls. */
  EventMetrics events() {
    return metrics.events();
  }

  /** An event has been given up. */
  void dropped(FunctionName function, RequestId event, String condition, String message) {
    recent.add(new DroppedEvent(event, clock.instant(), function, condition, message));
  }

  /** A call of an AWS API has succeeded. */
  void answered(Route route) {
    metrics.answered(
        route.service().metadata().signingName(),
        route.operation().name(),
        ApiClient.of(route.request().headers().first("user-agent").orElse("")).label());
  }

  /** Why a request was answered as it was; empty if it is not remembered. */
  List<Explanation> explain(RequestId requestId) {
    return recent.find(requestId).stream().map(Explanation::of).toList();
  }

  @Override
  public String contentType(String accept) {
    return metrics.contentType(accept);
  }

  @Override
  public void write(String accept, OutputStream target) throws IOException {
    metrics.write(accept, target);
  }
}
