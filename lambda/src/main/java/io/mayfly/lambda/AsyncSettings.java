package io.mayfly.lambda;

import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.EventInvokeConfig;
import io.mayfly.model.FunctionArn;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The API's words for an event invoke configuration, and their translation. */
final class AsyncSettings {
  private AsyncSettings() {}

  /** The API's {@code OnSuccess} and {@code OnFailure} shapes. */
  record Target(Optional<String> destination) {}

  /** The API's {@code DestinationConfig} shape. */
  record Destinations(Optional<Target> onSuccess, Optional<Target> onFailure) {}

  /** The API's {@code FunctionEventInvokeConfig} shape, which put, update, get and list return. */
  record Description(
      Instant lastModified,
      String functionArn,
      Optional<Integer> maximumRetryAttempts,
      Optional<Integer> maximumEventAgeInSeconds,
      Destinations destinationConfig) {
    static Description of(EventInvokeConfig config, Account account) {
      return new Description(
          config.lastModified(),
          FunctionArn.of(account, config.function()).qualified(config.qualifier()).toString(),
          config.retries(),
          config.eventAge().map(age -> (int) age.toSeconds()),
          new Destinations(target(config.onSuccess()), target(config.onFailure())));
    }

    private static Optional<Target> target(Optional<String> destination) {
      return Optional.of(new Target(destination.filter(arn -> !arn.isEmpty())));
    }
  }

  static EventInvokeConfigs.Change change(
      Optional<Integer> retries, Optional<Integer> seconds, Optional<Destinations> destinations) {
    return new EventInvokeConfigs.Change(
        retries,
        seconds.map(Duration::ofSeconds),
        destinations.flatMap(Destinations::onSuccess).flatMap(Target::destination),
        destinations.flatMap(Destinations::onFailure).flatMap(Target::destination));
  }
}
