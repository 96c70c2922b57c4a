package io.mayfly.dispatch;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.sandbox.Instance;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.LogSink;
import io.mayfly.sandbox.Sandbox;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Starts an instance for a function: its code, runtime, environment, limits and log put together.
 */
public final class InstanceStarter {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);

  private final Account account;
  private final FunctionSource functions;
  private final Function<String, RuntimeLaunch> launches;
  private final Supplier<Credentials> credentials;
  private final Function<FunctionName, LogSink> logs;
  private final Supplier<Sandbox> sandbox;
  private final InstantSource clock;

  /**
   * Wires a starter.
   *
   * @param launches how to start a runtime, by its identifier
   * @param credentials new keys for an instance to sign with
   * @param logs where a function's output goes
   * @param sandbox may still be in the making; asked when the first instance is needed
   */
  public InstanceStarter(
      Account account,
      FunctionSource functions,
      Function<String, RuntimeLaunch> launches,
      Supplier<Credentials> credentials,
      Function<FunctionName, LogSink> logs,
      Supplier<Sandbox> sandbox,
      InstantSource clock) {
    this.account = account;
    this.functions = functions;
    this.launches = launches;
    this.credentials = credentials;
    this.logs = logs;
    this.sandbox = sandbox;
    this.clock = clock;
  }

  /** An instance that has been started, whose init is still under way. */
  record Started(Instance instance, InstanceLog log) {}

  Started start(FunctionConfig config) {
    InstanceLog log = new InstanceLog(logs.apply(config.name()));
    log.platformLine("INIT_START Runtime Version: " + config.runtime());
    String logStream =
        "%s/[%s]%s"
            .formatted(
                DAY.format(clock.instant()),
                FunctionConfig.LATEST,
                UUID.randomUUID().toString().replace("-", ""));
    Instance instance =
        sandbox
            .get()
            .start(
                new InstanceSpec(
                    config.name().value(),
                    launches.apply(config.runtime()),
                    functions.code(config),
                    HandlerEnvironment.of(config, account, credentials.get(), logStream),
                    config.memory(),
                    config.ephemeralStorage(),
                    log));
    return new Started(instance, log);
  }
}
