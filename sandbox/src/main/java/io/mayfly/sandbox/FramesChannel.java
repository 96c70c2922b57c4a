package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.frame.FrameException;
import io.mayfly.runtimes.frame.FrameReader;
import io.mayfly.runtimes.frame.FrameWriter;
import io.mayfly.runtimes.frame.GuestFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Frames over a Unix socket, with one of our own guests.
 *
 * <p>Has no thread of its own: whoever waits for the guest reads its socket, one thread at a time.
 * Only {@link #close} comes from other threads, and makes a read or accept that is under way fail.
 */
final class FramesChannel implements RuntimeChannel {
  private static final int VERSION = 1;
  // From which on a guest can be started without a function.
  private static final int WAITING_VERSION = 2;
  private static final String JSON = "application/json";

  private final FramesListener listener;
  private @Nullable Connection connection;
  private boolean closed;
  private int call;

  FramesChannel(FramesListener listener) {
    this.listener = listener;
  }

  private record Connection(SocketChannel socket, FrameReader reader, FrameWriter writer) {}

  /**
   * Waits until a guest that was started without a function can be given one; otherwise why it
   * never will. To be called by one thread at a time, before {@link #specialise}.
   */
  Optional<Outcome> awaitWaiting() throws ChannelClosedException {
    return guarded(() -> greet(WAITING_VERSION));
  }

  /** Gives a waiting guest the variables of its function; {@link #awaitReady} is next. */
  void specialise(Map<String, String> environment) throws ChannelClosedException {
    try {
      connected().writer().specialise(environment);
    } catch (IOException e) {
      throw new ChannelClosedException("the runtime's connection broke", e);
    }
  }

  @Override
  public Optional<Outcome> awaitReady() throws ChannelClosedException {
    boolean waiting;
    synchronized (this) {
      waiting = connection != null;
    }
    return guarded(
        () -> {
          Optional<Outcome> refused = waiting ? Optional.empty() : greet(VERSION);
          return refused.isPresent() ? refused : start();
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

  private Optional<Outcome> greet(int version) throws IOException, ChannelClosedException {
    GuestFrame hello = read(connect());
    return hello instanceof GuestFrame.Hello greeting && greeting.version() >= version
        ? Optional.empty()
        : Optional.of(unexpected("a HELLO of version " + version, hello));
  }

  private Optional<Outcome> start() throws IOException, ChannelClosedException {
    return switch (read(connected())) {
      case GuestFrame.Ready ready -> Optional.empty();
      case GuestFrame.InitError error ->
          Optional.of(new Outcome.InitError(error.error(), type(error.errorType())));
      case GuestFrame.Hello other -> Optional.of(unexpected("READY", other));
      case GuestFrame.Result other -> Optional.of(unexpected("READY", other));
      case GuestFrame.HandlerError other -> Optional.of(unexpected("READY", other));
      case GuestFrame.TooLarge other -> Optional.of(unexpected("READY", other));
    };
  }

  /** The guest connects once; with the listener closed nothing else in the jail can. */
  private Connection connect() throws IOException {
    SocketChannel socket = listener.channel().accept();
    Connection made = new Connection(socket, new FrameReader(socket), new FrameWriter(socket));
    synchronized (this) {
      connection = made;
      if (closed) {
        socket.close();
      }
    }
    listener.close();
    return made;
  }

  @Override
  public Outcome invoke(Invocation invocation) throws ChannelClosedException {
    Connection guest = connected();
    call++;
    try {
      guest.writer().invoke(call, invocation);
      return answer(read(guest));
    } catch (FrameException e) {
      return new Outcome.BadResponse(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new ChannelClosedException("the runtime's connection broke", e);
    }
  }

  private synchronized Connection connected() throws ChannelClosedException {
    if (connection == null) {
      throw new ChannelClosedException("the runtime has not connected");
    }
    return connection;
  }

  private Outcome answer(GuestFrame frame) {
    return switch (frame) {
      case GuestFrame.Result result when result.call() == call ->
          new Outcome.Success(result.payload(), JSON);
      case GuestFrame.HandlerError error when error.call() == call ->
          new Outcome.HandlerError(error.error(), type(error.errorType()));
      case GuestFrame.TooLarge tooLarge when tooLarge.call() == call ->
          new Outcome.ResponseTooLarge(tooLarge.bytes());
      case GuestFrame.Result other -> unexpected("an answer to call " + call, other);
      case GuestFrame.HandlerError other -> unexpected("an answer to call " + call, other);
      case GuestFrame.TooLarge other -> unexpected("an answer to call " + call, other);
      case GuestFrame.Hello other -> unexpected("an answer", other);
      case GuestFrame.Ready other -> unexpected("an answer", other);
      case GuestFrame.InitError other -> unexpected("an answer", other);
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

  private static Outcome.BadResponse unexpected(String expected, GuestFrame frame) {
    return new Outcome.BadResponse(
        "the runtime sent " + frame.getClass().getSimpleName() + " instead of " + expected);
  }

  @Override
  public void close() {
    SocketChannel socket;
    synchronized (this) {
      closed = true;
      socket = connection == null ? null : connection.socket();
    }
    listener.close();
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
