package io.mayfly.server;

import io.mayfly.model.FunctionName;
import io.mayfly.model.RequestId;
import io.mayfly.triggers.AsyncListener;
import java.time.Duration;

/** Tells an account's meter of asynchronous calls. */
record EventMeter(CallMeter meter) implements AsyncListener {
  @Override
  public void received(FunctionName function) {
    meter.events().received();
  }

  @Override
  public void started(FunctionName function, Duration age) {
    meter.events().started(age);
  }

  @Override
  public void retried(FunctionName function) {
    meter.events().retried();
  }

  @Override
  public void dropped(FunctionName function, RequestId event, String condition, String message) {
    meter.events().dropped(condition);
    meter.dropped(function, event, condition, message);
  }

  @Override
  public void destinationFailed(
      FunctionName function, RequestId event, String destination, String why) {
    meter.events().destinationFailed();
  }

  @Override
  public void deadLetterFailed(FunctionName function, RequestId event, String queue, String why) {
    meter.events().deadLetterFailed();
  }
}
