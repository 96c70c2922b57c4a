package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.runtimes.RuntimeLaunch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A runtime's fork server: a process with the runtime loaded that runs no function's code and makes
 * instances' first processes out of itself (docs/design/009-zygote.md).
 *
 * <p>What it makes is a child of the launcher's thread, as everything else that is started. The
 * lock keeps one order's answer from another's; it is held for the time of a fork.
 */
final class Zygote {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int CONTROL_FD = 3;

  private final ReentrantLock lock = new ReentrantLock();
  private final MessageSocket control;
  private final Launcher.Started process;
  private boolean closed;
  private boolean gone;
  private final LongSupplier nanoTime;
  private volatile long lastUsed;

  private Zygote(MessageSocket control, Launcher.Started process, LongSupplier nanoTime) {
    this.control = control;
    this.process = process;
    this.nanoTime = nanoTime;
    this.lastUsed = nanoTime.getAsLong();
  }

  /**
   * What a zygote can make instances of: those of one launch whose program would find the same
   * variables at its start, because it reads them only once.
   */
  record Kind(RuntimeLaunch launch, Map<String, String> startVariables) {
    /**
     * @param environment all variables of an instance
     */
    static Kind of(RuntimeLaunch launch, Map<String, String> environment) {
      List<String> names = launch.waiting().map(RuntimeLaunch.Waiting::variables).orElse(List.of());
      Map<String, String> read = new TreeMap<>();
      environment.forEach(
          (name, value) -> {
            if (names.stream().anyMatch(name::startsWith)) {
              read.put(name, value);
            }
          });
      return new Kind(launch, Map.copyOf(read));
    }
  }

  /**
   * Starts one and waits until it can make instances.
   *
   * @param mounts the mount namespace of a jail with the runtime's files
   * @param environment the variables that it and its instances start with
   * @param filter the system call filter that it puts on every instance
   * @throws PosixException if it does not come to that, saying why
   */
  static Zygote start(
      Machine machine,
      int mounts,
      RuntimeLaunch launch,
      Map<String, String> environment,
      byte[] filter,
      LongSupplier nanoTime) {
    MessageSocket.Pair pair = MessageSocket.pair(PATIENCE);
    Map<Integer, Integer> descriptors = new LinkedHashMap<>();
    for (int standard = 0; standard < CONTROL_FD; standard++) {
      descriptors.put(standard, machine.nullDevice());
    }
    descriptors.put(CONTROL_FD, pair.theirs());
    List<String> variables = new ArrayList<>();
    environment.forEach((name, value) -> variables.add(name + "=" + value));
    Launcher.Started process;
    try {
      process =
          machine
              .launcher()
              .startIn(
                  mounts,
                  new Launcher.Plan(
                      launch.forkServer(),
                      variables,
                      descriptors,
                      "/",
                      Spawn.NEW_SESSION,
                      Launcher.Network.OWN,
                      Optional.empty()));
    } catch (RuntimeException e) {
      pair.ours().close();
      throw e;
    } finally {
      Posix.close(pair.theirs());
    }
    Zygote zygote = new Zygote(pair.ours(), process, nanoTime);
    machine.pump().watch(process.processDescriptor(), token -> zygote.ended(machine.pump(), token));
    try {
      zygote.exchange(filter, List.of());
      return zygote;
    } catch (RuntimeException e) {
      zygote.close();
      throw e;
    }
  }

  /**
   * What is to be made.
   *
   * @param output where standard output and error go
   * @param socket a detached mount of the frames' socket
   * @param disk a detached mount for {@code /tmp}; without, it is in memory
   * @param code a detached mount of the code; without, it comes later
   * @param layers a detached mount of the layers, if there are any and the code is there
   * @param groups descriptors of the files by which control groups are joined
   */
  record Order(
      int uid,
      String hostname,
      DataSize ephemeralStorage,
      int output,
      int socket,
      Optional<Integer> disk,
      Optional<Integer> code,
      Optional<Integer> layers,
      List<Integer> groups) {
    /** One letter for each of {@link #descriptors}; mayfly_zygote.py knows them. */
    private String letters() {
      return "os"
          + (disk.isPresent() ? "t" : "")
          + (code.isPresent() ? "c" : "")
          + (layers.isPresent() ? "l" : "")
          + "j".repeat(groups.size());
    }

    private List<Integer> descriptors() {
      List<Integer> all = new ArrayList<>(List.of(output, socket));
      disk.ifPresent(all::add);
      code.ifPresent(all::add);
      layers.ifPresent(all::add);
      all.addAll(groups);
      return all;
    }

    private byte[] message() {
      String tmp = disk.isPresent() ? "" : Long.toString(ephemeralStorage.bytes());
      return String.join(
              "\0",
              Integer.toString(uid),
              hostname,
              tmp,
              letters(),
              JailCommand.passwd(uid),
              JailCommand.group(uid))
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  /**
   * Makes an instance's first process, which builds the rest of its jail by itself.
   *
   * @return its process id
   * @throws PosixException if it cannot; the zygote is of no more use then
   */
  int fork(Order order) {
    use();
    String answer = exchange(order.message(), order.descriptors());
    return Integer.parseInt(answer);
  }

  private String exchange(byte[] message, List<Integer> descriptors) {
    lock.lock();
    try {
      if (closed) {
        throw new PosixException("fork", Errno.ESRCH);
      }
      control.send(message, descriptors);
      String answer = new String(control.receive(), StandardCharsets.UTF_8);
      if (answer.isEmpty() || answer.startsWith("!")) {
        throw new PosixException("have a zygote fork (" + answer + ")", Errno.ESRCH);
      }
      return answer;
    } catch (PosixException e) {
      end();
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** Somebody may want an instance soon. */
  void use() {
    lastUsed = nanoTime.getAsLong();
  }

  long lastUsed() {
    return lastUsed;
  }

  int pid() {
    return process.pid();
  }

  boolean usable() {
    lock.lock();
    try {
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Runs on the pump's thread. */
  private void ended(Pump pump, long token) {
    pump.forget(process.processDescriptor(), token);
    lock.lock();
    try {
      Posix.reap(process.processDescriptor());
      Posix.close(process.processDescriptor());
      gone = true;
      end();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    if (!closed) {
      closed = true;
      control.close();
      if (!gone) {
        Posix.signal(process.processDescriptor(), Posix.SIGKILL);
      }
    }
  }

  /** Ends it. What it has made goes on. */
  void close() {
    lock.lock();
    try {
      end();
    } finally {
      lock.unlock();
    }
  }
}
