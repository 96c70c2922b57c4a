package io.mayfly.mqtt;

import io.mayfly.mqtt.Refusal.RefusedException;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a client says when it connects.
 *
 * @param five whether it speaks MQTT 5, otherwise 3.1.1
 * @param id its own, or one that it is given
 * @param given whether it is
 * @param asked the seconds of its keep-alive, zero for none
 * @param clean whether it expects nothing of it to be kept when it goes
 * @param packetBytes the largest packet that it takes
 */
record Login(
    boolean five,
    String id,
    boolean given,
    String user,
    byte[] password,
    int asked,
    boolean clean,
    int packetBytes,
    Optional<Will> will) {
  /** What is to be published when a client goes without saying so. */
  record Will(String topic, byte[] payload, int qos, MqttProperties properties) {}

  /**
   * Reads it.
   *
   * @throws RefusedException if such a client is not let in
   */
  static Login of(MqttConnectMessage message) {
    MqttConnectVariableHeader header = message.variableHeader();
    MqttConnectPayload payload = message.payload();
    boolean five = header.version() == MqttVersion.MQTT_5.protocolLevel();
    if (!five && header.version() != MqttVersion.MQTT_3_1_1.protocolLevel()) {
      throw new RefusedException(Refusal.VERSION);
    }
    if (property(header, MqttProperties.AUTHENTICATION_METHOD) != null) {
      throw new RefusedException(Refusal.METHOD);
    }
    byte @Nullable [] password = payload.passwordInBytes();
    if (!header.hasUserName() || !header.hasPassword() || password == null) {
      throw new RefusedException(Refusal.PASSWORD);
    }
    String id = payload.clientIdentifier();
    boolean none = id.isEmpty();
    if (none ? !five && !header.isCleanSession() : !isClientId(id)) {
      throw new RefusedException(Refusal.CLIENT_ID);
    }
    int packetBytes =
        property(header, MqttProperties.MAXIMUM_PACKET_SIZE) instanceof Integer most
            ? most
            : Integer.MAX_VALUE;
    return new Login(
        five,
        none ? "mayfly-" + UUID.randomUUID() : id,
        none,
        payload.userName(),
        password,
        header.keepAliveTimeSeconds(),
        // Of MQTT 5, the answer says that nothing is kept.
        five || header.isCleanSession(),
        packetBytes,
        header.isWillFlag() ? Optional.of(will(header, payload)) : Optional.empty());
  }

  private static Will will(MqttConnectVariableHeader header, MqttConnectPayload payload) {
    if (!TopicNames.isTopic(payload.willTopic())) {
      throw new RefusedException(Refusal.WILL_TOPIC);
    }
    if (header.isWillRetain()) {
      throw new RefusedException(Refusal.WILL_RETAIN);
    }
    if (header.willQos() > 1) {
      throw new RefusedException(Refusal.WILL_QOS);
    }
    MqttProperties properties = new MqttProperties();
    for (MqttProperty<?> each : payload.willProperties().listAll()) {
      // The session ends with the connection, and the will is due when either is over.
      if (each.propertyId() != MqttProperties.WILL_DELAY_INTERVAL) {
        properties.add(each);
      }
    }
    return new Will(
        payload.willTopic(), payload.willMessageInBytes(), header.willQos(), properties);
  }

  private static @Nullable Object property(MqttConnectVariableHeader header, int id) {
    MqttProperty<?> property = header.properties().getProperty(id);
    return property == null ? null : property.value();
  }

  private static boolean isClientId(String id) {
    return id.length() <= MqttLimits.CLIENT_ID_BYTES
        && id.getBytes(StandardCharsets.UTF_8).length <= MqttLimits.CLIENT_ID_BYTES
        && id.chars().noneMatch(Character::isISOControl);
  }

  /** How often the client has to be heard, in seconds. */
  int keepAlive() {
    return asked == 0
        ? MqttLimits.KEEP_ALIVE_SECONDS
        : Math.min(asked, MqttLimits.KEEP_ALIVE_SECONDS);
  }

  @Override
  public String toString() {
    return "Login[" + id + " of " + user + "]";
  }
}
