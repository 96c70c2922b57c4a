package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.runtimes.RuntimeLaunch.Channel;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Instances in jails: namespaces, control groups, a system call filter and a user of their own.
 *
 * <p>{@link #start} prepares on the caller's thread what needs no namespace and has the launcher do
 * the rest. A half-started instance is undone in the reverse order by {@link Undo}.
 */
final class JailedSandbox implements Sandbox {
  private final Instances instances = new Instances();
  private final Machine machine;
  private final Cgroups cgroups;
  private final RunFolder run;
  private final Optional<ScratchDisks> disks;
  private final JailCommand command;
  private final UserIds users;
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
    long started = System.nanoTime();
    String id = instances.newId();
    Undo undo = new Undo();
    try {
      ProcessInstance instance = start(spec, id, started, undo);
      instances.add(instance);
      return instance;
    } catch (PosixException | UncheckedIOException e) {
      undo.run();
      throw new MayflyException(
          ErrorCode.SERVICE_UNAVAILABLE,
          "An instance of " + spec.label() + " could not be started: " + e.getMessage(),
          e);
    } catch (RuntimeException e) {
      undo.run();
      throw e;
    }
  }

  private ProcessInstance start(InstanceSpec spec, String id, long started, Undo undo) {
    int slot = users.take();
    undo.add(() -> users.giveBack(slot));
    Cgroups.Cgroup cgroup = cgroups.create(id, spec.memory());
    undo.add(() -> Reaping.untilGone(cgroup));
    Optional<Launcher.Disk> disk =
        disks.map(maker -> disk(maker, id, spec, users.uid(slot), run, undo));
    boolean frames = spec.launch().channel() == Channel.FRAMES;
    Optional<FramesListener> socket = frames ? Optional.of(listen(id, undo)) : Optional.empty();
    JailCommand.Jail jail =
        new JailCommand.Jail(
            spec,
            hostname(slot),
            users.uid(slot),
            disk.isPresent(),
            socket.map(FramesListener::path));

    EventCounter alarm = new EventCounter();
    undo.add(alarm::close);
    cgroup.notifyOutOfMemory(alarm.descriptor());
    Posix.Pipe output = Posix.pipe();
    undo.add(() -> Posix.close(output.readEnd()));
    Launcher.Started process = launch(jail, cgroup, disk, output.writeEnd());
    undo.forgetLast();
    RuntimeChannel channel =
        socket
            .<RuntimeChannel>map(FramesChannel::new)
            .orElseGet(() -> new RuntimeApiChannel(process.listener().orElseThrow()));
    Containment held = new Held(process, cgroup, alarm, cpus(spec.memory()), undo);
    OutputPipe pipe = new OutputPipe(machine.pump(), spec.logs(), output.readEnd());
    ProcessInstance instance =
        new ProcessInstance(
            id, started, process, channel, held, pipe, machine.pump(), machine.timer());
    long token = machine.pump().watch(alarm.descriptor(), instance::checkMemory);
    undo.add(() -> machine.pump().forget(alarm.descriptor(), token));
    instance.watch();
    return instance;
  }

  /** Has the launcher start the jail's first process, and closes what only it needs. */
  private Launcher.Started launch(
      JailCommand.Jail jail, Cgroups.Cgroup cgroup, Optional<Launcher.Disk> disk, int output) {
    List<Integer> ours = new ArrayList<>(List.of(output));
    try {
      Map<Integer, Integer> descriptors = new LinkedHashMap<>();
      descriptors.put(0, machine.nullDevice());
      descriptors.put(1, output);
      descriptors.put(2, output);
      Map<Integer, byte[]> files =
          new LinkedHashMap<>(command.files(jail, startScript(jail.spec())));
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
      ScratchDisks maker, String id, InstanceSpec spec, int owner, RunFolder run, Undo undo) {
    Path image = maker.create(id, spec.ephemeralStorage());
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

  private static String startScript(InstanceSpec spec) {
    Map<String, String> environment = new LinkedHashMap<>(spec.launch().environment());
    environment.putAll(spec.environment());
    switch (spec.launch().channel()) {
      case FRAMES -> environment.put("MAYFLY_SOCKET", JailCommand.socketInJail());
      case RUNTIME_API ->
          environment.put(
              "AWS_LAMBDA_RUNTIME_API",
              Launcher.RUNTIME_API.getHostString() + ":" + Launcher.RUNTIME_API.getPort());
    }
    return StartScript.of(spec.launch().command(), environment);
  }

  /** An instance's share: a whole CPU for every 1,769 MB. */
  private static double cpus(DataSize memory) {
    return (double) memory.bytes() / Limits.MEMORY_PER_CPU.bytes();
  }

  @Override
  public void close() {
    instances.stopAll();
    machine.close();
    cgroups.close();
    run.close();
  }

  /** The limits around one instance's processes. */
  private record Held(
      Launcher.Started process, Cgroups.Cgroup cgroup, EventCounter alarm, double cpus, Undo undo)
      implements Containment {
    @Override
    public void ready() {
      cgroup.limitCpu(cpus);
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
