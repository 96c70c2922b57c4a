package io.mayfly.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The calls of Linux and its C library that the jail needs and the JDK does not offer.
 *
 * <p>Each method is one call: it blocks as the call does, and throws {@link PosixException} where
 * the call fails. File descriptors are plain numbers here and owned by the caller. Calls that act
 * on a thread ({@link #unshare}, {@link #setNamespace}) act on the calling platform thread.
 */
final class Posix {
  static final int CLONE_NEWNS = 0x0002_0000;
  static final int CLONE_NEWNET = 0x4000_0000;
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x8_0000;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
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
  private static final int SYS_PIDFD_OPEN = 434;
  private static final int P_PIDFD = 3;
  private static final int WEXITED = 4;
  private static final int CLD_EXITED = 1;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();

  private static final MethodHandle PIPE2 = call("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle FCNTL = variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle IOCTL_ADDRESS =
      variadic("ioctl", 2, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle IOCTL_VALUE =
      variadic("ioctl", 2, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle READ = call("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = call("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle OPEN = variadic("open", 2, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle KILL = call("kill", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SYSCALL =
      variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WAITID =
      call("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle UNSHARE = call("unshare", JAVA_INT, JAVA_INT);
  private static final MethodHandle SETNS = call("setns", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle MOUNT =
      call("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle CHOWN = call("lchown", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle RMDIR = call("rmdir", JAVA_INT, ADDRESS);
  private static final MethodHandle UNLINK = call("unlink", JAVA_INT, ADDRESS);
  private static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle MEMFD = call("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LSEEK = call("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle EVENTFD = call("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle GETUID = call("getuid", JAVA_INT);

  private Posix() {}

  /** A C function by its name in the C library; its first argument becomes {@link #run}'s state. */
  static MethodHandle call(String name, ValueLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(symbol(name), FunctionDescriptor.of(result, arguments), ERRNO);
  }

  private static MethodHandle variadic(String name, int fixed, MemoryLayout... arguments) {
    ValueLayout result = name.equals("syscall") ? JAVA_LONG : JAVA_INT;
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(result, arguments),
        ERRNO,
        Linker.Option.firstVariadicArg(fixed));
  }

  private static MemorySegment symbol(String name) {
    return LINKER
        .defaultLookup()
        .find(name)
        .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no " + name));
  }

  /** One call, with memory for its arguments and for the error number it leaves. */
  @FunctionalInterface
  interface Call {
    long invoke(Arena arena, MemorySegment state) throws Throwable;
  }

  /** Makes a call; a negative result becomes an exception that says what failed and why. */
  static long run(String what, Call call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = call.invoke(arena, state);
      if (result < 0) {
        throw new PosixException(what, state.get(JAVA_INT, 0));
      }
      return result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a C function threw", e);
    }
  }

  /** A pipe; neither end reaches other programs, and the read end never blocks. */
  record Pipe(int readEnd, int writeEnd) {}

  static Pipe pipe() {
    try (Arena outer = Arena.ofConfined()) {
      MemorySegment ends = outer.allocate(JAVA_INT, 2);
      run("pipe2", (arena, state) -> (int) PIPE2.invokeExact(state, ends, O_CLOEXEC));
      Pipe pipe = new Pipe(ends.get(JAVA_INT, 0), ends.get(JAVA_INT, 4));
      run(
          "fcntl",
          (arena, state) -> (int) FCNTL.invokeExact(state, pipe.readEnd(), F_SETFL, O_NONBLOCK));
      return pipe;
    }
  }

  /** Bytes that wait in a pipe. */
  static int available(int fd) {
    try (Arena outer = Arena.ofConfined()) {
      MemorySegment count = outer.allocate(JAVA_INT);
      control("count the bytes in a pipe", fd, FIONREAD, count);
      return count.get(JAVA_INT, 0);
    }
  }

  /** Bytes read into {@code buffer}; 0 at the end, -1 if there is nothing to read now. */
  static int read(int fd, MemorySegment buffer) {
    while (true) {
      try {
        return (int)
            run(
                "read",
                (arena, state) -> (long) READ.invokeExact(state, fd, buffer, buffer.byteSize()));
      } catch (PosixException e) {
        if (e.errno() == Errno.EAGAIN) {
          return -1;
        }
        if (e.errno() != Errno.EINTR) {
          throw e;
        }
      }
    }
  }

  /** Writes all of {@code bytes}. */
  static void write(int fd, byte[] bytes) {
    try (Arena outer = Arena.ofConfined()) {
      MemorySegment data = outer.allocateFrom(JAVA_BYTE, bytes);
      long[] written = {0};
      while (written[0] < bytes.length) {
        MemorySegment rest = data.asSlice(written[0]);
        written[0] +=
            run(
                "write",
                (arena, state) -> (long) WRITE.invokeExact(state, fd, rest, rest.byteSize()));
      }
    }
  }

  static void close(int fd) {
    run("close", (arena, state) -> (int) CLOSE.invokeExact(state, fd));
  }

  /** Opens an existing file. */
  static int open(String path, int flags) {
    int closeOnExec = flags | O_CLOEXEC;
    return (int)
        run(
            "open " + path,
            (arena, state) ->
                (int) OPEN.invokeExact(state, arena.allocateFrom(path), closeOnExec, 0));
  }

  /** An unnamed file in memory that holds {@code content}, to be read from its start. */
  static int memoryFile(String name, byte[] content) {
    int closeOnExec = 1;
    int fd =
        (int)
            run(
                "memfd_create",
                (arena, state) ->
                    (int) MEMFD.invokeExact(state, arena.allocateFrom(name), closeOnExec));
    write(fd, content);
    run("lseek", (arena, state) -> (long) LSEEK.invokeExact(state, fd, 0L, 0));
    return fd;
  }

  /** Where the next data, or the next hole, of a sparse file begins at or after {@code offset}. */
  static long seek(int fd, long offset, int what) {
    return run("lseek", (arena, state) -> (long) LSEEK.invokeExact(state, fd, offset, what));
  }

  /** A counter that the kernel or another thread raises, and epoll watches. */
  static int eventCounter() {
    int flags = O_CLOEXEC | O_NONBLOCK;
    return (int) run("eventfd", (arena, state) -> (int) EVENTFD.invokeExact(state, 0, flags));
  }

  /** Sends a signal to a process or, negative, a process group; it may be gone already. */
  static void kill(int pid, int signal) {
    try {
      run("kill", (arena, state) -> (int) KILL.invokeExact(state, pid, signal));
    } catch (PosixException e) {
      ignoreMissingProcess(e);
    }
  }

  /** A descriptor of a child of this process; readable once the child has ended. */
  static int processDescriptor(int pid) {
    return (int) systemCall("pidfd_open", SYS_PIDFD_OPEN, pid, 0);
  }

  /** Sends a signal to the process behind the descriptor, never to one that took its number. */
  static void signal(int processDescriptor, int signal) {
    try {
      systemCall("pidfd_send_signal", SYS_PIDFD_SEND_SIGNAL, processDescriptor, signal);
    } catch (PosixException e) {
      ignoreMissingProcess(e);
    }
  }

  private static void ignoreMissingProcess(PosixException e) {
    if (e.errno() != Errno.ESRCH) {
      throw e;
    }
  }

  private static long systemCall(String what, long number, long first, long second) {
    return run(
        what, (arena, state) -> (long) SYSCALL.invokeExact(state, number, first, second, 0L, 0L));
  }

  /** How a process ended: its exit status, or the signal that killed it. */
  record ExitStatus(int status, boolean signalled) {}

  /** Waits for a child to end and frees its entry in the process table. */
  static ExitStatus reap(int processDescriptor) {
    try (Arena outer = Arena.ofConfined()) {
      MemorySegment info = outer.allocate(128, 8);
      run(
          "waitid",
          (arena, state) ->
              (int) WAITID.invokeExact(state, P_PIDFD, processDescriptor, info, WEXITED));
      // siginfo_t of SIGCHLD: si_code at 8, si_status at 24 on every 64-bit Linux.
      return new ExitStatus(info.get(JAVA_INT, 24), info.get(JAVA_INT, 8) != CLD_EXITED);
    }
  }

  /** Gives the calling thread namespaces of its own; see unshare(2). */
  static void unshare(int namespaces) {
    run("unshare", (arena, state) -> (int) UNSHARE.invokeExact(state, namespaces));
  }

  /** Moves the calling thread into a namespace; see setns(2). */
  static void setNamespace(int namespace, int kind) {
    run("setns", (arena, state) -> (int) SETNS.invokeExact(state, namespace, kind));
  }

  /** Mounts; an empty {@code type} or {@code options} is none. */
  static void mount(String source, String target, String type, long flags, String options) {
    run(
        "mount " + source + " at " + target,
        (arena, state) ->
            (int)
                MOUNT.invokeExact(
                    state,
                    arena.allocateFrom(source),
                    arena.allocateFrom(target),
                    optional(arena, type),
                    flags,
                    optional(arena, options)));
  }

  private static MemorySegment optional(Arena arena, String text) {
    return text.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(text);
  }

  /** Changes the owner of a file, not following a symbolic link. */
  static void changeOwner(String path, int uid, int gid) {
    run(
        "chown " + path,
        (arena, state) -> (int) CHOWN.invokeExact(state, arena.allocateFrom(path), uid, gid));
  }

  /** Removes a file's name; it may be gone already. */
  static void unlink(String path) {
    try {
      run(
          "unlink " + path,
          (arena, state) -> (int) UNLINK.invokeExact(state, arena.allocateFrom(path)));
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Removes an empty folder, looked up in the calling thread's mount namespace. */
  static void removeFolder(String path) {
    run(
        "rmdir " + path,
        (arena, state) -> (int) RMDIR.invokeExact(state, arena.allocateFrom(path)));
  }

  /** An ioctl whose argument is a number or nothing; answers the call's result. */
  static int control(String what, int fd, long request, long argument) {
    return (int)
        run(what, (arena, state) -> (int) IOCTL_VALUE.invokeExact(state, fd, request, argument));
  }

  /** An ioctl whose argument is a structure in memory. */
  static void control(String what, int fd, long request, MemorySegment argument) {
    run(what, (arena, state) -> (int) IOCTL_ADDRESS.invokeExact(state, fd, request, argument));
  }

  /** Brings the loopback interface of the calling thread's network namespace up. */
  static void raiseLoopback() {
    int inet = 2;
    int datagram = 2 | O_CLOEXEC;
    int socket =
        (int) run("socket", (arena, state) -> (int) SOCKET.invokeExact(state, inet, datagram, 0));
    try (Arena arena = Arena.ofConfined()) {
      // struct ifreq: the name in 16 bytes, then the flags IFF_UP and IFF_RUNNING as a short.
      MemorySegment request = arena.allocate(40, 8);
      request.setString(0, "lo");
      request.set(ValueLayout.JAVA_SHORT, 16, (short) 0x41);
      control("bring up the loopback interface", socket, SIOCSIFFLAGS, request);
    } finally {
      close(socket);
    }
  }

  /** The user this process runs as. */
  static int userId() {
    return (int) run("getuid", (arena, state) -> (int) GETUID.invokeExact(state));
  }
}
