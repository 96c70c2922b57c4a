package io.mayfly.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Watches every instance's output pipe, process and memory events with one thread.
 *
 * <p>The pump's own platform thread waits in epoll and runs what was registered for a descriptor
 * when it becomes readable. Any thread may register and forget. What runs on the pump must not
 * block: everybody waits for it. A registration is known by a number that is never used again, so
 * an event that was already under way when its descriptor was forgotten finds nothing to run.
 */
final class Pump implements AutoCloseable {
  private static final int EVENTS = 256;
  private static final int ADD = 1;
  private static final int DELETE = 2;
  private static final int READABLE = 1;
  // struct epoll_event is packed on x86-64 and nowhere else.
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
  private static final long EVENT_BYTES = PACKED ? 12 : 16;
  private static final long TOKEN_OFFSET = PACKED ? 4 : 8;

  private static final CFunction CREATE = CFunction.named("epoll_create1");
  private static final CFunction CONTROL = CFunction.named("epoll_ctl");
  private static final CFunction WAIT = CFunction.named("epoll_wait");

  private final System.Logger log = System.getLogger(Pump.class.getName());
  private final Map<Long, LongConsumer> handlers = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong();
  private final int epoll;
  private final int wakeUp;
  private final Thread thread;
  private volatile boolean closed;

  Pump() {
    epoll = CREATE.call(Posix.O_CLOEXEC);
    wakeUp = Posix.eventCounter();
    watch(wakeUp, () -> {});
    thread = Thread.ofPlatform().name("mayfly-pump").daemon().start(this::run);
  }

  /**
   * Runs {@code handler} on the pump's thread whenever {@code descriptor} can be read.
   *
   * @return what {@link #forget} takes
   */
  long watch(int descriptor, Runnable handler) {
    return watch(descriptor, _ -> handler.run());
  }

  /** The same for a handler that takes its own registration's number, to end it by. */
  long watch(int descriptor, LongConsumer handler) {
    long token = tokens.incrementAndGet();
    handlers.put(token, handler);
    control(ADD, descriptor, token);
    return token;
  }

  /** Ends a registration; the descriptor is still the caller's to close. */
  void forget(int descriptor, long token) {
    if (handlers.remove(token) != null) {
      control(DELETE, descriptor, token);
    }
  }

  private void control(int operation, int descriptor, long token) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(EVENT_BYTES, 8);
      event.set(JAVA_INT, 0, READABLE);
      event.set(JAVA_LONG_UNALIGNED, TOKEN_OFFSET, token);
      CONTROL.call(epoll, operation, descriptor, event.address(), 0, 0);
    }
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment events = arena.allocate(EVENT_BYTES * EVENTS, 8);
      while (!closed) {
        int count = await(events);
        for (int index = 0; index < count && !closed; index++) {
          handle(events.get(JAVA_LONG_UNALIGNED, index * EVENT_BYTES + TOKEN_OFFSET));
        }
      }
    }
    Posix.close(epoll);
    Posix.close(wakeUp);
  }

  private int await(MemorySegment events) {
    try {
      return WAIT.call(epoll, events.address(), EVENTS, -1, 0, 0);
    } catch (PosixException e) {
      if (e.errno() == Errno.EINTR) {
        return 0;
      }
      throw e;
    }
  }

  private void handle(long token) {
    LongConsumer handler = handlers.get(token);
    if (handler == null) {
      return;
    }
    try {
      handler.accept(token);
    } catch (RuntimeException e) {
      // One instance's trouble must not end the thread that serves all of them.
      log.log(System.Logger.Level.ERROR, "an instance's event could not be handled", e);
    }
  }

  /** Ends the thread. Registered descriptors stay their owners'. */
  @Override
  public void close() {
    closed = true;
    Posix.write(wakeUp, new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
