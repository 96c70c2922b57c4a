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
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Frames over a Unix socket, with one of our own guests.
 *
 * <p>Until the guest is ready, whoever waits for it reads its socket, one thread at a time. Then
 * its connections, of which it may open several for several calls at a time, are the watcher's.
 * {@link #close} comes from other threads, and makes a read or accept that is under way fail.
 */
final class FramesChannel implements RuntimeChannel {
  private static final int VERSION = 1;
  // From which on a guest can be started without a function.
  private static final int WAITING_VERSION = 2;
  private static final String JSON = "application/json";

  private final FramesListener listener;
  private final SocketWatcher watcher;

  private volatile int callsAtATime;

  /** The variables of a function that the guest has not been given yet. */
  private volatile Optional<Map<String, String>> due = Optional.empty();

  private volatile OptionalLong greeted = OptionalLong.empty();

  private volatile Consumer<Outcome> uncalled = outcome -> {};

  /** The first one; the only one that a guest with one call at a time has. */
  private @Nullable Connection connection;

  private final List<Connection> connections = new ArrayList<>();
  private boolean closed;

  /** The connections that calls go over. */
  private final List<CallConnection> serving = new CopyOnWriteArrayList<>();

  /** Those with room for a call, as often as they have room. */
  private final Deque<CallConnection> free = new ConcurrentLinkedDeque<>();

  /**
   * @param callsAtATime how many calls the guest is to take at the same time
   */
  FramesChannel(FramesListener listener, SocketWatcher watcher, int callsAtATime) {
    this.listener = listener;
    this.watcher = watcher;
    this.callsAtATime = callsAtATime;
  }

  @Override
  public void callsAtATime(int calls) {
    callsAtATime = calls;
  }

  @Override
  public void whenUncalled(Consumer<Outcome> listener) {
    uncalled = listener;
  }

  @Override
  public OptionalLong greeted() {
    return greeted;
  }

  private record Connection(SocketChannel socket, FrameReader reader, FrameWriter writer) {}

  /**
   * Waits until a guest that was started without a function can be given one; otherwise why it
   * never will. To be called by one thread at a time, before {@link #specialise}.
   */
  Optional<Outcome> awaitWaiting() throws ChannelClosedException {
    return guarded(() -> greet(connect(), WAITING_VERSION));
  }

  /** Gives a waiting guest its function's variables; {@link #awaitReady} is next. */
  void specialise(Map<String, String> environment) throws ChannelClosedException {
    closeIfComplete(0);
    try {
      connected().writer().specialise(environment);
    } catch (IOException e) {
      throw new ChannelClosedException("the runtime's connection broke", e);
    }
  }

  /**
   * Says what a guest that was started without a function is given as soon as it waits for one. To
   * be called before {@link #awaitReady}.
   */
  void specialiseFirst(Map<String, String> environment) {
    due = Optional.of(environment);
  }

  @Override
  public Optional<Outcome> awaitReady() throws ChannelClosedException {
    boolean waiting;
    synchronized (this) {
      waiting = connection != null;
    }
    return guarded(
        () -> {
          Optional<Outcome> refused = Optional.empty();
          if (!waiting) {
            refused = greet(connect(), due.isPresent() ? WAITING_VERSION : VERSION);
            closeIfComplete(0);
          }
          if (refused.isPresent()) {
            return refused;
          }
          if (due.isPresent()) {
            connected().writer().specialise(due.get());
          }
          return start();
        });
  }

  /** One side of a conversation. */
  private interface Exchange {
    Optional<Outcome> run() throws IOException, ChannelClosedException;
  }

  private static Optional<Outcome> guarded(Exchange exchange) throws ChannelClosedException {
    try {
      return exchange.run();
    } catch (FrameException e) {
      return Optional.of(new Outcome.BadResponse(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw new ChannelClosedException("the runtime's connection broke", e);
    }
  }

  private Optional<Outcome> greet(Connection guest, int version)
      throws IOException, ChannelClosedException {
    GuestFrame hello = read(guest);
    if (greeted.isEmpty()) {
      greeted = OptionalLong.of(System.nanoTime());
    }
    return hello instanceof GuestFrame.Hello greeting && greeting.version() >= version
        ? Optional.empty()
        : Optional.of(unexpected("a HELLO of version " + version, hello));
  }

  /**
   * Waits until the guest has said for as many calls as it is to take that it is ready, over the
   * first connection or over further ones. Then nothing in the jail can connect any more.
   */
  private Optional<Outcome> start() throws IOException, ChannelClosedException {
    Connection guest = connected();
    int room = 0;
    while (true) {
      GuestFrame frame = read(guest);
      if (frame instanceof GuestFrame.InitError error) {
        return Optional.of(new Outcome.InitError(error.error(), type(error.errorType())));
      }
      if (!(frame instanceof GuestFrame.Ready ready) || (callsAtATime == 1 && ready.calls() != 1)) {
        return Optional.of(unexpected("READY", frame));
      }
      serveOver(guest, Math.min(ready.calls(), callsAtATime - room));
      room += ready.calls();
      if (closeIfComplete(room)) {
        return Optional.empty();
      }
      guest = connect();
      Optional<Outcome> refused = greet(guest, VERSION);
      if (refused.isPresent()) {
        return refused;
      }
    }
  }

  private void serveOver(Connection guest, int calls) throws IOException {
    if (calls > 0) {
      CallConnection made =
          new CallConnection(guest.socket(), guest.reader(), outcome -> uncalled.accept(outcome));
      serving.add(made);
      for (int i = 0; i < calls; i++) {
        free.addLast(made);
      }
      made.start(watcher);
    }
  }

  /**
   * Lets nobody connect any more once that is not needed: with one call at a time as soon as the
   * guest has connected, before it loads the function. True if it has room for all calls.
   */
  private boolean closeIfComplete(int room) {
    if (callsAtATime == 1 || room >= callsAtATime) {
      listener.close();
    }
    return room >= callsAtATime;
  }

  private Connection connect() throws IOException {
    SocketChannel socket = listener.channel().accept();
    Connection made = new Connection(socket, new FrameReader(socket), new FrameWriter(socket));
    synchronized (this) {
      connections.add(made);
      connection = connection == null ? made : connection;
      if (closed) {
        socket.close();
      }
    }
    return made;
  }

  /**
   * A call that timed out keeps its room for ever: the guest may be busy with it still. Its
   * instance is given no more calls.
   */
  @Override
  public void invoke(Invocation invocation, ResponseSink stream, Answer answer) {
    CallConnection guest = free.pollFirst();
    if (guest == null) {
      throw new IllegalStateException("more calls than " + callsAtATime + " at a time");
    }
    guest.invoke(
        invocation,
        stream,
        new Answer() {
          @Override
          public void answered(Outcome outcome) {
            if (!(outcome instanceof Outcome.TimedOut)) {
              free.addFirst(guest);
            }
            answer.answered(outcome);
          }

          @Override
          public void closed(ChannelClosedException why) {
            free.addFirst(guest);
            answer.closed(why);
          }
        });
  }

  @Override
  public Instant expire(Instant now) {
    return serving.stream()
        .map(each -> each.expire(now))
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }

  private synchronized Connection connected() throws ChannelClosedException {
    if (connection == null) {
      throw new ChannelClosedException("the runtime has not connected");
    }
    return connection;
  }

  /** The number of the call that a frame answers; 0, which no call has, if it answers none. */
  static int call(GuestFrame frame) {
    return switch (frame) {
      case GuestFrame.Result result -> result.call();
      case GuestFrame.HandlerError error -> error.call();
      case GuestFrame.TooLarge tooLarge -> tooLarge.call();
      case GuestFrame.Streamed streamed -> streamed.call();
      case GuestFrame.Hello _, GuestFrame.Ready _, GuestFrame.InitError _ -> 0;
    };
  }

  /** What an answer says. */
  static Outcome outcome(GuestFrame frame) {
    return switch (frame) {
      case GuestFrame.Result result -> new Outcome.Success(result.payload(), JSON);
      case GuestFrame.HandlerError error ->
          new Outcome.HandlerError(error.error(), type(error.errorType()));
      case GuestFrame.TooLarge tooLarge -> new Outcome.ResponseTooLarge(tooLarge.bytes());
      case GuestFrame.Hello _, GuestFrame.Ready _, GuestFrame.InitError _, GuestFrame.Streamed _ ->
          unexpected("an answer", frame);
    };
  }

  private static GuestFrame read(Connection guest) throws IOException, ChannelClosedException {
    return guest
        .reader()
        .read()
        .orElseThrow(() -> new ChannelClosedException("the runtime closed its connection"));
  }

  private static Optional<String> type(String errorType) {
    return errorType.isEmpty() ? Optional.empty() : Optional.of(errorType);
  }

  static Outcome.BadResponse unexpected(String expected, GuestFrame frame) {
    return new Outcome.BadResponse(
        "the runtime sent " + frame.getClass().getSimpleName() + " instead of " + expected);
  }

  @Override
  public void close() {
    List<Connection> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(connections);
    }
    listener.close();
    serving.forEach(CallConnection::close);
    for (Connection each : open) {
      try {
        each.socket().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
