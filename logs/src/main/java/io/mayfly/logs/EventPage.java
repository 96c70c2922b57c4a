package io.mayfly.logs;

import io.mayfly.meter.LogEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * As many events as a page takes: those that come first, or the last of all that come. At most
 * 10,000 and a megabyte, as the API reference has it; 26 bytes of each are counted beside its
 * message, as they are in the quotas.
 */
final class EventPage {
  /** The most events, whatever their size. */
  static final int MOST = 10_000;

  private static final int MOST_BYTES = 1024 * 1024;
  private static final int EVENT_BYTES = 26;

  private final Deque<LogEvent> events = new ArrayDeque<>();
  private final boolean first;
  private final int limit;
  private int bytes;

  /**
   * @param first whether those that come first are kept, or the last
   * @param limit 1 to 10,000
   */
  EventPage(boolean first, Optional<Integer> limit) {
    this.first = first;
    this.limit = limit.orElse(MOST);
  }

  /** Takes an event; false if there is no room for it, which there always is for the last. */
  boolean add(LogEvent event) {
    if (first && !fits(event)) {
      return false;
    }
    while (!fits(event)) {
      bytes -= size(events.removeFirst());
    }
    bytes += size(event);
    events.addLast(event);
    return true;
  }

  private boolean fits(LogEvent event) {
    return events.isEmpty() || (events.size() < limit && bytes + size(event) <= MOST_BYTES);
  }

  private static int size(LogEvent event) {
    return event.bytes() + EVENT_BYTES;
  }

  /** In the order in which they came. */
  List<LogEvent> events() {
    return List.copyOf(events);
  }
}
