package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventInvokeConfig;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionReference;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.store.FunctionStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What functions, their versions and aliases say of asynchronous calls. Reads are lock-free;
 * changes are on the disk before they show.
 */
public final class EventInvokeConfigs implements Belongings {
  private static final Pattern DESTINATION =
      Pattern.compile("arn:aws[a-zA-Z-]*:(sqs|sns|lambda|events|s3):.+");

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionStore store;
  private final InstantSource clock;
  private final PerFunction<EventInvokeConfig> configs = new PerFunction<>();

  public EventInvokeConfigs(
      FunctionCatalog catalog, Aliases aliases, FunctionStore store, InstantSource clock) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.store = store;
    this.clock = clock;
    store.eventInvokeConfigs().forEach(this::show);
  }

  /** What an owner says; what is empty is left to Lambda's defaults, or stays as it is. */
  public record Change(
      Optional<Integer> retries,
      Optional<Duration> eventAge,
      Optional<String> onSuccess,
      Optional<String> onFailure) {
    private boolean empty() {
      return retries.isEmpty() && eventAge.isEmpty() && onSuccess.isEmpty() && onFailure.isEmpty();
    }
  }

  /**
   * Says all of it anew.
   *
   * @throws MayflyException if nothing is said, there is no such function, or a destination cannot
   *     be one
   */
  public synchronized EventInvokeConfig put(
      FunctionName function, Optional<String> qualifier, Change change) {
    return save(function, qualifier, change, Optional.empty());
  }

  /**
   * Says some of it anew.
   *
   * @throws MayflyException if nothing is said or was said before, there is no such function, or a
   *     destination cannot be one
   */
  public synchronized EventInvokeConfig update(
      FunctionName function, Optional<String> qualifier, Change change) {
    return save(function, qualifier, change, Optional.of(require(function, qualifier)));
  }

  private EventInvokeConfig save(
      FunctionName function,
      Optional<String> qualifier,
      Change change,
      Optional<EventInvokeConfig> before) {
    if (change.empty()) {
      throw invalid("You must specify at least one of error handling or destination setting.");
    }
    requireTarget(function, qualifier);
    Stream.concat(change.onSuccess().stream(), change.onFailure().stream())
        .filter(destination -> !destination.isEmpty())
        .forEach(destination -> checkDestination(function, destination));
    EventInvokeConfig config =
        new EventInvokeConfig(
            function,
            key(qualifier),
            change.retries().or(() -> before.flatMap(EventInvokeConfig::retries)),
            change.eventAge().or(() -> before.flatMap(EventInvokeConfig::eventAge)),
            change.onSuccess().or(() -> before.flatMap(EventInvokeConfig::onSuccess)),
            change.onFailure().or(() -> before.flatMap(EventInvokeConfig::onFailure)),
            clock.instant());
    store.put(config);
    show(config);
    return config;
  }

  private void checkDestination(FunctionName function, String destination) {
    if (!DESTINATION.matcher(destination).matches()) {
      throw invalid("The destination ARN %s is invalid.".formatted(destination));
    }
    if (!destination.contains(":lambda:")) {
      return;
    }
    FunctionReference other =
        FunctionReference.parse(destination)
            .orElseThrow(
                () -> invalid("The destination ARN %s is invalid.".formatted(destination)));
    if (other.name().equals(function)) {
      throw invalid("You can't specify the function as a destination for itself.");
    }
    if (catalog.find(other.name()).isEmpty()) {
      throw invalid("The destination ARN %s is invalid.".formatted(destination));
    }
  }

  /**
   * What has been said.
   *
   * @throws MayflyException if nothing has, or there is no such function
   */
  public EventInvokeConfig require(FunctionName function, Optional<String> qualifier) {
    requireTarget(function, qualifier);
    return configs
        .find(function, key(qualifier))
        .orElseThrow(
            () ->
                notFound(
                    "The function %s doesn't have an EventInvokeConfig"
                        .formatted(
                            FunctionArn.of(catalog.account(), function)
                                .qualified(key(qualifier)))));
  }

  /** What has been said, if anything; also while the function is being deleted. */
  public Optional<EventInvokeConfig> find(FunctionName function, Optional<String> qualifier) {
    return configs.find(function, key(qualifier));
  }

  /**
   * All that has been said of a function, by qualifier.
   *
   * @throws MayflyException if there is no such function
   */
  public List<EventInvokeConfig> list(FunctionName function) {
    requireTarget(function, Optional.empty());
    return configs.list(function);
  }

  /**
   * Leaves everything to Lambda's defaults.
   *
   * @throws MayflyException if nothing has been said, or there is no such function
   */
  public synchronized void delete(FunctionName function, Optional<String> qualifier) {
    forget(function, require(function, qualifier).qualifier());
  }

  @Override
  public synchronized void forget(FunctionName function, String qualifier) {
    if (configs.find(function, qualifier).isPresent()) {
      store.removeEventInvokeConfig(function, qualifier);
      configs.remove(function, qualifier);
    }
  }

  @Override
  public synchronized void forget(FunctionName function) {
    configs.names(function).forEach(qualifier -> forget(function, qualifier));
  }

  private void requireTarget(FunctionName function, Optional<String> qualifier) {
    boolean there =
        catalog.find(function).isPresent()
            && (qualifier.isEmpty()
                || (FunctionVersion.isVersion(qualifier.get())
                    ? catalog.find(new FunctionVersion(function, qualifier.get())).isPresent()
                    : aliases.find(function, qualifier.get()).isPresent()));
    if (!there) {
      throw notFound("The function doesn't exist.");
    }
  }

  private void show(EventInvokeConfig config) {
    configs.put(config.function(), config.qualifier(), config);
  }

  private static String key(Optional<String> qualifier) {
    return qualifier.orElse(FunctionVersion.LATEST);
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }

  private static MayflyException notFound(String what) {
    return new MayflyException(ErrorCode.NOT_FOUND, what);
  }
}
