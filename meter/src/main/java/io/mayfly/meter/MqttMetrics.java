package io.mayfly.meter;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Counts of messages that come over MQTT. Safe for use by many threads. */
public final class MqttMetrics {
  private final Counter published;
  private final Counter told;
  private final Counter sent;

  MqttMetrics(PrometheusRegistry registry) {
    published =
        Counter.builder()
            .name("mayfly_mqtt_messages_total")
            .help("Messages that clients have published, by QoS and result.")
            .labelNames("qos", "result")
            .register(registry);
    told =
        Counter.builder()
            .name("mayfly_mqtt_rule_deliveries_total")
            .help("Targets of rules that were told a message, or could not be, by result.")
            .labelNames("result")
            .register(registry);
    sent =
        Counter.builder()
            .name("mayfly_mqtt_sent_total")
            .help("Messages for clients that have subscribed, by result.")
            .labelNames("result")
            .register(registry);
  }

  /**
   * A client has published a message.
   *
   * @param result one of a few
   */
  public void published(int qos, String result) {
    published.labelValues(Integer.toString(qos), result).inc();
  }

  public void told(boolean delivered) {
    told.labelValues(delivered ? "delivered" : "failed").inc();
  }

  public void sent(boolean delivered) {
    sent.labelValues(delivered ? "sent" : "dropped").inc();
  }
}
