package io.mayfly.sandbox;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What an instance's extensions hear of it as it happens ("Lambda Telemetry API"). Events are JSON
 * objects, made by whoever knows of them; each subscription takes those of its kinds.
 *
 * <p>What happens before extensions can have subscribed is kept for them, within a bound. Any
 * thread may call; nobody waits for a subscriber. Guarded by its own monitor.
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
  private static final int EARLY_CHARACTERS = 256 * 1024;

  private record Event(Kind kind, String json) {}

  private final List<TelemetrySubscription> subscriptions = new CopyOnWriteArrayList<>();
  private final Deque<Event> early = new ArrayDeque<>();
  private int earlyCharacters;
  private boolean open = true;

  /** Whether somebody hears of events, or may still want to. */
  public synchronized boolean wanted() {
    return open || !subscriptions.isEmpty();
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
    if (open) {
      early.addLast(new Event(kind, json));
      earlyCharacters += json.length();
      while (early.size() > EARLY_EVENTS || earlyCharacters > EARLY_CHARACTERS) {
        earlyCharacters -= early.removeFirst().json().length();
      }
    }
    for (TelemetrySubscription each : subscriptions) {
      each.offer(kind, json);
    }
  }

  /** Adds one who wants to know, also of what has happened; false once that is over. */
  synchronized boolean subscribe(TelemetrySubscription subscription) {
    if (!open) {
      return false;
    }
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
