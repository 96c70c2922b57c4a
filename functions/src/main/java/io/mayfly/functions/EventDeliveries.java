package io.mayfly.functions;

import io.mayfly.model.EventSourceMapping;
import java.util.Optional;

/** What brings the records of event sources to functions, as their mappings say. */
public interface EventDeliveries {
  /**
   * How far a mapping is.
   *
   * @param state one of Lambda's, such as {@code Enabled}
   * @param lastResult what came of its last batch; empty if there has been none
   */
  record Status(String state, Optional<String> lastResult) {}

  /**
   * Passes if records can be brought as a mapping says that is to be saved.
   *
   * @throws io.mayfly.model.MayflyException if its source is not there, or its function may not
   *     read it or has not enough time to
   */
  void check(EventSourceMapping mapping);

  /** A mapping is new, or is otherwise from now on. Does not wait. */
  void changed(EventSourceMapping mapping);

  /** A mapping has been deleted. Does not wait. */
  void removed(EventSourceMapping mapping);

  /** How far a mapping is that is there. */
  Status status(EventSourceMapping mapping);

  /** A mapping that has been deleted and has calls under way. */
  Optional<EventSourceMapping> leaving(String uuid);

  /** Brings nothing: every mapping is at once what it is to be. */
  static EventDeliveries none() {
    return new EventDeliveries() {
      @Override
      public void check(EventSourceMapping mapping) {}

      @Override
      public void changed(EventSourceMapping mapping) {}

      @Override
      public void removed(EventSourceMapping mapping) {}

      @Override
      public Status status(EventSourceMapping mapping) {
        return new Status(mapping.enabled() ? "Enabled" : "Disabled", Optional.empty());
      }

      @Override
      public Optional<EventSourceMapping> leaving(String uuid) {
        return Optional.empty();
      }
    };
  }
}
