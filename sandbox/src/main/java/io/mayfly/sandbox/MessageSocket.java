package io.mayfly.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;

/**
 * One end of a connection that carries whole messages and, beside them, file descriptors (unix(7),
 * SCM_RIGHTS). Blocks the calling thread, which should be a platform thread.
 */
final class MessageSocket {
  private static final int UNIX = 1;
  private static final int SEQUENCED_PACKETS = 5;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int LONGEST = 4096;

  private static final CFunction PAIR = CFunction.named("socketpair");
  private static final CFunction SEND = CFunction.named("sendmsg");
  private static final CFunction RECEIVE = CFunction.named("recv");
  private static final CFunction SET_OPTION = CFunction.named("setsockopt");

  private final int descriptor;

  private MessageSocket(int descriptor) {
    this.descriptor = descriptor;
  }

  /** A socket and the descriptor of its other end, for another program. */
  record Pair(MessageSocket ours, int theirs) {}

  /**
   * A new connection.
   *
   * @param patience how long {@link #receive} waits at most
   */
  static Pair pair(Duration patience) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      PAIR.call(UNIX, SEQUENCED_PACKETS | Posix.O_CLOEXEC, 0, ends.address(), 0, 0);
      int ours = ends.get(JAVA_INT, 0);
      MemorySegment time = arena.allocate(16, 8);
      time.set(JAVA_LONG, 0, patience.toSeconds());
      time.set(JAVA_LONG, 8, patience.toNanosPart() / 1000);
      SET_OPTION.call(ours, SOL_SOCKET, SO_RCVTIMEO, time.address(), time.byteSize(), 0);
      return new Pair(new MessageSocket(ours), ends.get(JAVA_INT, 4));
    }
  }

  /** Sends a message; the descriptors stay the caller's to close. */
  void send(byte[] message, List<Integer> descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      // struct iovec: where, how much.
      MemorySegment part = arena.allocate(16, 8);
      part.set(JAVA_LONG, 0, arena.allocateFrom(JAVA_BYTE, message).address());
      part.set(JAVA_LONG, 8, message.length);
      // struct msghdr: name, its length, parts, their number, ancillary data, its length, flags.
      MemorySegment header = arena.allocate(56, 8);
      header.set(JAVA_LONG, 16, part.address());
      header.set(JAVA_LONG, 24, 1);
      if (!descriptors.isEmpty()) {
        // struct cmsghdr: length, level, type, and the data.
        long length = 16 + 4L * descriptors.size();
        MemorySegment ancillary = arena.allocate((length + 7) / 8 * 8, 8);
        ancillary.set(JAVA_LONG, 0, length);
        ancillary.set(JAVA_INT, 8, SOL_SOCKET);
        ancillary.set(JAVA_INT, 12, SCM_RIGHTS);
        for (int index = 0; index < descriptors.size(); index++) {
          ancillary.set(JAVA_INT, 16 + 4L * index, descriptors.get(index));
        }
        header.set(JAVA_LONG, 32, ancillary.address());
        header.set(JAVA_LONG, 40, ancillary.byteSize());
      }
      SEND.callLong(descriptor, header.address(), MSG_NOSIGNAL);
    }
  }

  /** The next message, up to 4 KB of it; empty when the other end is closed. */
  byte[] receive() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(LONGEST);
      long count = RECEIVE.callLong(descriptor, buffer.address(), LONGEST, 0, 0, 0);
      return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  void close() {
    Posix.close(descriptor);
  }
}
