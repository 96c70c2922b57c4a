package io.mayfly.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What an owner asks of a function beside its code: what an update of the configuration changes,
 * and what is kept with each published version.
 *
 * @param runtime the runtime identifier, for example {@code python3.12}
 * @param timeout 1 to 900 seconds
 * @param memory 128 to 10,240 MB
 * @param ephemeralStorage the size of {@code /tmp}, 512 to 10,240 MB
 * @param environment the owner's own variables
 * @param layers in the order in which they are laid over each other, later ones on top
 * @param snapStart whether published versions are to start from what was made ready before
 * @param deadLetter the ARN of the queue or topic for events that are given up
 * @param logging how its log is written
 */
public record FunctionSettings(
    String description,
    String runtime,
    String handler,
    String role,
    Duration timeout,
    DataSize memory,
    DataSize ephemeralStorage,
    Map<String, String> environment,
    List<FunctionLayer> layers,
    boolean snapStart,
    Optional<String> deadLetter,
    LoggingConfig logging) {
  public FunctionSettings {
    environment = Map.copyOf(environment);
    layers = List.copyOf(layers);
  }

  /** Settings with nothing beyond what every function has. */
  public FunctionSettings(
      String description,
      String runtime,
      String handler,
      String role,
      Duration timeout,
      DataSize memory,
      DataSize ephemeralStorage,
      Map<String, String> environment) {
    this(
        description,
        runtime,
        handler,
        role,
        timeout,
        memory,
        ephemeralStorage,
        environment,
        List.of(),
        false,
        Optional.empty(),
        LoggingConfig.TEXT);
  }

  /** The same settings under another description. */
  public FunctionSettings described(String next) {
    return changed(draft -> draft.description = next);
  }

  /** The same settings with other layers. */
  public FunctionSettings withLayers(List<FunctionLayer> next) {
    return changed(draft -> draft.layers = next);
  }

  /** The same settings with another kind of log. */
  public FunctionSettings withLogging(LoggingConfig next) {
    return changed(draft -> draft.logging = next);
  }

  /** The same settings with or without SnapStart. */
  public FunctionSettings withSnapStart(boolean next) {
    return changed(draft -> draft.snapStart = next);
  }

  /** The same settings with another place for dead letters, or none. */
  public FunctionSettings withDeadLetter(Optional<String> next) {
    return changed(draft -> draft.deadLetter = next);
  }

  private FunctionSettings changed(Consumer<Draft> change) {
    Draft draft = new Draft();
    change.accept(draft);
    return draft.settings();
  }

  /** These settings, of which some can be set anew; the others stay as they are. */
  private final class Draft {
    private String description = description();
    private List<FunctionLayer> layers = layers();
    private boolean snapStart = snapStart();
    private Optional<String> deadLetter = deadLetter();
    private LoggingConfig logging = logging();

    FunctionSettings settings() {
      return new FunctionSettings(
          description,
          runtime,
          handler,
          role,
          timeout,
          memory,
          ephemeralStorage,
          environment,
          layers,
          snapStart,
          deadLetter,
          logging);
    }
  }
}
