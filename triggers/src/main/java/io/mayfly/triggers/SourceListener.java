package io.mayfly.triggers;

import io.mayfly.model.EventSourceMapping;

/** Hears what becomes of the records of event sources. Must not block. */
public interface SourceListener {
  /** What became of a batch. */
  enum Result {
    /** The function has returned, and said of no message that it failed. */
    SUCCESS,
    /** The function has returned and named messages that failed. */
    PARTIAL,
    /** The function failed, or gave an answer that is none. */
    FAILURE,
    /** The function could not be run before the messages were given back. */
    GIVEN_BACK
  }

  /** A batch of so many messages has ended. */
  void ended(EventSourceMapping mapping, int messages, Result result);

  /** So many messages were taken from the queue because the function goes round in a loop. */
  void looped(EventSourceMapping mapping, int messages);

  /** So many records were given up after failures, too old or too large. */
  void discarded(EventSourceMapping mapping, int records);

  /** So many messages matched no filter and were deleted. */
  void filtered(EventSourceMapping mapping, int messages);

  /** The function could not be run, and is to be tried again. */
  void throttled(EventSourceMapping mapping);
}
