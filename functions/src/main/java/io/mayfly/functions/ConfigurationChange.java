package io.mayfly.functions;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What the owner asks to change of a function; what is empty stays as it is. */
public record ConfigurationChange(
    Optional<String> description,
    Optional<String> runtime,
    Optional<String> handler,
    Optional<String> role,
    Optional<Duration> timeout,
    Optional<DataSize> memory,
    Optional<DataSize> ephemeralStorage,
    Optional<Map<String, String>> environment) {

  FunctionConfig applyTo(FunctionConfig config) {
    return new FunctionConfig(
        config.name(),
        description.orElse(config.description()),
        runtime.orElse(config.runtime()),
        handler.orElse(config.handler()),
        role.orElse(config.role()),
        timeout.orElse(config.timeout()),
        memory.orElse(config.memory()),
        ephemeralStorage.orElse(config.ephemeralStorage()),
        environment.orElse(config.environment()),
        config.tags(),
        config.code(),
        config.lifecycle(),
        config.revisionId(),
        config.lastModified());
  }
}
