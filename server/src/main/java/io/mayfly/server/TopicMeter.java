package io.mayfly.server;

import io.mayfly.meter.TopicMetrics;
import io.mayfly.sns.TopicListener;
import java.util.Locale;

/** Tells an account's meter of topics. */
record TopicMeter(TopicMetrics metrics) implements TopicListener {
  @Override
  public void happened(String topic, What what) {
    if (what == What.PUBLISHED) {
      metrics.published(topic);
    } else {
      metrics.notification(topic, what.name().toLowerCase(Locale.ROOT));
    }
  }
}
