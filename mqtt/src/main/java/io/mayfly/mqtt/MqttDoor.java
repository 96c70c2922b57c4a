package io.mayfly.mqtt;

import java.util.Optional;

/** Who may come in. Called on the thread of MQTT. */
@FunctionalInterface
public interface MqttDoor {
  /**
   * The account of a key pair; empty if there is no such pair, or it is not active.
   *
   * @throws io.mayfly.model.MayflyException if the account cannot be served now
   */
  Optional<MqttTenant> open(String accessKeyId, byte[] secretAccessKey);
}
