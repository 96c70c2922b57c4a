package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import java.util.Optional;

/**
 * The conversation with one runtime: what {@link ProcessInstance} needs of the Runtime API and of
 * frames.
 *
 * <p>The two waiting methods are called by one thread at a time and block it until the runtime
 * answers or {@link #close} is called from elsewhere, which is how deadlines and exits end them.
 */
interface RuntimeChannel extends AutoCloseable {
  /** Waits until the runtime asks for its first event; otherwise why it never will. */
  Optional<Outcome> awaitReady() throws ChannelClosedException;

  /**
   * Gives the runtime an event and waits for its answer. {@link Outcome.BadResponse} means that the
   * runtime cannot be trusted to go on.
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
