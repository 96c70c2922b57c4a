package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The conversation with one runtime: what {@link ProcessInstance} needs of the Runtime API and of
 * frames.
 *
 * <p>The two waiting methods block their thread until the runtime answers or {@link #close} is
 * called from elsewhere, which is how exits end them. {@link #invoke} is called by as many threads
 * at a time as the runtime takes calls.
 */
interface RuntimeChannel extends AutoCloseable {
  /**
   * Says how many calls the runtime is to take at a time. To be called before {@link #awaitReady},
   * where that was not known when the channel was made.
   */
  void callsAtATime(int calls);

  /** When the runtime said that it runs, by {@link System#nanoTime}; empty if it has not. */
  OptionalLong greeted();

  /** Waits until the runtime asks for its first event; otherwise why it never will. */
  Optional<Outcome> awaitReady() throws ChannelClosedException;

  /**
   * Gives the runtime an event and waits for its answer. {@link Outcome.BadResponse} means that the
   * runtime cannot be trusted to go on. With several calls at a time, {@link Outcome.TimedOut} is
   * the answer at the deadline; with one, whoever called sees to the deadline.
   */
  Outcome invoke(Invocation invocation) throws ChannelClosedException;

  /** Ends both waits and frees the channel's sockets and threads. Safe to call twice. */
  @Override
  void close();

  /** The channel was closed from either side before the answer came. */
  final class ChannelClosedException extends Exception {
    private static final long serialVersionUID = 1;

    ChannelClosedException(String reason) {
      super(reason);
    }

    ChannelClosedException(String reason, Throwable cause) {
      super(reason, cause);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }
}
