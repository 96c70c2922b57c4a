package io.mayfly.store;

import java.util.List;

/**
 * Keeps what an account has of an event bus, as documents that are its owner's alone. Every change
 * is on the disk when the method returns.
 */
public interface EventBusStore {
  /** What a document is about. */
  enum Kind {
    BUS,
    RULE,
    ARCHIVE,
    REPLAY
  }

  /** All documents of a kind, by key. */
  List<String> documents(Kind kind);

  void put(Kind kind, String key, String document);

  void remove(Kind kind, String key);
}
