package io.mayfly.dispatch;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import io.mayfly.model.MayflyException;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.sandbox.ExtensionsSpec;
import io.mayfly.sandbox.Instance;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.LogSink;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.Spare;
import io.mayfly.sandbox.SpareSpec;
import io.mayfly.sandbox.Telemetry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Starts an instance for a function: its code, runtime, environment, limits and log put together.
 */
public final class InstanceStarter {
  private static final System.Logger LOG = System.getLogger(InstanceStarter.class.getName());

  private final Account account;
  private final FunctionSource functions;
  private final Function<String, RuntimeLaunch> launches;
  private final Function<FunctionConfig, Credentials> credentials;
  private final BiFunction<FunctionName, LogStream, LogSink> logs;
  private final Supplier<Sandbox> sandbox;
  private final SparePools spares;
  private final StartGate gate;
  private final Optional<Trainings> trainings;
  private final InstantSource clock;

  /**
   * Wires a starter.
   *
   * @param launches how to start a runtime, by its identifier
   * @param credentials new keys of a function's role for an instance to sign with
   * @param logs where a function's output goes, each instance's in a stream of its own
   * @param sandbox may still be in the making; asked when the first instance is needed
   * @param spares instances to be, of the same sandbox
   * @param gate whose turn it is to start one that no spare is there for
   * @param trainings what is known of functions' cold starts, if there are trainings
   */
  public InstanceStarter(
      Account account,
      FunctionSource functions,
      Function<String, RuntimeLaunch> launches,
      Function<FunctionConfig, Credentials> credentials,
      BiFunction<FunctionName, LogStream, LogSink> logs,
      Supplier<Sandbox> sandbox,
      SparePools spares,
      StartGate gate,
      Optional<Trainings> trainings,
      InstantSource clock) {
    this.account = account;
    this.functions = functions;
    this.launches = launches;
    this.credentials = credentials;
    this.logs = logs;
    this.sandbox = sandbox;
    this.spares = spares;
    this.gate = gate;
    this.trainings = trainings;
    this.clock = clock;
  }

  /**
   * An instance that has been started, whose init is still under way.
   *
   * @param extensionLines what its extensions write, on its way to the log
   * @param place to be left once the init is over
   */
  record Started(
      Instance instance, InstanceLog log, ExtensionLines extensionLines, StartGate.Place place) {
    /** The instance is gone: passes on last lines that have no end. */
    void closeLog() {
      extensionLines.end();
      log.close();
    }
  }

  Started start(FunctionConfig config, Initialization initialization) {
    LogStream stream =
        new LogStream(
            LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC),
            config.id().version(),
            UUID.randomUUID());
    RuntimeLaunch launch = launches.apply(config.runtime());
    Optional<Path> layers = functions.layers(config);
    List<String> programs = ExtensionsSpec.programs(layers);
    InstanceLog log = new InstanceLog(logs.apply(config.name(), stream), config.jsonLog(), clock);
    if (!programs.isEmpty()) {
      log.tell(new Telemetry());
    }
    Way way =
        programs.isEmpty() && config.wrapper().isEmpty()
            ? way(config, launch, trained(config, launch))
            : afresh(config, launch, programs);
    if (log.wantsEvents()) {
      log.event(SystemEvent.initStart(config, initialization, way.words()));
    }
    if (!log.json()) {
      log.platformLine(
          "INIT_START Runtime Version: %s\tStart: %s".formatted(config.runtime(), way.words()));
    }
    ExtensionLines lines = new ExtensionLines(log);
    InstanceSpec spec =
        new InstanceSpec(
            config.name().value(),
            way.launch(),
            functions.code(config),
            HandlerEnvironment.of(
                config, account, credentials.apply(config), stream.name(), initialization),
            config.memory(),
            config.ephemeralStorage(),
            config.callsPerInstance(),
            log,
            layers,
            false,
            extensions(config, launch, programs, lines, log.telemetry()));
    Optional<Instance> specialised = way.spare().flatMap(found -> specialise(found, spec));
    if (specialised.isPresent()) {
      return new Started(specialised.get(), log, lines, StartGate.Place.none());
    }
    StartGate.Place place = gate.enter(FunctionArn.of(account, config.name()));
    try {
      return new Started(sandbox.get().start(spec), log, lines, place);
    } catch (RuntimeException | Error e) {
      place.close();
      throw e;
    }
  }

  /** Has spares made for a function that may be called soon. */
  public void expect(FunctionConfig config) {
    if (config.wrapper().isPresent()
        || !ExtensionsSpec.programs(functions.layers(config)).isEmpty()) {
      return;
    }
    RuntimeLaunch launch = launches.apply(config.runtime());
    Trained trained = trained(config, launch);
    own(config, trained).ifPresent(spares::expect);
    spares.expect(kind(config, launch, trained));
    trainings.ifPresent(all -> all.expect(config, launch));
  }

  private Trained trained(FunctionConfig config, RuntimeLaunch launch) {
    return trainings.map(all -> all.of(config, launch)).orElse(Trained.NONE);
  }

  private static SpareSpec kind(FunctionConfig config, RuntimeLaunch launch, Trained trained) {
    return trained.preferred() ? SpareKinds.jail(launch, config) : SpareKinds.of(launch, config);
  }

  /** The spares that this function has for itself, if it has any. */
  private Optional<SpareSpec> own(FunctionConfig config, Trained trained) {
    return trained
        .launch()
        .filter(launch -> trained.owns())
        .flatMap(launch -> SpareKinds.own(launch, config, functions.code(config)));
  }

  /**
   * How an instance is started.
   *
   * @param words the same for the log
   */
  private record Way(RuntimeLaunch launch, Optional<Spare> spare, String words) {}

  private Way way(FunctionConfig config, RuntimeLaunch launch, Trained trained) {
    Optional<Spare> own = own(config, trained).flatMap(spares::take);
    if (own.isPresent()) {
      return new Way(trained.launch().orElseThrow(), own, "prewarmed runtime with AOT cache");
    }
    SpareSpec kind = kind(config, launch, trained);
    Optional<Spare> spare = spares.take(kind);
    if (spare.isPresent() && kind.started()) {
      return new Way(launch, spare, "prewarmed runtime");
    }
    return new Way(
        trained.launch().orElse(launch),
        spare,
        (trained.launch().isPresent() ? "AOT cache" : "runtime started")
            + (spare.isPresent() ? " in a prewarmed jail" : " afresh"));
  }

  /** What starts before the runtime, or in its place, cannot come late. */
  private static Way afresh(FunctionConfig config, RuntimeLaunch launch, List<String> programs) {
    String first = programs.isEmpty() ? "" : "extensions and ";
    return config
        .wrapper()
        .map(
            script ->
                new Way(launch.wrapped(script), Optional.empty(), first + "wrapper started afresh"))
        .orElseGet(() -> new Way(launch, Optional.empty(), first + "runtime started afresh"));
  }

  /**
   * What an instance offers to extensions: custom runtimes may have internal ones at no cost, and
   * those of managed runtimes come with a wrapper or beside external ones.
   */
  private Optional<ExtensionsSpec> extensions(
      FunctionConfig config,
      RuntimeLaunch launch,
      List<String> programs,
      LogSink lines,
      Optional<Telemetry> telemetry) {
    if (launch.channel() == RuntimeLaunch.Channel.FRAMES
        && programs.isEmpty()
        && config.wrapper().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ExtensionsSpec(
            programs,
            config.name().value(),
            config.id().version(),
            config.handler(),
            account.id(),
            lines,
            telemetry));
  }

  /** Empty if the spare came to its end meanwhile; an instance can still be started afresh. */
  private static Optional<Instance> specialise(Spare spare, InstanceSpec spec) {
    try {
      return Optional.of(spare.specialise(spec));
    } catch (MayflyException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage());
      return Optional.empty();
    }
  }
}
