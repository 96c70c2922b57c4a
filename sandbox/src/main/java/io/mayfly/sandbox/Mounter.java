package io.mayfly.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Mounts folders into jails that have been built: a detached copy of the mount is made here and
 * moved into the jail's mount namespace (open_tree(2), move_mount(2), Linux 5.12).
 *
 * <p>On a thread of its own, because stepping into a namespace takes the whole thread there. To be
 * used only while nothing but the platform's own programs runs in the jail.
 */
final class Mounter implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("mayfly-mounter").daemon().factory());

  /** Whether this kernel can. */
  static boolean works() {
    try {
      Posix.close(Posix.detachedMount("/usr"));
      return true;
    } catch (PosixException e) {
      return false;
    }
  }

  /**
   * Mounts a folder, read-only.
   *
   * @param inside a process in the jail
   * @throws PosixException if the kernel refuses
   */
  void mount(Path folder, Path target, int inside) {
    Elsewhere.await(thread.submit(() -> mountHere(folder, target, inside)), "a folder was mounted");
  }

  private static void mountHere(Path folder, Path target, int inside) {
    // Only a thread that shares its root and current folder with no other may change namespaces.
    Posix.unshare(Posix.CLONE_FS);
    int home = Posix.open("/proc/thread-self/ns/mnt", Posix.O_RDONLY);
    int mount = -1;
    int jail = -1;
    try {
      mount = Posix.detachedMount(folder.toString());
      jail = Posix.open(namespace(inside).toString(), Posix.O_RDONLY);
      Posix.setNamespace(jail, Posix.CLONE_NEWNS);
      try {
        Posix.attachMount(mount, target.toString());
      } finally {
        Posix.setNamespace(home, Posix.CLONE_NEWNS);
      }
    } finally {
      for (int descriptor : new int[] {home, mount, jail}) {
        if (descriptor >= 0) {
          Posix.close(descriptor);
        }
      }
    }
  }

  /**
   * A process in the jail.
   *
   * @param outside a process of the instance that is not
   * @param processes all of the instance's, by their ids
   */
  static int insider(int outside, List<Integer> processes) {
    Path mounts = link(outside);
    return processes.stream()
        .filter(process -> !link(process).equals(mounts))
        .findFirst()
        .orElseThrow(() -> new PosixException("find a process in the jail", Errno.ESRCH));
  }

  private static Path link(int process) {
    try {
      return Files.readSymbolicLink(namespace(process));
    } catch (IOException e) {
      throw new UncheckedIOException("process " + process + " of a jail is gone", e);
    }
  }

  /** Where the kernel shows the mount namespace of a process. */
  static Path namespace(int process) {
    return Path.of("/proc", Integer.toString(process), "ns", "mnt");
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
