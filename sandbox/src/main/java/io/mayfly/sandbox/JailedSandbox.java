package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.RuntimeLaunch.Channel;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
  private final ScratchDisks disks;
  private final JailCommand command;
  private final UserIds users = new UserIds();
  private final byte[] filter = new SeccompFilter(SeccompFilter.Processor.current()).program();

  JailedSandbox(Machine machine, Cgroups cgroups, RunFolder run, ScratchDisks disks) {
    this.machine = machine;
    this.cgroups = cgroups;
    this.run = run;
    this.disks = disks;
    this.command = new JailCommand(machine.bwrap(), machine.setpriv(), run);
  }

  @Override
  public Instance start(InstanceSpec spec) {
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
    Optional<Integer> uid =
        machine.otherUsers() ? Optional.of(UserIds.FIRST + slot) : Optional.empty();
    Cgroups.Cgroup cgroup = cgroups.create(id, spec.memory());
    undo.add(() -> Reaping.untilGone(cgroup));
    Optional<Launcher.Disk> disk =
        machine.loopDevices() ? Optional.of(disk(spec, id, uid.orElse(0), undo)) : Optional.empty();
    boolean frames = spec.launch().channel() == Channel.FRAMES;
    @Nullable FramesListener socket = frames ? listen(id, undo) : null;

    Posix.Pipe output = Posix.pipe();
    List<Integer> ours = new ArrayList<>(List.of(output.writeEnd()));
    Launcher.Started process;
    try {
      Map<Integer, Integer> descriptors = new LinkedHashMap<>();
      descriptors.put(0, machine.nullDevice());
      descriptors.put(1, output.writeEnd());
      descriptors.put(2, output.writeEnd());
      String hostname = "169-254-" + (100 + slot / 254 % 100) + "-" + (1 + slot % 254);
      byte[] options =
          command.options(
              spec,
              hostname,
              uid,
              disk.isPresent(),
              Optional.ofNullable(socket).map(FramesListener::path));
      give(descriptors, ours, JailCommand.ARGUMENTS_FD, "arguments", options);
      give(descriptors, ours, JailCommand.START_SCRIPT_FD, "start", startScript(spec));
      give(descriptors, ours, JailCommand.SECCOMP_FD, "seccomp", filter);
      process =
          machine
              .launcher()
              .start(
                  new Launcher.Plan(
                      command.command(ProcessHandle.current().pid(), cgroup.joinFiles(), uid),
                      List.of("PATH=/usr/bin:/bin"),
                      descriptors,
                      "/",
                      Spawn.NEW_SESSION,
                      frames ? Launcher.Network.OWN : Launcher.Network.OWN_WITH_RUNTIME_API,
                      disk));
    } catch (RuntimeException e) {
      Posix.close(output.readEnd());
      throw e;
    } finally {
      ours.forEach(Posix::close);
    }
    RuntimeChannel channel =
        socket == null
            ? new RuntimeApiChannel(process.listener().orElseThrow())
            : new FramesChannel(socket);
    Jail jail = new Jail(process, cgroup, cpus(spec.memory()), undo);
    OutputPipe pipe = new OutputPipe(machine.pump(), spec.logs(), output.readEnd());
    ProcessInstance instance =
        new ProcessInstance(
            id, started, process, channel, jail, pipe, machine.pump(), machine.timer());
    jail.watchMemory(() -> instance.kill(new Outcome.OutOfMemory()));
    return instance;
  }

  private Launcher.Disk disk(InstanceSpec spec, String id, int owner, Undo undo) {
    Path image = disks.create(id, spec.ephemeralStorage());
    undo.add(() -> Posix.unlink(image.toString()));
    return new Launcher.Disk(image, run.scratchMount(), owner);
  }

  private FramesListener listen(String id, Undo undo) {
    FramesListener listener = FramesListener.open(run.socket(id));
    undo.add(listener::close);
    return listener;
  }

  private static void give(
      Map<Integer, Integer> descriptors,
      List<Integer> ours,
      int target,
      String name,
      byte[] content) {
    int file = Posix.memoryFile(name, content);
    ours.add(file);
    descriptors.put(target, file);
  }

  private static byte[] startScript(InstanceSpec spec) {
    Map<String, String> environment = new LinkedHashMap<>(spec.launch().environment());
    environment.putAll(spec.environment());
    switch (spec.launch().channel()) {
      case FRAMES -> environment.put("MAYFLY_SOCKET", JailCommand.socketInJail());
      case RUNTIME_API ->
          environment.put(
              "AWS_LAMBDA_RUNTIME_API",
              Launcher.RUNTIME_API.getHostString() + ":" + Launcher.RUNTIME_API.getPort());
    }
    return StartScript.of(spec.launch().command(), environment).getBytes(StandardCharsets.UTF_8);
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
  private final class Jail implements Containment {
    private final Launcher.Started process;
    private final Cgroups.Cgroup cgroup;
    private final double cpus;
    private final Undo undo;

    Jail(Launcher.Started process, Cgroups.Cgroup cgroup, double cpus, Undo undo) {
      this.process = process;
      this.cgroup = cgroup;
      this.cpus = cpus;
      this.undo = undo;
    }

    void watchMemory(Runnable ranOut) {
      int counter = Posix.eventCounter();
      cgroup.notifyOutOfMemory(counter);
      long token = machine.pump().watch(counter, ranOut);
      undo.add(
          () -> {
            machine.pump().forget(counter, token);
            Posix.close(counter);
          });
    }

    @Override
    public void ready() {
      cgroup.limitCpu(cpus);
    }

    @Override
    public DataSize peakMemory() {
      return cgroup.peakMemory();
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

    synchronized void run() {
      while (!steps.isEmpty()) {
        steps.pop().run();
      }
    }
  }
}
