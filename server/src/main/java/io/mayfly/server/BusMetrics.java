package io.mayfly.server;

import io.mayfly.events.EventBridge;
import io.mayfly.events.EventCounts;

/** What an account's meter shows of its event buses. */
final class BusMetrics {
  private BusMetrics() {}

  static void of(CallMeter meter, EventBridge bridge) {
    EventCounts counts = bridge.counts();
    meter.counter("mayfly_bus_events_total", "Events put on buses.", counts::received);
    meter.counter("mayfly_bus_matched_total", "Rules that events were about.", counts::matched);
    meter.counter("mayfly_bus_delivered_total", "Targets of rules told.", counts::delivered);
    meter.counter(
        "mayfly_bus_retried_total",
        "Targets of rules that could not be told for now, each time.",
        counts::retried);
    meter.counter(
        "mayfly_bus_failed_total", "Targets of rules that could not be told.", counts::failed);
    meter.counter(
        "mayfly_bus_dead_letters_total",
        "What went to dead-letter queues of rules' targets.",
        counts::deadLettered);
    meter.counter(
        "mayfly_bus_dead_letter_errors_total",
        "What could not go to dead-letter queues of rules' targets.",
        counts::deadLettersFailed);
    meter.counter("mayfly_bus_archived_total", "Events archived.", counts::archived);
    meter.counter("mayfly_bus_replayed_total", "Events replayed.", counts::replayed);
  }
}
