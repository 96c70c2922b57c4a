package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The conversation with one runtime: what {@link ProcessInstance} needs of the Runtime API and of
 * frames.
 *
 * <p>{@link #awaitReady} blocks its thread until the runtime answers or {@link #close} is called
 * from elsewhere, which is how exits end it. {@link #invoke} is called as often at a time as the
 * runtime takes calls, and waits for nothing.
 */
interface RuntimeChannel extends AutoCloseable {
  /**
   * Says how many calls the runtime is to take at a time. To be called before {@link #awaitReady},
   * where that was not known when the channel was made.
   */
  void callsAtATime(int calls);

  /**
   * Who is to hear of a runtime that does what nobody has called it for and cannot be trusted to go
   * on, between calls. To be called before {@link #awaitReady}.
   */
  void whenUncalled(Consumer<Outcome> listener);

  /** When the runtime said that it runs, by {@link System#nanoTime}; empty if it has not. */
  OptionalLong greeted();

  /** Waits until the runtime asks for its first event; otherwise why it never will. */
  Optional<Outcome> awaitReady() throws ChannelClosedException;

  /**
   * Gives the runtime an event; {@code answer} hears once what comes of it, on a thread that must
   * not block. Blocks no longer than the event takes to be copied. {@link Outcome.BadResponse}
   * means that the runtime cannot be trusted to go on.
   *
   * @param stream where the response goes if the runtime streams it; the outcome has no payload
   *     then
   */
  void invoke(Invocation invocation, ResponseSink stream, Answer answer);

  /**
   * Answers those of several calls whose deadline has passed with {@link Outcome.TimedOut}; the
   * others go on. With one call at a time, whoever called sees to the deadline.
   *
   * @return the next deadline; {@link Instant#MAX} if there is none to see to
   */
  Instant expire(Instant now);

  /** What comes of one call: one of the two, once. */
  interface Answer {
    /** The runtime's answer. */
    void answered(Outcome outcome);

    /** The channel was closed from either side before there was one. */
    void closed(ChannelClosedException why);
  }

  /**
   * Ends the wait and all calls, and frees the channel's sockets and threads. Safe to call twice.
   */
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
