package io.mayfly.triggers;

import io.mayfly.functions.EventDeliveries.Status;
import io.mayfly.model.EventSourceMapping;
import java.time.Duration;

/**
 * Brings the records of one event source to a function, as one mapping says. For any thread; only
 * {@link #interrupt} waits.
 */
public interface MappedSource {
  /** What a mapping's source is read by. */
  interface Kind {
    /**
     * Passes if records can be brought as a mapping says that is to be saved.
     *
     * @throws io.mayfly.model.MayflyException as Lambda refuses it
     */
    void check(EventSourceMapping mapping);

    /** The source of a mapping, which brings nothing before its first {@link #change}. */
    MappedSource open(EventSourceMapping mapping);
  }

  /** What was last said of it. */
  EventSourceMapping mapping();

  /** Starts, stops, or goes on otherwise. */
  void change(EventSourceMapping next);

  /** Takes no more records, for good; calls that are under way end as they do. */
  void stop();

  /** Gives up calls that are under way, so that their records come again. Waits for that. */
  void interrupt(Duration patience);

  /** Whether calls are under way. */
  boolean busy();

  Status status();
}
