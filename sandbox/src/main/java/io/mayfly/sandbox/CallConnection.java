package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.runtimes.frame.FrameException;
import io.mayfly.runtimes.frame.FrameReader;
import io.mayfly.runtimes.frame.FrameWriter;
import io.mayfly.runtimes.frame.GuestFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls over one connection of a guest that is ready, one or several at a time.
 *
 * <p>Nobody waits: whoever makes a call sends it, and the watcher's thread gives every answer to
 * its call. Callers write for each other: who finds the connection free sends what has gathered
 * meanwhile in one write, and what the guest does not take at once the watcher sends on.
 */
final class CallConnection {
  /** How many bytes are read at a time, so that others on the same thread have their turns. */
  private static final long TURN = 1 << 20;

  /** Of 64 calls each an event and the windows that an honest guest has not read yet. */
  private static final int MOST_UNWRITTEN = 1024;

  private final SocketChannel socket;
  private final FrameReader reader;
  private final Consumer<Outcome> uncalled;
  private volatile SocketWatcher.@Nullable Watch watch;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, Call> running = new ConcurrentHashMap<>();

  /** Calls whose caller has its timeout; their answers may still come, and nobody wants them. */
  private final Set<Integer> late = ConcurrentHashMap.newKeySet();

  private final Queue<ByteBuffer[]> outgoing = new ConcurrentLinkedQueue<>();
  private final ReentrantLock writing = new ReentrantLock();

  /** What has been taken to be written and is not; guarded by {@link #writing}. */
  private final Deque<ByteBuffer> unwritten = new ArrayDeque<>();

  /** What ended the conversation; set before the calls that are running then are ended. */
  private final AtomicReference<@Nullable Exception> end = new AtomicReference<>();

  /** A call that the guest has, and has not answered to its end. */
  private static final class Call {
    final Instant deadline;
    final ResponseSink sink;
    final RuntimeChannel.Answer answer;

    /** Its response, if the guest has begun to stream one. Only the reading thread looks at it. */
    @Nullable GuestStream stream;

    Call(Instant deadline, ResponseSink sink, RuntimeChannel.Answer answer) {
      this.deadline = deadline;
      this.sink = sink;
      this.answer = answer;
    }
  }

  /**
   * @param uncalled hears what a guest did that nobody had called
   */
  CallConnection(SocketChannel socket, FrameReader reader, Consumer<Outcome> uncalled) {
    this.socket = socket;
    this.reader = reader;
    this.uncalled = uncalled;
  }

  /** Begins to read answers. */
  void start(SocketWatcher watcher) throws IOException {
    watch = watcher.watch(socket, this::readable, this::writable);
    if (end.get() != null) {
      // The guest had gone already, before the watch was known.
      endWatch();
    }
  }

  private void awaitRoom(boolean wanted) throws IOException {
    SocketWatcher.Watch known = watch;
    if (known == null) {
      throw new IllegalStateException("a call before the guest is ready");
    }
    known.awaitRoom(wanted);
  }

  private void endWatch() {
    SocketWatcher.Watch known = watch;
    if (known != null) {
      known.end();
    }
  }

  /**
   * Makes a call, whose answer comes on the watcher's thread or, if there is none to come, at once.
   *
   * @param sink where the response goes if it is streamed
   */
  void invoke(Invocation invocation, ResponseSink sink, RuntimeChannel.Answer answer) {
    int number = numbers.incrementAndGet();
    // Before the call is known: what cannot be put into a frame throws, and has no answer.
    ByteBuffer[] frame = FrameWriter.frame(number, invocation);
    running.put(number, new Call(invocation.deadline(), sink, answer));
    Exception before = end.get();
    if (before != null) {
      // Whoever set it may have looked at the running calls before this was one.
      if (running.remove(number) != null) {
        answer.closed(ended(before));
      }
      return;
    }
    outgoing.add(frame);
    send();
  }

  /** Answers the calls whose time is up, and says when the next one's is. */
  Instant expire(Instant now) {
    Instant next = Instant.MAX;
    for (Map.Entry<Integer, Call> entry : running.entrySet()) {
      Instant deadline = entry.getValue().deadline;
      if (now.isBefore(deadline)) {
        next = deadline.isBefore(next) ? deadline : next;
      } else {
        expire(entry.getKey(), entry.getValue());
      }
    }
    return next;
  }

  /** First known as late, then not as running: an answer is one or the other's. */
  private void expire(Integer number, Call call) {
    late.add(number);
    if (running.remove(number) != null) {
      call.answer.answered(new Outcome.TimedOut());
    } else {
      late.remove(number);
    }
  }

  /**
   * Writes what waits, or leaves that to whoever is writing: it looks again after it has let go of
   * the connection, so that nothing is left behind.
   */
  private void send() {
    boolean full = false;
    try {
      while (!full && !outgoing.isEmpty() && writing.tryLock()) {
        try {
          full = !write();
        } finally {
          writing.unlock();
        }
      }
    } catch (IOException e) {
      fail(e, Optional.empty());
    }
  }

  /** Writes as much as the guest takes; false if that was not all. */
  private boolean write() throws IOException {
    for (ByteBuffer[] next = outgoing.poll(); next != null; next = outgoing.poll()) {
      for (ByteBuffer part : next) {
        unwritten.addLast(part);
      }
    }
    socket.write(unwritten.toArray(ByteBuffer[]::new));
    while (!unwritten.isEmpty() && !unwritten.getFirst().hasRemaining()) {
      unwritten.removeFirst();
    }
    if (unwritten.size() > MOST_UNWRITTEN) {
      throw new IOException("the runtime does not read what it is told");
    }
    if (!unwritten.isEmpty()) {
      awaitRoom(true);
    }
    return unwritten.isEmpty();
  }

  private void writable() {
    writing.lock();
    try {
      awaitRoom(false);
      var _ = write();
    } catch (IOException e) {
      fail(e, Optional.empty());
    } finally {
      writing.unlock();
    }
    send();
  }

  private void readable() {
    try {
      Optional<GuestFrame> frame = reader.read(TURN);
      while (frame.isPresent() && end.get() == null) {
        if (!(frame.get() instanceof GuestFrame.Streamed part ? take(part) : take(frame.get()))) {
          String what =
              "the runtime sent %s for call %d, which is not running"
                  .formatted(
                      frame.get().getClass().getSimpleName(), FramesChannel.call(frame.get()));
          fail(new IOException(what), bad(what));
          return;
        }
        if (!reader.begun()) {
          return;
        }
        frame = reader.readOn();
      }
      if (reader.ended()) {
        fail(new IOException("the runtime closed its connection"), Optional.empty());
      }
    } catch (FrameException e) {
      // How a guest ended that was killed while it answered, its process tells better.
      boolean cut = e.reason() == FrameException.Reason.TRUNCATED && !running.isEmpty();
      fail(e, cut ? Optional.empty() : bad(String.valueOf(e.getMessage())));
    } catch (GuestStream.DisorderException e) {
      fail(e, bad(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      fail(e, Optional.empty());
    }
  }

  private static Optional<Outcome> bad(String what) {
    return Optional.of(new Outcome.BadResponse(what));
  }

  /** Gives an answer to its call; false if there is no such call. */
  private boolean take(GuestFrame frame) {
    int number = FramesChannel.call(frame);
    Call call = running.remove(number);
    if (call != null) {
      GuestStream stream = call.stream;
      call.answer.answered(stream == null ? FramesChannel.outcome(frame) : stream.outcome(frame));
      return true;
    }
    return late.remove(number);
  }

  /** Gives a part of a response to its call; false if there is no such call. */
  private boolean take(GuestFrame.Streamed part) throws GuestStream.DisorderException {
    int number = part.call();
    Call call = running.get(number);
    if (call == null) {
      return late.contains(number);
    }
    if (call.stream == null) {
      call.stream = new GuestStream(call.sink, bytes -> grant(number, bytes));
    }
    call.stream.take(part);
    return true;
  }

  /** Lets the guest send so many bytes more of a response. */
  private void grant(int number, int bytes) {
    if (running.containsKey(number)) {
      outgoing.add(FrameWriter.window(number, bytes));
      send();
    }
  }

  /** Ends the conversation. Only what ended it first says how: all else comes of that. */
  private void fail(Exception why, Optional<Outcome> outcome) {
    boolean first = end.compareAndSet(null, why);
    endWatch();
    if (first && running.isEmpty()) {
      outcome.ifPresent(uncalled);
    }
    running.forEach(
        (number, call) -> {
          if (running.remove(number) != null) {
            outcome.ifPresentOrElse(call.answer::answered, () -> call.answer.closed(ended(why)));
          }
        });
  }

  private static RuntimeChannel.ChannelClosedException ended(Exception why) {
    return new RuntimeChannel.ChannelClosedException(String.valueOf(why.getMessage()), why);
  }

  /** Ends the conversation and the calls that are running. */
  void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (end.get() == null) {
      fail(new ClosedChannelException(), Optional.empty());
    } else {
      endWatch();
    }
  }
}
