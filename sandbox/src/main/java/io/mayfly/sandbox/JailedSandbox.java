package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.runtimes.RuntimeLaunch.Channel;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Instances in jails: namespaces, control groups, a system call filter and a user of their own.
 *
 * <p>Where the runtime has a fork server, instances are forked from it ({@link Zygotes}). In all
 * other jails a shell waits for the script that makes it a runtime: at {@link #start} the script
 * comes at once; a spare's comes with its function, or has it start a runtime that itself waits.
 * What is half made is undone in the reverse order by {@link Undo}.
 */
final class JailedSandbox implements Sandbox {
  /** Enough for every runtime without a function; a function brings its own limit. */
  private static final DataSize SPARE_MEMORY = DataSize.ofMegabytes(512);

  private static final Duration ZYGOTE_PATIENCE = Duration.ofSeconds(30);

  private final Instances instances = new Instances();
  private final Machine machine;
  private final ShutdownLimits limits;
  private final Cgroups cgroups;
  private final MemoryGauge memory;
  private final RunFolder run;
  private final JailBuilder builder;
  private final Mounter mounter = new Mounter();
  private final boolean mountsLate = Mounter.works();
  private final boolean forks;
  private final byte[] filter = new SeccompFilter(SeccompFilter.Processor.current()).program();
  private final Future<?> tidying;
  private final Zygotes zygotes = new Zygotes(this::makeZygote, System::nanoTime);

  /**
   * @param disks makes instances' {@code /tmp}; without, it is in memory
   * @param limits of instances with extensions
   */
  JailedSandbox(
      Machine machine,
      Cgroups cgroups,
      RunFolder run,
      Optional<ScratchDisks> disks,
      JailCommand command,
      UserIds users,
      ShutdownLimits limits) {
    this.limits = limits;
    this.machine = machine;
    this.cgroups = cgroups;
    this.memory = new MemoryGauge(Path.of("/proc"), cgroups.holders());
    this.run = run;
    // In a user namespace a jail has one of its own, in which only bubblewrap is at home.
    this.forks = mountsLate && users.own();
    this.builder = new JailBuilder(instances, machine, cgroups, run, disks, command, users, filter);
    this.tidying =
        machine.timer().scheduleWithFixedDelay(zygotes::closeUnused, 1, 1, TimeUnit.MINUTES);
  }

  @Override
  public ProcessInstance start(InstanceSpec spec) {
    requireRoomForLayers(spec);
    if (spec.extensions().isPresent()) {
      return attended(spec, spec.extensions().get());
    }
    JailBuilder.Base base = base(spec, Map.of(), Optional.empty());
    Map<String, String> environment = variables(spec.launch(), spec.environment());
    Optional<Zygote> zygote = zygotes.find(Zygote.Kind.of(spec.launch(), environment));
    if (zygote.isPresent()) {
      Optional<ProcessInstance> forked = forked(zygote.get(), base, environment, spec);
      if (forked.isPresent()) {
        return forked.get();
      }
    }
    return guarded(
        "An instance of " + spec.label(),
        undo -> {
          JailBuilder.Shell shell = builder.shell(base, spec.logs(), undo);
          shell.jailed().cgroup().background(spec.background());
          shell.script().end(startScript(spec.launch(), spec.environment()));
          return shell.jailed().instance();
        });
  }

  private static JailBuilder.Base base(
      InstanceSpec spec, Map<Integer, Integer> more, Optional<ExtensionsApi> extensions) {
    return new JailBuilder.Base(
        spec.launch(),
        Optional.of(spec.code()),
        spec.layers(),
        spec.memory(),
        spec.ephemeralStorage(),
        spec.callsAtATime(),
        Optional.empty(),
        more,
        extensions);
  }

  /** An instance that offers extensions what they need, and starts those that are programs. */
  private ProcessInstance attended(InstanceSpec spec, ExtensionsSpec told) {
    Extensions extensions = new Extensions(told, spec.callsAtATime() > 1);
    Optional<ExtensionsApi> api = Optional.of(new ExtensionsApi(extensions));
    return guarded(
        "An instance of " + spec.label(),
        undo -> {
          if (!told.programs().isEmpty()) {
            return supervised(spec, extensions, api, undo);
          }
          JailBuilder.Shell shell = builder.shell(base(spec, Map.of(), api), spec.logs(), undo);
          ProcessInstance instance = shell.jailed().instance();
          instance.attend(extensions, Optional.empty(), limits);
          shell
              .script()
              .end(
                  StartScript.of(
                      spec.launch().command(),
                      environment(spec.launch(), spec.environment(), true)));
          return instance;
        });
  }

  /** Its shell stays, starts first the extensions and then the runtime, and tells of their ends. */
  private ProcessInstance supervised(
      InstanceSpec spec, Extensions extensions, Optional<ExtensionsApi> api, Undo undo) {
    Posix.Pipe reports = Posix.inwardPipe();
    ReportPipe heard = new ReportPipe(machine.pump(), reports.readEnd());
    undo.add(heard::close);
    Posix.Pipe output = Posix.inwardPipe();
    undo.add(new OutputPipe(machine.pump(), extensions.spec().logs(), output.readEnd())::close);
    Map<Integer, Integer> more =
        Map.of(
            ExtensionsScript.REPORT_FD,
            reports.writeEnd(),
            ExtensionsScript.OUTPUT_FD,
            output.writeEnd());
    JailBuilder.Shell shell;
    try {
      shell = builder.shell(base(spec, more, api), spec.logs(), undo);
    } finally {
      more.values().forEach(Posix::close);
    }
    Map<String, String> environment = environment(spec.launch(), spec.environment(), true);
    ProcessInstance instance = shell.jailed().instance();
    instance.attend(
        extensions,
        Optional.of(
            () ->
                shell
                    .script()
                    .write(ExtensionsScript.runtime(spec.launch().command(), environment))),
        limits);
    heard.tell(instance.reports());
    if (extensions.spec().programs().size() <= ExtensionsSpec.MOST) {
      shell.script().write(ExtensionsScript.extensions(extensions.spec().programs(), environment));
    }
    shell.script().waitForNobody();
    return instance;
  }

  /** Empty if the zygote has come to its end, which is no reason not to start an instance. */
  private Optional<ProcessInstance> forked(
      Zygote zygote, JailBuilder.Base base, Map<String, String> environment, InstanceSpec spec) {
    try {
      return Optional.of(
          guarded(
              "An instance of " + spec.label(),
              undo -> {
                JailBuilder.Jailed jailed = builder.fork(zygote, base, spec.logs(), undo);
                ((FramesChannel) jailed.channel()).specialiseFirst(environment);
                return jailed.instance();
              }));
    } catch (MayflyException e) {
      if (zygote.usable()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  @Override
  public void expect(SpareSpec spec) {
    if (forks && spec.started() && !spec.launch().forkServer().isEmpty()) {
      Map<String, String> environment = variables(spec.launch(), spec.environment());
      zygotes.expect(Zygote.Kind.of(spec.launch(), environment), environment);
    }
  }

  @Override
  public Optional<Spare> prepare(SpareSpec spec) {
    if (!mountsLate) {
      return Optional.empty();
    }
    Optional<Zygote> zygote = spec.started() ? zygote(spec) : Optional.empty();
    return Optional.of(
        guarded(
            "A spare instance",
            undo -> {
              if (zygote.isPresent()) {
                return forkedRuntime(zygote.get(), spec, undo);
              }
              return spec.started() ? waitingRuntime(spec, undo) : waitingShell(spec, undo);
            }));
  }

  private Optional<Zygote> zygote(SpareSpec spec) {
    if (!forks || spec.launch().forkServer().isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> environment = variables(spec.launch(), spec.environment());
    return zygotes.await(Zygote.Kind.of(spec.launch(), environment), environment);
  }

  /**
   * Makes a zygote in the mount namespace of a jail that is built as for an instance, so that what
   * instances see of the machine is the same both ways; the rest of that jail ends again.
   */
  private Zygote makeZygote(Zygote.Kind kind, Map<String, String> environment) {
    Map<String, String> variables = new LinkedHashMap<>(environment);
    variables.put("MAYFLY_SOCKET", JailCommand.socketInJail());
    SpareSpec template = new SpareSpec(kind.launch(), false, Map.of(), DataSize.ofMegabytes(512));
    JailedSpare spare = guarded("A fork server", undo -> waitingShell(template, undo));
    try {
      if (!spare.awaitPrepared(ZYGOTE_PATIENCE)) {
        throw new MayflyException(ErrorCode.SERVICE_UNAVAILABLE, "its jail ended");
      }
      int mounts = Posix.open(Mounter.namespace(spare.jailed.insider()).toString(), Posix.O_RDONLY);
      try {
        return Zygote.start(machine, mounts, kind.launch(), variables, filter, System::nanoTime);
      } finally {
        Posix.close(mounts);
      }
    } finally {
      spare.stop();
    }
  }

  private JailedSpare forkedRuntime(Zygote zygote, SpareSpec spec, Undo undo) {
    return waiting(
        builder.fork(zygote, spareBase(spec, Optional.empty()), JailedSandbox::ignore, undo), spec);
  }

  private JailedSpare waitingRuntime(SpareSpec spec, Undo undo) {
    JailBuilder.Shell shell =
        builder.shell(spareBase(spec, Optional.empty()), JailedSandbox::ignore, undo);
    shell.script().end(startScript(spec.launch(), spec.environment()));
    return waiting(shell.jailed(), spec);
  }

  /** A spare whose runtime waits for its function. */
  private JailedSpare waiting(JailBuilder.Jailed jailed, SpareSpec spec) {
    jailed.cgroup().background(true);
    FramesChannel channel = (FramesChannel) jailed.channel();
    return new JailedSpare(jailed, spec) {
      @Override
      Optional<Outcome> awaitWaiting() throws RuntimeChannel.ChannelClosedException {
        return channel.awaitWaiting();
      }

      @Override
      void give(InstanceSpec function) throws RuntimeChannel.ChannelClosedException {
        channel.specialise(variables(function.launch(), function.environment()));
      }
    };
  }

  private JailedSpare waitingShell(SpareSpec spec, Undo undo) {
    Posix.Pipe waiting = Posix.inwardPipe();
    undo.add(() -> Posix.close(waiting.readEnd()));
    JailBuilder.Shell shell;
    try {
      shell =
          builder.shell(
              spareBase(spec, Optional.of(waiting.writeEnd())), JailedSandbox::ignore, undo);
    } finally {
      Posix.close(waiting.writeEnd());
    }
    JailBuilder.Jailed jailed = shell.jailed();
    jailed.cgroup().background(true);
    CompletableFuture<Void> waits = new CompletableFuture<>();
    long token =
        machine
            .pump()
            .watch(
                waiting.readEnd(),
                registration -> {
                  machine.pump().forget(waiting.readEnd(), registration);
                  waits.complete(null);
                });
    undo.add(() -> machine.pump().forget(waiting.readEnd(), token));
    jailed.instance().whenGone(() -> waits.completeExceptionally(new CancellationException()));
    shell.script().write("echo >&%1$d; exec %1$d>&-\n".formatted(JailCommand.WAITING_FD));
    return new JailedSpare(jailed, spec) {
      @Override
      Optional<Outcome> awaitWaiting() {
        try {
          waits.join();
          return Optional.empty();
        } catch (CancellationException | CompletionException e) {
          return Optional.of(new Outcome.BadResponse("the jail ended"));
        }
      }

      @Override
      void give(InstanceSpec function) {
        shell
            .script()
            .end(
                "cd "
                    + JailCommand.code()
                    + "\n"
                    + startScript(function.launch(), function.environment()));
      }
    };
  }

  private static JailBuilder.Base spareBase(SpareSpec spec, Optional<Integer> waiting) {
    return new JailBuilder.Base(
        spec.launch(),
        spec.code(),
        Optional.empty(),
        SPARE_MEMORY,
        spec.ephemeralStorage(),
        1,
        waiting,
        Map.of(),
        Optional.empty());
  }

  /** What a spare prints before it has a function is nobody's log. */
  private static void ignore(byte[] bytes, int offset, int length) {}

  /** Builds something; what was built is undone if that fails. */
  private static <T> T guarded(String what, Function<Undo, T> building) {
    Undo undo = new Undo();
    try {
      return building.apply(undo);
    } catch (PosixException | UncheckedIOException e) {
      undo.run();
      throw cannot(what, e);
    } catch (RuntimeException e) {
      undo.run();
      throw e;
    }
  }

  private static MayflyException cannot(String what, RuntimeException e) {
    return new MayflyException(
        ErrorCode.SERVICE_UNAVAILABLE, what + " could not be started: " + e.getMessage(), e);
  }

  /** A jail that is given its function late; how, depends on what waits in it. */
  private abstract class JailedSpare implements Spare {
    private final JailBuilder.Jailed jailed;
    private final SpareSpec made;

    JailedSpare(JailBuilder.Jailed jailed, SpareSpec made) {
      this.jailed = jailed;
      this.made = made;
    }

    /** Waits for what is in the jail; otherwise why it will never wait for a function. */
    abstract Optional<Outcome> awaitWaiting() throws RuntimeChannel.ChannelClosedException;

    /** Gives what waits the function's variables. */
    abstract void give(InstanceSpec function) throws RuntimeChannel.ChannelClosedException;

    @Override
    public boolean awaitPrepared(Duration limit) {
      return jailed.instance().awaitBefore(limit, this::awaitWaiting);
    }

    @Override
    public Instance specialise(InstanceSpec spec) {
      requireRoomForLayers(spec);
      if (made.code().isPresent() && !made.code().get().equals(spec.code())) {
        throw new IllegalArgumentException(
            "a spare for " + made.code().get() + " got " + spec.label());
      }
      ProcessInstance instance = jailed.instance();
      try {
        instance.restart(spec);
        jailed.cgroup().background(spec.background());
        jailed.held().limitMemory(spec.memory());
        if (made.code().isEmpty()) {
          mount(spec.code(), JailCommand.code());
        }
        spec.layers().ifPresent(folder -> mount(folder, JailCommand.LAYERS));
        for (RuntimeLaunch.Mount mount : spec.launch().mounts()) {
          if (!made.launch().mounts().contains(mount)) {
            mount(mount.host(), mount.jail());
          }
        }
        if (jailed.channel() instanceof RuntimeApiChannel channel) {
          spec.extensions().ifPresent(told -> attend(channel, instance, spec, told));
        }
        instance.given();
        give(spec);
        return instance;
      } catch (PosixException | UncheckedIOException | RuntimeChannel.ChannelClosedException e) {
        instance.stop();
        throw new MayflyException(
            ErrorCode.SERVICE_UNAVAILABLE,
            "A spare instance could not be given " + spec.label() + ": " + e.getMessage(),
            e);
      } catch (RuntimeException e) {
        instance.stop();
        throw e;
      }
    }

    /** Internal extensions, which live in the runtime's process. */
    private void attend(
        RuntimeApiChannel channel,
        ProcessInstance instance,
        InstanceSpec spec,
        ExtensionsSpec told) {
      Extensions extensions = new Extensions(told, spec.callsAtATime() > 1);
      channel.attach(new ExtensionsApi(extensions));
      instance.attend(extensions, Optional.empty(), limits);
    }

    private void mount(Path host, Path jail) {
      mounter.mount(host, jail, jailed.insider());
    }

    @Override
    public boolean usable() {
      return jailed.instance().alive();
    }

    @Override
    public void stop() {
      jailed.instance().stop();
    }
  }

  /** What a jail shows below {@code /opt} of the host would be hidden by the layers. */
  private static void requireRoomForLayers(InstanceSpec spec) {
    Optional<Path> hidden =
        spec.launch().mounts().stream()
            .map(RuntimeLaunch.Mount::jail)
            .filter(place -> place.startsWith(JailCommand.LAYERS))
            .findFirst();
    if (spec.layers().isPresent() && hidden.isPresent()) {
      throw new MayflyException(
          ErrorCode.SERVICE_UNAVAILABLE,
          "%s has layers, which lie in /opt, and its runtime's interpreter is in %s; install the interpreter elsewhere"
              .formatted(spec.label(), hidden.get()));
    }
  }

  private static String startScript(RuntimeLaunch launch, Map<String, String> own) {
    return StartScript.of(
        launch.command(), environment(launch, own, launch.channel() == Channel.RUNTIME_API));
  }

  private static Map<String, String> environment(
      RuntimeLaunch launch, Map<String, String> own, boolean http) {
    Map<String, String> environment = variables(launch, own);
    if (launch.channel() == Channel.FRAMES) {
      environment.put("MAYFLY_SOCKET", JailCommand.socketInJail());
    }
    if (http) {
      environment.put(
          "AWS_LAMBDA_RUNTIME_API",
          Launcher.RUNTIME_API.getHostString() + ":" + Launcher.RUNTIME_API.getPort());
    }
    return environment;
  }

  private static Map<String, String> variables(RuntimeLaunch launch, Map<String, String> own) {
    Map<String, String> environment = new LinkedHashMap<>(launch.environment());
    environment.putAll(own);
    return environment;
  }

  @Override
  public MemoryState memory() {
    return memory.read();
  }

  @Override
  public void close() {
    tidying.cancel(false);
    zygotes.close();
    instances.stopAll();
    mounter.close();
    builder.close();
    machine.close();
    cgroups.close();
    run.close();
  }
}
