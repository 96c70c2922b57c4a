package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.runtimes.RuntimeLaunch.Channel;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Instances in jails: namespaces, control groups, a system call filter and a user of their own.
 *
 * <p>What needs no namespace is prepared on the caller's thread and the launcher does the rest. In
 * every jail a shell waits for the script that makes it a runtime: at {@link #start} the script
 * comes at once; a spare's comes with its function, or has it start a runtime that itself waits.
 * What is half made is undone in the reverse order by {@link Undo}.
 */
final class JailedSandbox implements Sandbox {
  /** Enough for every runtime without a function; a function brings its own limit. */
  private static final DataSize SPARE_MEMORY = DataSize.ofMegabytes(512);

  private final Instances instances = new Instances();
  private final Machine machine;
  private final Cgroups cgroups;
  private final RunFolder run;
  private final Optional<ScratchDisks> disks;
  private final JailCommand command;
  private final UserIds users;
  private final Mounter mounter = new Mounter();
  private final boolean mountsLate = Mounter.works();
  private final byte[] filter = new SeccompFilter(SeccompFilter.Processor.current()).program();

  /**
   * @param disks makes instances' {@code /tmp}; without, it is in memory
   */
  JailedSandbox(
      Machine machine,
      Cgroups cgroups,
      RunFolder run,
      Optional<ScratchDisks> disks,
      JailCommand command,
      UserIds users) {
    this.machine = machine;
    this.cgroups = cgroups;
    this.run = run;
    this.disks = disks;
    this.command = command;
    this.users = users;
  }

  @Override
  public ProcessInstance start(InstanceSpec spec) {
    Base base =
        new Base(
            spec.launch(),
            Optional.of(spec.code()),
            spec.memory(),
            spec.ephemeralStorage(),
            spec.callsAtATime(),
            Optional.empty());
    return guarded(
        "An instance of " + spec.label(),
        undo -> {
          Jailed jailed = build(base, spec.logs(), undo);
          jailed.cgroup().background(spec.background());
          jailed.script().end(startScript(spec.launch(), spec.environment()));
          return jailed.instance();
        });
  }

  @Override
  public Optional<Spare> prepare(SpareSpec spec) {
    if (!mountsLate) {
      return Optional.empty();
    }
    return Optional.of(
        guarded(
            "A spare instance",
            undo -> spec.started() ? waitingRuntime(spec, undo) : waitingShell(spec, undo)));
  }

  private Spare waitingRuntime(SpareSpec spec, Undo undo) {
    Jailed jailed = build(Base.ofSpare(spec, Optional.empty()), JailedSandbox::ignore, undo);
    jailed.cgroup().background(true);
    jailed.script().end(startScript(spec.launch(), spec.environment()));
    FramesChannel channel = (FramesChannel) jailed.channel();
    return new JailedSpare(jailed, spec.launch()) {
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

  private Spare waitingShell(SpareSpec spec, Undo undo) {
    Posix.Pipe waiting = Posix.inwardPipe();
    undo.add(() -> Posix.close(waiting.readEnd()));
    Jailed jailed;
    try {
      jailed =
          build(Base.ofSpare(spec, Optional.of(waiting.writeEnd())), JailedSandbox::ignore, undo);
    } finally {
      Posix.close(waiting.writeEnd());
    }
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
    jailed.script().write("echo >&%1$d; exec %1$d>&-\n".formatted(JailCommand.WAITING_FD));
    return new JailedSpare(jailed, spec.launch()) {
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
        jailed
            .script()
            .end(
                "cd "
                    + JailCommand.code()
                    + "\n"
                    + startScript(function.launch(), function.environment()));
      }
    };
  }

  /** What a spare prints before it has a function is nobody's log. */
  private static void ignore(byte[] bytes, int offset, int length) {}

  /** Builds something; what was built is undone if that fails. */
  private <T> T guarded(String what, Function<Undo, T> building) {
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

  /**
   * What a jail is built from.
   *
   * @param waiting a descriptor for the shell to say that it waits for its script
   */
  private record Base(
      RuntimeLaunch launch,
      Optional<Path> code,
      DataSize memory,
      DataSize ephemeralStorage,
      int callsAtATime,
      Optional<Integer> waiting) {
    static Base ofSpare(SpareSpec spec, Optional<Integer> waiting) {
      return new Base(
          spec.launch(), Optional.empty(), SPARE_MEMORY, spec.ephemeralStorage(), 1, waiting);
    }
  }

  /**
   * A jail with a shell in it that waits for its script.
   *
   * @param script the shell's standard input
   */
  private record Jailed(
      ProcessInstance instance, RuntimeChannel channel, Held held, ScriptPipe script) {
    Cgroups.Cgroup cgroup() {
      return held.cgroup();
    }
  }

  private Jailed build(Base base, LogSink logs, Undo undo) {
    String id = instances.newId();
    long started = System.nanoTime();
    int slot = users.take();
    undo.add(() -> users.giveBack(slot));
    Cgroups.Cgroup cgroup = cgroups.create(id, base.memory());
    undo.add(() -> Reaping.untilGone(cgroup));
    Optional<Launcher.Disk> disk =
        disks.map(maker -> disk(maker, id, base.ephemeralStorage(), users.uid(slot), run, undo));
    boolean frames = base.launch().channel() == Channel.FRAMES;
    Optional<FramesListener> socket = frames ? Optional.of(listen(id, undo)) : Optional.empty();
    JailCommand.Jail jail =
        new JailCommand.Jail(
            base.launch(),
            base.code(),
            base.ephemeralStorage(),
            hostname(slot),
            users.uid(slot),
            disk.isPresent(),
            socket.map(FramesListener::path));

    EventCounter alarm = new EventCounter();
    undo.add(alarm::close);
    cgroup.notifyOutOfMemory(alarm.descriptor());
    Posix.Pipe input = Posix.pipe();
    ScriptPipe script = new ScriptPipe(input.writeEnd());
    undo.add(script::close);
    Posix.Pipe output = Posix.inwardPipe();
    undo.add(() -> Posix.close(output.readEnd()));
    Launcher.Started process =
        launch(jail, cgroup, disk, input.readEnd(), output.writeEnd(), base.waiting());
    undo.forgetLast();
    RuntimeChannel channel =
        socket
            .<RuntimeChannel>map(listener -> new FramesChannel(listener, base.callsAtATime()))
            .orElseGet(
                () -> new RuntimeApiChannel(process.listener().orElseThrow(), base.callsAtATime()));
    Held held = new Held(process, cgroup, alarm, undo, base.memory());
    OutputPipe pipe = new OutputPipe(machine.pump(), logs, output.readEnd());
    ProcessInstance instance =
        new ProcessInstance(
            id,
            started,
            process,
            channel,
            held,
            pipe,
            machine.pump(),
            machine.timer(),
            base.callsAtATime());
    long token = machine.pump().watch(alarm.descriptor(), instance::checkMemory);
    undo.add(() -> machine.pump().forget(alarm.descriptor(), token));
    instance.watch();
    instances.add(instance);
    return new Jailed(instance, channel, held, script);
  }

  /** A jail that is given its function late; how, depends on what waits in it. */
  private abstract class JailedSpare implements Spare {
    private final Jailed jailed;
    private final RuntimeLaunch launch;

    JailedSpare(Jailed jailed, RuntimeLaunch launch) {
      this.jailed = jailed;
      this.launch = launch;
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
      ProcessInstance instance = jailed.instance();
      try {
        instance.restart(spec);
        jailed.cgroup().background(spec.background());
        jailed.held().limitMemory(spec.memory());
        mount(spec.code(), JailCommand.code());
        for (RuntimeLaunch.Mount mount : spec.launch().mounts()) {
          if (!launch.mounts().contains(mount)) {
            mount(mount.host(), mount.jail());
          }
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

    private void mount(Path host, Path jail) {
      mounter.mount(host, jail, jailed.held().process().pid(), jailed.cgroup().processes());
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

  /** Has the launcher start the jail's first process, and closes what only it needs. */
  private Launcher.Started launch(
      JailCommand.Jail jail,
      Cgroups.Cgroup cgroup,
      Optional<Launcher.Disk> disk,
      int script,
      int output,
      Optional<Integer> waiting) {
    List<Integer> ours = new ArrayList<>(List.of(script, output));
    try {
      Map<Integer, Integer> descriptors = new LinkedHashMap<>();
      descriptors.put(0, script);
      descriptors.put(1, output);
      descriptors.put(2, output);
      waiting.ifPresent(end -> descriptors.put(JailCommand.WAITING_FD, end));
      Map<Integer, byte[]> files = new LinkedHashMap<>(command.files(jail));
      files.put(JailCommand.SECCOMP_FD, filter);
      files.forEach(
          (target, content) -> {
            int file = Posix.memoryFile("mayfly", content);
            ours.add(file);
            descriptors.put(target, file);
          });
      return machine
          .launcher()
          .start(
              new Launcher.Plan(
                  command.command(jail, cgroup.joinFiles()),
                  List.of("PATH=/usr/bin:/bin"),
                  descriptors,
                  "/",
                  Spawn.NEW_SESSION,
                  jail.socket().isPresent()
                      ? Launcher.Network.OWN
                      : Launcher.Network.OWN_WITH_RUNTIME_API,
                  disk));
    } finally {
      ours.forEach(Posix::close);
    }
  }

  private static Launcher.Disk disk(
      ScratchDisks maker, String id, DataSize size, int owner, RunFolder run, Undo undo) {
    Path image = maker.create(id, size);
    undo.add(() -> Posix.unlink(image.toString()));
    return new Launcher.Disk(image, run.scratchMount(), owner);
  }

  /** Lambda's host names are addresses in this range, and programs have come to print them. */
  private static String hostname(int slot) {
    return "169-254-" + (100 + slot / 254 % 100) + "-" + (1 + slot % 254);
  }

  private FramesListener listen(String id, Undo undo) {
    FramesListener listener = FramesListener.open(run.socket(id));
    undo.add(listener::close);
    return listener;
  }

  private static String startScript(RuntimeLaunch launch, Map<String, String> own) {
    Map<String, String> environment = variables(launch, own);
    switch (launch.channel()) {
      case FRAMES -> environment.put("MAYFLY_SOCKET", JailCommand.socketInJail());
      case RUNTIME_API ->
          environment.put(
              "AWS_LAMBDA_RUNTIME_API",
              Launcher.RUNTIME_API.getHostString() + ":" + Launcher.RUNTIME_API.getPort());
    }
    return StartScript.of(launch.command(), environment);
  }

  private static Map<String, String> variables(RuntimeLaunch launch, Map<String, String> own) {
    Map<String, String> environment = new LinkedHashMap<>(launch.environment());
    environment.putAll(own);
    return environment;
  }

  /** An instance's share: a whole CPU for every 1,769 MB. */
  private static double cpus(DataSize memory) {
    return (double) memory.bytes() / Limits.MEMORY_PER_CPU.bytes();
  }

  @Override
  public void close() {
    instances.stopAll();
    mounter.close();
    machine.close();
    cgroups.close();
    run.close();
  }

  /** The limits around one instance's processes. */
  private static final class Held implements Containment {
    private final Launcher.Started process;
    private final Cgroups.Cgroup cgroup;
    private final EventCounter alarm;
    private final Undo undo;
    private volatile DataSize memory;

    Held(
        Launcher.Started process,
        Cgroups.Cgroup cgroup,
        EventCounter alarm,
        Undo undo,
        DataSize memory) {
      this.process = process;
      this.cgroup = cgroup;
      this.alarm = alarm;
      this.undo = undo;
      this.memory = memory;
    }

    Launcher.Started process() {
      return process;
    }

    Cgroups.Cgroup cgroup() {
      return cgroup;
    }

    /** Changes how much memory they may use, and with it their share of the CPU. */
    void limitMemory(DataSize limit) {
      cgroup.limitMemory(limit);
      memory = limit;
    }

    @Override
    public void ready() {
      cgroup.limitCpu(cpus(memory));
    }

    @Override
    public void freeze() {
      cgroup.freeze();
    }

    @Override
    public void thaw() {
      cgroup.thaw();
    }

    @Override
    public DataSize peakMemory() {
      return cgroup.peakMemory();
    }

    @Override
    public boolean memoryAlarm() {
      return alarm.raised();
    }

    @Override
    public boolean ranOutOfMemory() {
      return cgroup.ranOutOfMemory();
    }

    @Override
    public void kill() {
      // The group has everything in it but a process that has not joined yet.
      Posix.signal(process.processDescriptor(), Posix.SIGKILL);
      cgroup.kill();
    }

    @Override
    public void release() {
      undo.run();
    }
  }

  /** What has to be undone, newest first. For one thread at a time. */
  private static final class Undo {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    synchronized void add(Runnable step) {
      steps.push(step);
    }

    /** The newest step has become somebody else's to do. */
    synchronized void forgetLast() {
      steps.pop();
    }

    synchronized void run() {
      while (!steps.isEmpty()) {
        steps.pop().run();
      }
    }
  }
}
