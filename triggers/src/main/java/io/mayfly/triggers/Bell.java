package io.mayfly.triggers;

import io.mayfly.queue.Forward;
import java.time.Instant;
import java.util.List;

/** What an {@link Alarm} does. Called on threads that may block, for one tick at a time. */
public interface Bell {
  /**
   * What is to be written for a tick, in one transaction with the mark that it has rung; nothing if
   * there is nothing to be told.
   *
   * @throws io.mayfly.model.MayflyException if it is to be tried again later
   */
  List<Forward> ring(Tick tick);

  /** The next tick will ring at this moment. Must not block. */
  default void expected(Instant next) {}

  /** Every tick has rung, and there will be none any more. */
  default void over() {}
}
