package io.mayfly.triggers;

import io.mayfly.functions.Aliases;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.EventInvokeConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.time.Duration;
import java.util.Optional;

/**
 * What is to become of an event, by what its function's owner said, or Lambda's defaults ("How
 * Lambda handles errors and retries with asynchronous invocation" in the developer guide).
 *
 * @param retries how often the function is run again after it failed
 * @param age how old an event may become
 * @param onSuccess the ARN of what is told when the function succeeds
 * @param onFailure the ARN of what is told when the event is given up
 * @param deadLetters the ARN of the queue or topic that gets an event that is given up
 * @param role the ARN of the role with which all these are told
 */
record AsyncRules(
    int retries,
    Duration age,
    Optional<String> onSuccess,
    Optional<String> onFailure,
    Optional<String> deadLetters,
    String role) {
  private static final int RETRIES = 2;
  private static final Duration AGE = Duration.ofHours(6);

  /** How long an event waits for its next attempt: one minute after the first, then two. */
  private static final Duration RETRY = Duration.ofMinutes(1);

  /** After throttles and errors of the platform. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final int DOUBLINGS = 9;

  /** What goes for events of a function; the function need not be there any more. */
  static AsyncRules of(
      FunctionName function,
      Optional<String> qualifier,
      EventInvokeConfigs configs,
      FunctionCatalog catalog,
      Aliases aliases) {
    Optional<EventInvokeConfig> config = configs.find(function, qualifier);
    var settings =
        meant(function, qualifier, aliases)
            .flatMap(catalog::find)
            .or(() -> catalog.find(function))
            .map(found -> found.settings());
    return new AsyncRules(
        config.flatMap(EventInvokeConfig::retries).orElse(RETRIES),
        config.flatMap(EventInvokeConfig::eventAge).orElse(AGE),
        config.flatMap(EventInvokeConfig::onSuccess).filter(arn -> !arn.isEmpty()),
        config.flatMap(EventInvokeConfig::onFailure).filter(arn -> !arn.isEmpty()),
        settings.flatMap(found -> found.deadLetter()),
        settings.map(found -> found.role()).orElse(""));
  }

  /** The version that runs, if it is still there. */
  private static Optional<FunctionVersion> meant(
      FunctionName function, Optional<String> qualifier, Aliases aliases) {
    try {
      return Optional.of(aliases.meant(function, qualifier));
    } catch (MayflyException e) {
      return Optional.empty();
    }
  }

  /** How long after so many failed attempts the next is made. */
  static Duration retryAfter(int attempts) {
    return RETRY.multipliedBy(attempts);
  }

  /** How long an event waits that the function could not be run with, so many times. */
  static Duration pauseAfter(int refusals) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(Math.max(refusals, 1) - 1, DOUBLINGS));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
