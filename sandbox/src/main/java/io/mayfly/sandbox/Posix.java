package io.mayfly.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The calls of Linux and its C library that the jail needs and the JDK does not offer.
 *
 * <p>Each method is one call: it blocks as the call does, and throws {@link PosixException} where
 * the call fails. File descriptors are plain numbers here and owned by the caller. Calls that act
 * on a thread ({@link #unshare}, {@link #setNamespace}) act on the calling platform thread.
 */
final class Posix {
  static final int CLONE_FS = 0x200;
  static final int CLONE_NEWNS = 0x0002_0000;
  static final int CLONE_NEWNET = 0x4000_0000;
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x8_0000;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int SIGTERM = 15;
  static final int SIGKILL = 9;
  static final long MS_NOSUID = 2;
  static final long MS_NODEV = 4;
  static final long MS_NOATIME = 1024;
  static final long MS_REC = 16384;
  static final long MS_SLAVE = 1 << 19;

  private static final int O_NONBLOCK = 0x800;
  private static final int F_SETFL = 4;
  private static final long FIONREAD = 0x541B;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final int SYS_PIDFD_SEND_SIGNAL = 424;
  private static final int SYS_OPEN_TREE = 428;
  private static final int SYS_MOVE_MOUNT = 429;
  private static final int SYS_PIDFD_OPEN = 434;
  private static final int SYS_MOUNT_SETATTR = 442;
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_RECURSIVE = 0x8000;
  private static final int OPEN_TREE_CLONE = 1;
  private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
  // MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID and MOUNT_ATTR_NODEV.
  private static final long READ_ONLY_DATA = 1 | 2 | 4;
  private static final int P_PIDFD = 3;
  private static final int WEXITED = 4;
  private static final int CLD_EXITED = 1;

  private static final CFunction PIPE2 = CFunction.named("pipe2");
  private static final CFunction FCNTL = CFunction.named("fcntl");
  private static final CFunction IOCTL = CFunction.named("ioctl");
  private static final CFunction READ = CFunction.named("read");
  private static final CFunction PREAD = CFunction.named("pread");
  private static final CFunction WRITE = CFunction.named("write");
  private static final CFunction CLOSE = CFunction.named("close");
  private static final CFunction OPEN = CFunction.named("open");
  private static final CFunction KILL = CFunction.named("kill");
  private static final CFunction SYSCALL = CFunction.named("syscall");
  private static final CFunction WAITID = CFunction.named("waitid");
  private static final CFunction UNSHARE = CFunction.named("unshare");
  private static final CFunction SETNS = CFunction.named("setns");
  private static final CFunction MOUNT = CFunction.named("mount");
  private static final CFunction LCHOWN = CFunction.named("lchown");
  private static final CFunction RMDIR = CFunction.named("rmdir");
  private static final CFunction UNLINK = CFunction.named("unlink");
  private static final CFunction SOCKET = CFunction.named("socket");
  private static final CFunction MEMFD_CREATE = CFunction.named("memfd_create");
  private static final CFunction LSEEK = CFunction.named("lseek");
  private static final CFunction EVENTFD = CFunction.named("eventfd");
  private static final CFunction GETUID = CFunction.named("getuid");

  private Posix() {}

  /** A pipe; neither end reaches other programs. */
  record Pipe(int readEnd, int writeEnd) {}

  /** A pipe that other programs read from. */
  static Pipe pipe() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      PIPE2.call(ends.address(), O_CLOEXEC);
      return new Pipe(ends.get(JAVA_INT, 0), ends.get(JAVA_INT, 4));
    }
  }

  /** A pipe that this program reads from, which never blocks it. */
  static Pipe inwardPipe() {
    Pipe pipe = pipe();
    setNonBlocking(pipe.readEnd());
    return pipe;
  }

  /** Has reads and writes that would wait fail. */
  static void setNonBlocking(int fd) {
    FCNTL.call(fd, F_SETFL, O_NONBLOCK);
  }

  /** Bytes that wait in a pipe. */
  static int available(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      IOCTL.call(fd, FIONREAD, count.address());
      return count.get(JAVA_INT, 0);
    }
  }

  /** Bytes read into {@code buffer}; 0 at the end, -1 if there is nothing to read now. */
  static int read(int fd, MemorySegment buffer) {
    while (true) {
      long result = READ.attemptLong(fd, buffer.address(), buffer.byteSize());
      if (result >= 0) {
        return (int) result;
      }
      int errno = (int) -result;
      if (errno == Errno.EAGAIN) {
        return -1;
      }
      if (errno != Errno.EINTR) {
        throw new PosixException("read", errno);
      }
    }
  }

  /** Bytes read from the start of a file into {@code buffer}; 0 if it cannot be read any more. */
  static int readStart(int fd, MemorySegment buffer) {
    long result = PREAD.attemptLong(fd, buffer.address(), buffer.byteSize());
    return (int) Math.max(0, result);
  }

  /** Writes all of {@code bytes}. */
  static void write(int fd, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocateFrom(JAVA_BYTE, bytes);
      long written = 0;
      while (written < bytes.length) {
        written += WRITE.callLong(fd, data.address() + written, bytes.length - written);
      }
    }
  }

  static void close(int fd) {
    CLOSE.call(fd);
  }

  /** Opens an existing file. */
  static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return OPEN.about(path).call(arena.allocateFrom(path).address(), flags | O_CLOEXEC);
    }
  }

  /** An unnamed file in memory that holds {@code content}, to be read from its start. */
  static int memoryFile(String name, byte[] content) {
    int closeOnExec = 1;
    try (Arena arena = Arena.ofConfined()) {
      int fd = MEMFD_CREATE.call(arena.allocateFrom(name).address(), closeOnExec);
      write(fd, content);
      LSEEK.callLong(fd, 0, 0);
      return fd;
    }
  }

  /** Where the next data, or the next hole, of a sparse file begins at or after {@code offset}. */
  static long seek(int fd, long offset, int what) {
    return LSEEK.callLong(fd, offset, what);
  }

  /** A counter that the kernel or another thread raises, and epoll watches. */
  static int eventCounter() {
    return EVENTFD.call(0, O_CLOEXEC | O_NONBLOCK);
  }

  /** Sends a signal to a process or, negative, a process group; it may be gone already. */
  static void kill(int pid, int signal) {
    try {
      KILL.call(pid, signal);
    } catch (PosixException e) {
      ignoreMissingProcess(e);
    }
  }

  /** A descriptor of a child of this process; readable once the child has ended. */
  static int processDescriptor(int pid) {
    return (int) SYSCALL.about("pidfd_open").callLong(SYS_PIDFD_OPEN, pid, 0);
  }

  /** Sends a signal to the process behind the descriptor, never to one that took its number. */
  static void signal(int processDescriptor, int signal) {
    try {
      SYSCALL
          .about("pidfd_send_signal")
          .callLong(SYS_PIDFD_SEND_SIGNAL, processDescriptor, signal, 0, 0, 0);
    } catch (PosixException e) {
      ignoreMissingProcess(e);
    }
  }

  private static void ignoreMissingProcess(PosixException e) {
    if (e.errno() != Errno.ESRCH) {
      throw e;
    }
  }

  /** How a process ended: its exit status, or the signal that killed it. */
  record ExitStatus(int status, boolean signalled) {}

  /** Waits for a child to end and frees its entry in the process table. */
  static ExitStatus reap(int processDescriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(128, 8);
      WAITID.call(P_PIDFD, processDescriptor, info.address(), WEXITED, 0, 0);
      // siginfo_t of SIGCHLD: si_code at 8, si_status at 24 on every 64-bit Linux.
      return new ExitStatus(info.get(JAVA_INT, 24), info.get(JAVA_INT, 8) != CLD_EXITED);
    }
  }

  /** Gives the calling thread namespaces of its own; see unshare(2). */
  static void unshare(int namespaces) {
    UNSHARE.call(namespaces);
  }

  /** Moves the calling thread into a namespace; see setns(2). */
  static void setNamespace(int namespace, int kind) {
    SETNS.call(namespace, kind);
  }

  /** Mounts; an empty {@code type} or {@code options} is none. */
  static void mount(String source, String target, String type, long flags, String options) {
    try (Arena arena = Arena.ofConfined()) {
      MOUNT
          .about(source + " at " + target)
          .call(
              arena.allocateFrom(source).address(),
              arena.allocateFrom(target).address(),
              optional(arena, type).address(),
              flags,
              optional(arena, options).address(),
              0);
    }
  }

  /**
   * A read-only copy of what is mounted at and below a folder, attached nowhere.
   *
   * @return its descriptor
   */
  static int detachedMount(String folder) {
    try (Arena arena = Arena.ofConfined()) {
      int tree =
          (int)
              SYSCALL
                  .about("open_tree " + folder)
                  .callLong(
                      SYS_OPEN_TREE,
                      AT_FDCWD,
                      arena.allocateFrom(folder).address(),
                      OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE,
                      0,
                      0);
      try {
        // struct mount_attr: what to set, what to clear, propagation, user namespace.
        MemorySegment attributes = arena.allocate(32, 8);
        attributes.set(JAVA_LONG, 0, READ_ONLY_DATA);
        SYSCALL
            .about("mount_setattr " + folder)
            .callLong(
                SYS_MOUNT_SETATTR,
                tree,
                arena.allocateFrom("").address(),
                AT_EMPTY_PATH | AT_RECURSIVE,
                attributes.address(),
                attributes.byteSize());
        return tree;
      } catch (PosixException e) {
        close(tree);
        throw e;
      }
    }
  }

  /** Attaches a detached mount in the calling thread's mount namespace. */
  static void attachMount(int mount, String target) {
    try (Arena arena = Arena.ofConfined()) {
      SYSCALL
          .about("move_mount to " + target)
          .callLong(
              SYS_MOVE_MOUNT,
              mount,
              arena.allocateFrom("").address(),
              AT_FDCWD,
              arena.allocateFrom(target).address(),
              MOVE_MOUNT_F_EMPTY_PATH);
    }
  }

  private static MemorySegment optional(Arena arena, String text) {
    return text.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(text);
  }

  /** Changes the owner of a file, not following a symbolic link. */
  static void changeOwner(String path, int uid, int gid) {
    try (Arena arena = Arena.ofConfined()) {
      LCHOWN.about(path).call(arena.allocateFrom(path).address(), uid, gid);
    }
  }

  /** Removes a file's name; it may be gone already. */
  static void unlink(String path) {
    try (Arena arena = Arena.ofConfined()) {
      UNLINK.about(path).call(arena.allocateFrom(path).address());
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Removes an empty folder, looked up in the calling thread's mount namespace. */
  static void removeFolder(String path) {
    try (Arena arena = Arena.ofConfined()) {
      RMDIR.about(path).call(arena.allocateFrom(path).address());
    }
  }

  /** An ioctl whose argument is a number or nothing; answers the call's result. */
  static int control(String what, int fd, long request, long argument) {
    return IOCTL.about("to " + what).call(fd, request, argument);
  }

  /** An ioctl whose argument is a structure in memory. */
  static void control(String what, int fd, long request, MemorySegment argument) {
    IOCTL.about("to " + what).call(fd, request, argument.address());
  }

  /** Brings the loopback interface of the calling thread's network namespace up. */
  static void raiseLoopback() {
    int inet = 2;
    int datagram = 2 | O_CLOEXEC;
    int socket = SOCKET.call(inet, datagram, 0);
    try (Arena arena = Arena.ofConfined()) {
      // struct ifreq: the name in 16 bytes, then the flags IFF_UP and IFF_RUNNING as a short.
      MemorySegment request = arena.allocate(40, 8);
      request.setString(0, "lo");
      request.set(JAVA_SHORT, 16, (short) 0x41);
      control("bring up the loopback interface", socket, SIOCSIFFLAGS, request);
    } finally {
      close(socket);
    }
  }

  /** The user this process runs as. */
  static int userId() {
    return GETUID.call();
  }
}
