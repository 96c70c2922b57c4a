package io.mayfly.store;

import java.util.Collection;
import java.util.List;

/**
 * Keeps schedules and their groups, as documents that are their owner's alone. Every change is on
 * the disk when the method returns.
 */
public interface ScheduleStore {
  /** What a document is about. */
  enum Kind {
    GROUP,
    SCHEDULE
  }

  /** All documents of a kind, by key. */
  List<String> documents(Kind kind);

  void put(Kind kind, String key, String document);

  void remove(Kind kind, String key);

  /** Removes a group with schedules of it, all or none. */
  void removeGroup(String key, Collection<String> schedules);
}
