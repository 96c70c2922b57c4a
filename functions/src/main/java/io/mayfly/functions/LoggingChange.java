package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.LogLevel;
import io.mayfly.model.LoggingConfig;
import io.mayfly.model.LoggingConfig.Levels;
import io.mayfly.model.MayflyException;
import java.util.Optional;

/**
 * What the owner asks to change of how a function's log is written; what is empty stays as it is.
 *
 * @param json whether it is to be JSON and not plain text
 */
public record LoggingChange(
    Optional<Boolean> json, Optional<LogLevel> application, Optional<LogLevel> system) {
  public static final LoggingChange NONE =
      new LoggingChange(Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * Applies it.
   *
   * @throws MayflyException if levels are given for plain text, which has none
   */
  public LoggingConfig applyTo(LoggingConfig before) {
    if (json.orElse(before.json().isPresent())) {
      Levels levels = before.json().orElse(Levels.DEFAULT);
      return new LoggingConfig(
          Optional.of(
              new Levels(
                  application.orElse(levels.application()), system.orElse(levels.system()))));
    }
    if (application.isPresent() || system.isPresent()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from your request or change the LogFormat to \"Json\" and try again.");
    }
    return LoggingConfig.TEXT;
  }
}
