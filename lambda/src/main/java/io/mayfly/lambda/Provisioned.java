package io.mayfly.lambda;

import io.mayfly.dispatch.Dispatcher;
import io.mayfly.dispatch.Readiness;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.ProvisionedConcurrency;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** What is provisioned, beside what of it is ready. */
record Provisioned(ProvisionedConcurrency setting, Readiness readiness) {
  private static final DateTimeFormatter LAST_MODIFIED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssZ", Locale.ROOT).withZone(ZoneOffset.UTC);

  static Provisioned of(
      ProvisionedConcurrency setting, FunctionConcurrency concurrency, Dispatcher dispatcher) {
    return new Provisioned(
        setting, concurrency.versionOf(setting).map(dispatcher::readiness).orElse(Readiness.NONE));
  }

  /** The members that every action on provisioned concurrency answers with. */
  record Description(
      int requestedProvisionedConcurrentExecutions,
      int availableProvisionedConcurrentExecutions,
      int allocatedProvisionedConcurrentExecutions,
      String status,
      Optional<String> statusReason,
      String lastModified) {}

  /** An element of a list, which tells whose it is. */
  record Item(
      String functionArn,
      int requestedProvisionedConcurrentExecutions,
      int availableProvisionedConcurrentExecutions,
      int allocatedProvisionedConcurrentExecutions,
      String status,
      Optional<String> statusReason,
      String lastModified) {}

  Description describe() {
    return new Description(
        setting.calls(),
        available(),
        allocated(),
        status(),
        readiness.failure(),
        LAST_MODIFIED.format(setting.lastModified()));
  }

  Item item(Account account) {
    Description description = describe();
    return new Item(
        FunctionArn.of(account, setting.function()).qualified(setting.qualifier()).toString(),
        description.requestedProvisionedConcurrentExecutions(),
        description.availableProvisionedConcurrentExecutions(),
        description.allocatedProvisionedConcurrentExecutions(),
        description.status(),
        description.statusReason(),
        description.lastModified());
  }

  private int available() {
    return Math.min(setting.calls(), readiness.ready());
  }

  private int allocated() {
    return Math.min(setting.calls(), readiness.allocated());
  }

  private String status() {
    if (available() == setting.calls()) {
      return "READY";
    }
    return readiness.failure().isPresent() ? "FAILED" : "IN_PROGRESS";
  }
}
