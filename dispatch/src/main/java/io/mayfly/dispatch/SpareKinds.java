package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.sandbox.SpareSpec;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Which spares a function's instances can be made of. */
final class SpareKinds {
  private SpareKinds() {}

  /** Runtimes that wait, if the function's can; otherwise jails. */
  static SpareSpec of(RuntimeLaunch launch, FunctionConfig config) {
    Optional<RuntimeLaunch.Waiting> waiting =
        launch.waiting().filter(how -> launch.canWait(config.environment().keySet()));
    return waiting
        .map(
            how ->
                new SpareSpec(
                    launch,
                    true,
                    HandlerEnvironment.early(config, how.values()),
                    config.ephemeralStorage()))
        .orElseGet(() -> jail(launch, config));
  }

  /**
   * Runtimes that wait for this one function, with what its training has made, if the function can
   * be waited for: others may share its training and set other variables.
   *
   * @param trained such a launch
   */
  static Optional<SpareSpec> own(RuntimeLaunch trained, FunctionConfig config, Path code) {
    return trained
        .waiting()
        .filter(how -> trained.canWait(config.environment().keySet()))
        .map(
            how ->
                new SpareSpec(
                    trained,
                    true,
                    HandlerEnvironment.early(config, how.values()),
                    config.ephemeralStorage(),
                    Optional.of(code)));
  }

  /** Jails in which nothing runs yet. */
  static SpareSpec jail(RuntimeLaunch launch, FunctionConfig config) {
    return new SpareSpec(launch, false, Map.of(), config.ephemeralStorage());
  }
}
