package io.mayfly.meter;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts of what is published to topics and of what becomes of it, as SNS has them among its
 * metrics (NumberOfMessagesPublished, NumberOfNotificationsDelivered, ...). The first so many
 * topics have series of their own, the others are one, so that there is a bound on how many series
 * there are. Safe for use by many threads.
 */
public final class TopicMetrics {
  /** Topics that have series of their own. */
  static final int TOPICS = 100;

  private static final String OTHERS = "other";
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Counter published;
  private final Counter notifications;

  TopicMetrics(PrometheusRegistry registry) {
    published =
        Counter.builder()
            .name("mayfly_topic_published_total")
            .help("Messages that were published to topics.")
            .labelNames("topic")
            .register(registry);
    notifications =
        Counter.builder()
            .name("mayfly_topic_notifications_total")
            .help("What subscribers of topics were to be told, by what became of it.")
            .labelNames("topic", "result")
            .register(registry);
  }

  private String label(String topic) {
    if (known.contains(topic)) {
      return topic;
    }
    synchronized (known) {
      return known.size() < TOPICS && known.add(topic) ? topic : OTHERS;
    }
  }

  public void published(String topic) {
    published.labelValues(label(topic)).inc();
  }

  /**
   * Something has become of what a subscriber was to be told.
   *
   * @param result one of a few
   */
  public void notification(String topic, String result) {
    notifications.labelValues(label(topic), result).inc();
  }
}
