package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.runtimes.RuntimeLaunch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Instances as plain processes of the platform's user: the explicit way round for machines that
 * cannot jail ({@link Isolation#NONE}).
 *
 * <p>Each instance leads a session of its own and is killed with its process group; a process that
 * leaves the group escapes. There is no limit of memory, CPU, disk or processes, and no {@code
 * /var/task}: paths of the jail in the command and the variables become those of the host.
 */
final class PlainSandbox implements Sandbox {
  private final Instances instances = new Instances();
  private final Machine machine;
  private final Path setpriv;
  private final RunFolder run;

  /**
   * Instances are in the platform's own groups; in a container, the top ones are the container's.
   */
  private final MemoryGauge memory =
      new MemoryGauge(
          Path.of("/proc"),
          List.of(
              MemoryGauge.Group.versionOne(Path.of("/sys/fs/cgroup/memory")),
              MemoryGauge.Group.versionTwo(Path.of("/sys/fs/cgroup"))));

  PlainSandbox(Machine machine, Path setpriv, RunFolder run) {
    this.machine = machine;
    this.setpriv = setpriv;
    this.run = run;
  }

  @Override
  public Instance start(InstanceSpec spec) {
    if (spec.layers().isPresent()) {
      throw new MayflyException(
          ErrorCode.SERVICE_UNAVAILABLE,
          "%s has layers, which need a jail to be at /opt; without isolation, put their files into the function's code"
              .formatted(spec.label()));
    }
    long started = System.nanoTime();
    String id = instances.newId();
    try {
      ProcessInstance instance =
          switch (spec.launch().channel()) {
            case FRAMES -> frames(spec, id, started);
            case RUNTIME_API -> runtimeApi(spec, id, started);
          };
      instances.add(instance);
      return instance;
    } catch (PosixException | IOException | UncheckedIOException e) {
      throw new MayflyException(
          ErrorCode.SERVICE_UNAVAILABLE,
          "An instance of " + spec.label() + " could not be started: " + e.getMessage(),
          e);
    }
  }

  private ProcessInstance frames(InstanceSpec spec, String id, long started) throws IOException {
    FramesListener listener = FramesListener.open(run.socket(id));
    try {
      return start(
          spec,
          id,
          started,
          Map.of("MAYFLY_SOCKET", listener.path().toString()),
          new FramesChannel(listener, machine.watcher(), spec.callsAtATime()));
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  private ProcessInstance runtimeApi(InstanceSpec spec, String id, long started)
      throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      int port = listener.socket().getLocalPort();
      return start(
          spec,
          id,
          started,
          Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + port),
          new RuntimeApiChannel(listener, machine.watcher(), machine.timer(), spec.callsAtATime()));
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  private ProcessInstance start(
      InstanceSpec spec,
      String id,
      long started,
      Map<String, String> channelVariables,
      RuntimeChannel channel)
      throws IOException {
    Path scratch = Files.createDirectories(run.scratch(id));
    List<String> command = new ArrayList<>();
    command.addAll(List.of(setpriv.toString(), "--pdeathsig", "KILL", "--"));
    spec.launch().command().forEach(word -> command.add(onHost(spec, word)));
    Map<String, String> variables = new LinkedHashMap<>(spec.launch().environment());
    variables.putAll(spec.environment());
    variables.replaceAll((name, value) -> onHost(spec, value));
    variables.put("LAMBDA_TASK_ROOT", spec.code().toString());
    variables.put("TMPDIR", scratch.toString());
    variables.putAll(channelVariables);
    Posix.Pipe output = Posix.inwardPipe();
    Launcher.Started process;
    try {
      process =
          machine
              .launcher()
              .start(
                  new Launcher.Plan(
                      command,
                      variables.entrySet().stream()
                          .map(entry -> entry.getKey() + "=" + entry.getValue())
                          .toList(),
                      Map.of(0, machine.nullDevice(), 1, output.writeEnd(), 2, output.writeEnd()),
                      spec.code().toString(),
                      Spawn.NEW_SESSION,
                      Launcher.Network.HOST,
                      Optional.empty()));
    } catch (RuntimeException e) {
      Posix.close(output.readEnd());
      throw e;
    } finally {
      Posix.close(output.writeEnd());
    }
    OutputPipe pipe = new OutputPipe(machine.pump(), spec.logs(), output.readEnd());
    ProcessInstance instance =
        new ProcessInstance(
            id,
            started,
            process,
            channel,
            new Group(process, scratch),
            pipe,
            machine.pump(),
            machine.timer(),
            spec.callsAtATime());
    instance.watch();
    return instance;
  }

  /** Replaces the jail's paths by those of the host, the longest first. */
  private static String onHost(InstanceSpec spec, String text) {
    String result = text;
    for (RuntimeLaunch.Mount mount : spec.launch().mounts()) {
      result = result.replace(mount.jail().toString(), mount.host().toString());
    }
    return result.replace("/var/task", spec.code().toString());
  }

  /** Nothing is made ahead here. */
  @Override
  public void expect(SpareSpec spec) {}

  /** None: a function's code has no place of its own here that it could come to late. */
  @Override
  public Optional<Spare> prepare(SpareSpec spec) {
    return Optional.empty();
  }

  @Override
  public MemoryState memory() {
    return memory.read();
  }

  @Override
  public void close() {
    instances.stopAll();
    machine.close();
    run.close();
  }

  /** The process group that the first process leads. */
  private static final class Group implements Containment {
    private final Launcher.Started process;
    private final Path scratch;
    private volatile DataSize peak = new DataSize(0);

    Group(Launcher.Started process, Path scratch) {
      this.process = process;
      this.scratch = scratch;
    }

    @Override
    public void ready() {
      // Nothing was limited and nothing is.
    }

    @Override
    public void freeze() {
      // Nothing holds the processes together that could stop them all.
    }

    @Override
    public void thaw() {
      // Nothing was stopped.
    }

    /** The first process's own, as it was when somebody last asked during its life. */
    @Override
    public DataSize peakMemory() {
      try (Stream<String> lines =
          Files.lines(Path.of("/proc", Integer.toString(process.pid()), "status"))) {
        lines
            .filter(line -> line.startsWith("VmHWM:"))
            .map(line -> line.replaceAll("[^0-9]", ""))
            .findFirst()
            .ifPresent(kilobytes -> peak = new DataSize(1024 * Long.parseLong(kilobytes)));
      } catch (IOException | UncheckedIOException e) {
        // The process has ended, and its figures with it.
      }
      return peak;
    }

    @Override
    public boolean memoryAlarm() {
      return false;
    }

    @Override
    public boolean ranOutOfMemory() {
      return false;
    }

    /** Nothing here has extensions, which alone are given time to end. */
    @Override
    public void terminate(int pid) {}

    @Override
    public void kill() {
      Posix.kill(-process.pid(), Posix.SIGKILL);
    }

    @Override
    public void release() {
      // The first process is gone; what it has left in its group goes too.
      kill();
      try {
        RunFolder.remove(scratch);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
