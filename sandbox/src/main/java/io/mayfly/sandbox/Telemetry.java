package io.mayfly.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What an instance's extensions hear of it as it happens ("Lambda Telemetry API"). Events are JSON
 * objects, made by whoever knows of them; each subscription takes those of its kinds.
 *
 * <p>Of what happens before extensions can have subscribed the first is kept for them, within a
 * bound. Any thread may call; nobody waits for a subscriber. Guarded by its own monitor.
 */
public final class Telemetry {
  /** What an event is about. */
  public enum Kind {
    PLATFORM,
    FUNCTION,
    EXTENSION;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int EARLY_EVENTS = 1000;
  private static final int EARLY_BYTES = 256 * 1024;

  /** What may wait for all subscribers of an instance together. */
  private static final int WAITING_BYTES = 4 * 1024 * 1024;

  /** How often somebody may subscribe in an instance's life, anew or again. */
  static final int MOST_SUBSCRIPTIONS = 64;

  private record Event(Kind kind, byte[] json) {}

  /** How many bytes may still wait for subscribers. Thread-safe. */
  static final class Budget {
    private long left;

    Budget(long bytes) {
      left = bytes;
    }

    synchronized boolean has(int bytes) {
      return bytes <= left;
    }

    /** Takes so many; false if there are not as many. */
    synchronized boolean take(int bytes) {
      if (bytes > left) {
        return false;
      }
      left -= bytes;
      return true;
    }

    synchronized void giveBack(long bytes) {
      left += bytes;
    }
  }

  private final List<TelemetrySubscription> subscriptions = new CopyOnWriteArrayList<>();
  private final List<Event> early = new ArrayList<>();
  private final Budget budget = new Budget(WAITING_BYTES);
  private int earlyBytes;
  private int made;
  private boolean open = true;

  /** Whether somebody hears of events, or may still want to. */
  public synchronized boolean wanted() {
    return open || !subscriptions.isEmpty();
  }

  /** What subscriptions take from. */
  Budget budget() {
    return budget;
  }

  /**
   * Whether somebody has room for an event of so many bytes, or a few more. If not, it is counted
   * as lost, and need not be made.
   */
  public synchronized boolean wants(Kind kind, int bytes) {
    if (open && roomEarly(bytes)) {
      return true;
    }
    for (TelemetrySubscription each : subscriptions) {
      if (each.wants(kind, bytes)) {
        return true;
      }
    }
    for (TelemetrySubscription each : subscriptions) {
      each.lost(kind, bytes);
    }
    return false;
  }

  private boolean roomEarly(int bytes) {
    return early.size() < EARLY_EVENTS && earlyBytes + bytes <= EARLY_BYTES;
  }

  /**
   * Tells of something that happens now.
   *
   * @param record what belongs to it, as JSON
   */
  void tell(Kind kind, String type, String record) {
    tell(
        kind,
        "{\"time\":\"%s\",\"type\":\"%s\",\"record\":%s}"
            .formatted(Instant.now().truncatedTo(ChronoUnit.MILLIS), type, record));
  }

  /** Tells those who want to know. */
  public synchronized void tell(Kind kind, String json) {
    byte[] event = json.getBytes(StandardCharsets.UTF_8);
    if (open && roomEarly(event.length)) {
      early.add(new Event(kind, event));
      earlyBytes += event.length;
    }
    for (TelemetrySubscription each : subscriptions) {
      each.offer(kind, event);
    }
  }

  /** Adds one who wants to know, also of what has happened; false once that is over. */
  synchronized boolean subscribe(TelemetrySubscription subscription) {
    if (!open || made == MOST_SUBSCRIPTIONS) {
      return false;
    }
    made++;
    subscriptions.removeIf(
        each -> {
          boolean replaced = each.subscriber().equals(subscription.subscriber());
          if (replaced) {
            each.close();
          }
          return replaced;
        });
    subscriptions.add(subscription);
    early.forEach(event -> subscription.offer(event.kind(), event.json()));
    return true;
  }

  /** Nobody can subscribe any more. */
  synchronized void closeSubscriptions() {
    open = false;
    early.clear();
  }

  /** Sends what waits, at once. */
  void flush() {
    subscriptions.forEach(TelemetrySubscription::flush);
  }

  /** The instance is gone. */
  void close() {
    closeSubscriptions();
    subscriptions.forEach(TelemetrySubscription::close);
  }
}
