package io.mayfly.functions;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionLayer;
import io.mayfly.model.FunctionSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the owner asks to change of a function; what is empty stays as it is.
 *
 * @param layers the ARNs of layer versions
 * @param deadLetter the ARN of a queue or topic; empty text takes it away
 */
public record ConfigurationChange(
    Optional<String> description,
    Optional<String> runtime,
    Optional<String> handler,
    Optional<String> role,
    Optional<Duration> timeout,
    Optional<DataSize> memory,
    Optional<DataSize> ephemeralStorage,
    Optional<Map<String, String>> environment,
    Optional<List<String>> layers,
    Optional<Boolean> snapStart,
    Optional<String> deadLetter,
    LoggingChange logging) {
  /** A change of nothing beyond what every function has. */
  public ConfigurationChange(
      Optional<String> description,
      Optional<String> runtime,
      Optional<String> handler,
      Optional<String> role,
      Optional<Duration> timeout,
      Optional<DataSize> memory,
      Optional<DataSize> ephemeralStorage,
      Optional<Map<String, String>> environment) {
    this(
        description,
        runtime,
        handler,
        role,
        timeout,
        memory,
        ephemeralStorage,
        environment,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        LoggingChange.NONE);
  }

  /**
   * Applies it.
   *
   * @param resolved the layers that there are to be
   */
  FunctionSettings applyTo(FunctionSettings settings, List<FunctionLayer> resolved) {
    return new FunctionSettings(
        description.orElse(settings.description()),
        runtime.orElse(settings.runtime()),
        handler.orElse(settings.handler()),
        role.orElse(settings.role()),
        timeout.orElse(settings.timeout()),
        memory.orElse(settings.memory()),
        ephemeralStorage.orElse(settings.ephemeralStorage()),
        environment.orElse(settings.environment()),
        resolved,
        snapStart.orElse(settings.snapStart()),
        deadLetter.map(ConfigurationChange::unlessEmpty).orElse(settings.deadLetter()),
        logging.applyTo(settings.logging()));
  }

  private static Optional<String> unlessEmpty(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }
}
