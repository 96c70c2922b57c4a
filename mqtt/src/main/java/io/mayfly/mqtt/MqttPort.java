package io.mayfly.mqtt;

/** Where MQTT is listened to. Safe for use by many threads. */
public interface MqttPort {
  int port();

  /** How many clients of an account are connected. */
  int connections(String account);
}
