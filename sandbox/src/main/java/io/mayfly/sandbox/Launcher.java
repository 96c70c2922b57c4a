package io.mayfly.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;

/**
 * Starts every instance's first process, on one thread that lives as long as the platform.
 *
 * <p>One thread for two reasons. Instances ask the kernel to be killed with their parent, and to
 * the kernel the parent is the thread that started them. And namespaces belong to threads: this one
 * steps into a new network namespace, where it makes the instance's listener and its first process,
 * so nothing has to be moved into a namespace by process id. It never steps back (that takes rights
 * over the machine's namespace which a rootless platform does not have) but on into the next one;
 * nothing else runs on it.
 */
final class Launcher implements AutoCloseable {
  /** The address of the Runtime API in every instance's own network. */
  static final InetSocketAddress RUNTIME_API =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9001);

  private static final int BACKLOG = 16;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("mayfly-launcher").daemon().factory());

  /**
   * What to start.
   *
   * @param descriptors the process's descriptors, and which of ours they are
   * @param disk what to mount for it alone
   */
  record Plan(
      List<String> command,
      List<String> environment,
      Map<Integer, Integer> descriptors,
      String directory,
      int spawnFlags,
      Network network,
      Optional<Disk> disk) {}

  /** What a process sees of networks. */
  enum Network {
    /** The machine's network. */
    HOST,
    /** A network of its own, with a loopback interface and nothing else. */
    OWN,
    /** The same, with the Runtime API listening at {@link #RUNTIME_API}. */
    OWN_WITH_RUNTIME_API
  }

  /** An image of {@link ScratchDisks}, where it goes and who owns it there. */
  record Disk(Path image, Path target, int owner) {}

  /** What was started. The descriptor and the listener are the caller's to close. */
  record Started(int pid, int processDescriptor, Optional<ServerSocketChannel> listener) {}

  /**
   * Starts a process and waits until it runs.
   *
   * @throws PosixException if the kernel refuses
   */
  Started start(Plan plan) {
    return onThread(() -> launch(plan));
  }

  /**
   * Starts a process in a mount namespace that exists already.
   *
   * @param mounts the namespace's descriptor; programs and folders are looked up in it
   */
  Started startIn(int mounts, Plan plan) {
    return onThread(
        () -> {
          Posix.unshare(plan.network() == Network.HOST ? 0 : Posix.CLONE_NEWNET);
          return started(inMounts(mounts, () -> Spawn.start(plan)), Optional.empty());
        });
  }

  /**
   * A socket in a network namespace that exists already.
   *
   * @param network the namespace's descriptor
   */
  SocketChannel socketIn(int network) {
    return onThread(
        () -> {
          // The next process that is started makes the thread step on.
          Posix.setNamespace(network, Posix.CLONE_NEWNET);
          return SocketChannel.open(StandardProtocolFamily.INET);
        });
  }

  /** Runs {@code work} on the launcher's thread with a mount namespace of its own. */
  void inMountNamespace(IntSupplier work) {
    int ignored = onThread(() -> withOwnMounts(work));
  }

  private <T> T onThread(Callable<T> work) {
    return Elsewhere.await(thread.submit(work), "an instance was started");
  }

  private static Started launch(Plan plan) throws IOException {
    if (plan.network() == Network.HOST) {
      return started(spawn(plan), Optional.empty());
    }
    Posix.unshare(Posix.CLONE_NEWNET);
    Posix.raiseLoopback();
    if (plan.network() == Network.OWN) {
      return started(spawn(plan), Optional.empty());
    }
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.INET);
    try {
      listener.bind(RUNTIME_API, BACKLOG);
      return started(spawn(plan), Optional.of(listener));
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  private static Started started(int pid, Optional<ServerSocketChannel> listener) {
    return new Started(pid, Posix.processDescriptor(pid), listener);
  }

  private static int spawn(Plan plan) {
    if (plan.disk().isEmpty()) {
      return Spawn.start(plan);
    }
    Disk disk = plan.disk().get();
    return withOwnMounts(
        () -> {
          ScratchDisks.mount(disk.image(), disk.target(), disk.owner());
          return Spawn.start(plan);
        });
  }

  /** Runs {@code work} in a mount namespace that ends with it and the processes it starts. */
  private static int withOwnMounts(IntSupplier work) {
    return andBack(
        () -> {
          Posix.unshare(Posix.CLONE_NEWNS);
          // Mounts made on the host still arrive here, but none made here is seen outside.
          Posix.mount("none", "/", "", Posix.MS_REC | Posix.MS_SLAVE, "");
          return work.getAsInt();
        });
  }

  private static int inMounts(int namespace, IntSupplier work) {
    return andBack(
        () -> {
          Posix.setNamespace(namespace, Posix.CLONE_NEWNS);
          return work.getAsInt();
        });
  }

  /** Runs {@code work}, which may leave the thread in another mount namespace. */
  private static int andBack(IntSupplier work) {
    // Only a thread that shares its root and current folder with no other may change namespaces.
    Posix.unshare(Posix.CLONE_FS);
    int host = Posix.open("/proc/thread-self/ns/mnt", Posix.O_RDONLY);
    try {
      return work.getAsInt();
    } finally {
      Posix.setNamespace(host, Posix.CLONE_NEWNS);
      Posix.close(host);
    }
  }

  /** Ends the thread, and with it every instance that is left. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
