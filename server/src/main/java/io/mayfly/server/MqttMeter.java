package io.mayfly.server;

import io.mayfly.meter.MqttMetrics;
import io.mayfly.mqtt.MqttCounts;
import java.util.Locale;

/** Tells an account's meter of MQTT. */
record MqttMeter(MqttMetrics metrics) implements MqttCounts {
  @Override
  public void published(int qos, Result result) {
    metrics.published(qos, result.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void told(boolean delivered) {
    metrics.told(delivered);
  }

  @Override
  public void sent(boolean delivered) {
    metrics.sent(delivered);
  }
}
