package io.mayfly.store;

import io.mayfly.model.EventSourceMapping;
import java.util.List;

/** Keeps event source mappings. Every change is on the disk when the method returns. */
public interface EventSourceMappingStore {
  List<EventSourceMapping> mappings();

  void put(EventSourceMapping mapping);

  void remove(String uuid);
}
