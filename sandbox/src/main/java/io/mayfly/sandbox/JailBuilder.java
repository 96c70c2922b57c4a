package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.runtimes.RuntimeLaunch.Channel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Builds jails, in one of two ways: bubblewrap builds it around a shell that waits for its script,
 * or a {@link Zygote} forks an instance that builds its own and has the runtime in it already.
 *
 * <p>What needs no namespace is prepared on the caller's thread: the user, the control group, the
 * disk's image, the socket. What is half made is undone by the caller's {@link Undo}.
 */
final class JailBuilder implements AutoCloseable {
  private final Instances instances;
  private final Machine machine;
  private final Cgroups cgroups;
  private final RunFolder run;
  private final Optional<ScratchDisks> disks;
  private final JailCommand command;
  private final UserIds users;
  private final byte[] filter;

  /** Mounts for instances that are forked: those wait for the disk, which no virtual thread can. */
  private final ExecutorService forks =
      Executors.newFixedThreadPool(
          2 * Runtime.getRuntime().availableProcessors(),
          Thread.ofPlatform().name("mayfly-forks-", 0).daemon().factory());

  /**
   * @param disks makes instances' {@code /tmp}; without, it is in memory
   * @param filter the system call filter
   */
  JailBuilder(
      Instances instances,
      Machine machine,
      Cgroups cgroups,
      RunFolder run,
      Optional<ScratchDisks> disks,
      JailCommand command,
      UserIds users,
      byte[] filter) {
    this.instances = instances;
    this.machine = machine;
    this.cgroups = cgroups;
    this.run = run;
    this.disks = disks;
    this.command = command;
    this.users = users;
    this.filter = filter;
  }

  /**
   * What a jail is built from.
   *
   * @param code the function's; without, it comes later, and its layers do
   * @param layers the function's
   * @param waiting a descriptor for the shell to say that it waits for its script
   * @param more further descriptors for the shell, by their numbers there
   * @param extensions what serves its extensions, if it is known to have any
   */
  record Base(
      RuntimeLaunch launch,
      Optional<Path> code,
      Optional<Path> layers,
      DataSize memory,
      DataSize ephemeralStorage,
      int callsAtATime,
      Optional<Integer> waiting,
      Map<Integer, Integer> more,
      Optional<ExtensionsApi> extensions) {}

  /**
   * A jail.
   *
   * @param forked whether its first process is a zygote's child
   */
  record Jailed(ProcessInstance instance, RuntimeChannel channel, Held held, boolean forked) {
    Cgroups.Cgroup cgroup() {
      return held.cgroup();
    }

    /** The id of a process that sees the jail's files, and nothing of a function has run in. */
    int insider() {
      int first = held.process().pid();
      return forked ? first : Mounter.insider(first, cgroup().processes());
    }
  }

  /**
   * A jail with a shell.
   *
   * @param script the shell's standard input
   */
  record Shell(Jailed jailed, ScriptPipe script) {}

  /** Builds a jail with a shell in it that waits for its script. */
  Shell shell(Base base, LogSink logs, Undo undo) {
    Site site = site(base, undo);
    Posix.Pipe input = Posix.pipe();
    ScriptPipe script = new ScriptPipe(input.writeEnd());
    undo.add(script::close);
    Posix.Pipe output = output(undo);
    Launcher.Started process = launch(base, site, input.readEnd(), output.writeEnd());
    undo.forgetLast();
    RuntimeChannel channel = channel(base, site, process, undo);
    return new Shell(jailed(base, site, process, channel, logs, output, false, undo), script);
  }

  private RuntimeChannel channel(Base base, Site site, Launcher.Started process, Undo undo) {
    // Before anybody watches the process, so that its number is still its own.
    base.extensions()
        .filter(ExtensionsApi::telemetric)
        .ifPresent(
            api -> {
              JailNetwork network = new JailNetwork(machine.launcher(), process.pid());
              undo.add(network::close);
              api.connectBy(network::open);
            });
    if (site.socket().isPresent()) {
      base.extensions()
          .ifPresent(
              api ->
                  undo.add(
                      new ExtensionsServer(process.listener().orElseThrow(), machine.watcher(), api)
                          ::close));
      return new FramesChannel(site.socket().get(), machine.watcher(), base.callsAtATime());
    }
    RuntimeApiChannel channel =
        new RuntimeApiChannel(
            process.listener().orElseThrow(),
            machine.watcher(),
            machine.timer(),
            base.callsAtATime());
    base.extensions().ifPresent(channel::attach);
    return channel;
  }

  /**
   * Has an instance forked, whose runtime is a guest that waits for its function.
   *
   * @throws PosixException if it cannot be, for want of the zygote's
   */
  Jailed fork(Zygote zygote, Base base, LogSink logs, Undo undo) {
    Site site = site(base, undo);
    FramesListener listener = site.socket().orElseThrow();
    Posix.Pipe output = output(undo);
    Launcher.Started process = fork(zygote, base, site, listener, output.writeEnd());
    undo.forgetLast();
    FramesChannel channel = new FramesChannel(listener, machine.watcher(), base.callsAtATime());
    return jailed(base, site, process, channel, logs, output, true, undo);
  }

  /** What stands before there is a process. */
  private record Site(
      String id,
      long started,
      int uid,
      String hostname,
      Cgroups.Cgroup cgroup,
      Optional<Path> image,
      Optional<FramesListener> socket,
      EventCounter alarm) {}

  private Site site(Base base, Undo undo) {
    String id = instances.newId();
    long started = System.nanoTime();
    int slot = users.take();
    undo.add(() -> users.giveBack(slot));
    Cgroups.Cgroup cgroup = cgroups.create(id, base.memory());
    undo.add(() -> Reaping.untilGone(cgroup));
    Optional<Path> image = disks.map(maker -> maker.create(id, base.ephemeralStorage()));
    image.ifPresent(file -> undo.add(() -> Posix.unlink(file.toString())));
    Optional<FramesListener> socket =
        base.launch().channel() == Channel.FRAMES
            ? Optional.of(listen(id, undo))
            : Optional.empty();
    EventCounter alarm = new EventCounter();
    undo.add(alarm::close);
    cgroup.notifyOutOfMemory(alarm.descriptor());
    return new Site(id, started, users.uid(slot), hostname(slot), cgroup, image, socket, alarm);
  }

  private static Posix.Pipe output(Undo undo) {
    Posix.Pipe output = Posix.inwardPipe();
    undo.add(() -> Posix.close(output.readEnd()));
    return output;
  }

  private Jailed jailed(
      Base base,
      Site site,
      Launcher.Started process,
      RuntimeChannel channel,
      LogSink logs,
      Posix.Pipe output,
      boolean forked,
      Undo undo) {
    Held held =
        new Held(process, site.cgroup(), site.alarm(), undo, machine.timer(), base.memory());
    OutputPipe pipe = new OutputPipe(machine.pump(), logs, output.readEnd());
    ProcessInstance instance =
        new ProcessInstance(
            site.id(),
            site.started(),
            process,
            channel,
            held,
            pipe,
            machine.pump(),
            machine.timer(),
            base.callsAtATime());
    int alarm = site.alarm().descriptor();
    long token = machine.pump().watch(alarm, instance::checkMemory);
    undo.add(() -> machine.pump().forget(alarm, token));
    instance.watch();
    instances.add(instance);
    return new Jailed(instance, channel, held, forked);
  }

  /** Has the launcher start the jail's first process, and closes what only it needs. */
  private Launcher.Started launch(Base base, Site site, int script, int output) {
    JailCommand.Jail jail =
        new JailCommand.Jail(
            base.launch(),
            base.code(),
            base.layers(),
            base.ephemeralStorage(),
            site.hostname(),
            site.uid(),
            site.image().isPresent(),
            site.socket().map(FramesListener::path));
    List<Integer> ours = new ArrayList<>(List.of(script, output));
    try {
      Map<Integer, Integer> descriptors = new LinkedHashMap<>();
      descriptors.put(0, script);
      descriptors.put(1, output);
      descriptors.put(2, output);
      base.waiting().ifPresent(end -> descriptors.put(JailCommand.WAITING_FD, end));
      descriptors.putAll(base.more());
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
                  command.command(jail, site.cgroup().joinFiles()),
                  List.of("PATH=/usr/bin:/bin"),
                  descriptors,
                  "/",
                  Spawn.NEW_SESSION,
                  jail.socket().isPresent() && base.extensions().isEmpty()
                      ? Launcher.Network.OWN
                      : Launcher.Network.OWN_WITH_RUNTIME_API,
                  site.image()
                      .map(image -> new Launcher.Disk(image, run.scratchMount(), site.uid()))));
    } finally {
      ours.forEach(Posix::close);
    }
  }

  private Launcher.Started fork(
      Zygote zygote, Base base, Site site, FramesListener socket, int output) {
    return Elsewhere.await(
        forks.submit(() -> forkHere(zygote, base, site, socket, output)), "an instance was forked");
  }

  private static Launcher.Started forkHere(
      Zygote zygote, Base base, Site site, FramesListener socket, int output) {
    List<Integer> ours = new ArrayList<>(List.of(output));
    try {
      int socketMount = kept(Posix.detachedMount(socket.path().toString()), ours);
      Optional<Integer> disk =
          site.image().map(image -> kept(ScratchDisks.detached(image, site.uid()), ours));
      Optional<Integer> code =
          base.code().map(folder -> kept(Posix.detachedMount(folder.toString()), ours));
      Optional<Integer> layers =
          base.layers().map(folder -> kept(Posix.detachedMount(folder.toString()), ours));
      List<Integer> groups =
          site.cgroup().joinFiles().stream()
              .map(file -> kept(Posix.open(file.toString(), Posix.O_WRONLY), ours))
              .toList();
      int pid =
          zygote.fork(
              new Zygote.Order(
                  site.uid(),
                  site.hostname(),
                  base.ephemeralStorage(),
                  output,
                  socketMount,
                  disk,
                  code,
                  layers,
                  groups));
      return new Launcher.Started(pid, Posix.processDescriptor(pid), Optional.empty());
    } finally {
      ours.forEach(Posix::close);
    }
  }

  private static int kept(int descriptor, List<Integer> list) {
    list.add(descriptor);
    return descriptor;
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

  @Override
  public void close() {
    forks.shutdown();
  }
}
