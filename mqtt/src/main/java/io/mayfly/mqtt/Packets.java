package io.mayfly.mqtt;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodes;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import java.util.List;
import java.util.Optional;

/** Packets that the server sends. */
final class Packets {
  private Packets() {}

  static MqttConnAckMessage refusal(MqttConnectReturnCode code) {
    return MqttMessageBuilders.connAck().returnCode(code).sessionPresent(false).build();
  }

  static MqttConnAckMessage accepted() {
    return refusal(MqttConnectReturnCode.CONNECTION_ACCEPTED);
  }

  /**
   * Accepts a client that speaks MQTT 5 and says what it may do.
   *
   * @param assigned the id that it was given, if it had none
   * @param keepAlive how often it has to be heard, if it asked for something else
   */
  static MqttConnAckMessage accepted(Optional<String> assigned, Optional<Integer> keepAlive) {
    MqttProperties said = new MqttProperties();
    add(said, MqttProperties.SESSION_EXPIRY_INTERVAL, 0);
    add(said, MqttProperties.RECEIVE_MAXIMUM, MqttLimits.WINDOW);
    add(said, MqttProperties.MAXIMUM_QOS, 1);
    add(said, MqttProperties.RETAIN_AVAILABLE, 0);
    add(said, MqttProperties.MAXIMUM_PACKET_SIZE, MqttLimits.PACKET_BYTES);
    add(said, MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0);
    add(said, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 0);
    assigned.ifPresent(
        id -> said.add(new StringProperty(MqttProperties.ASSIGNED_CLIENT_IDENTIFIER, id)));
    keepAlive.ifPresent(seconds -> add(said, MqttProperties.SERVER_KEEP_ALIVE, seconds));
    return MqttMessageBuilders.connAck()
        .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
        .sessionPresent(false)
        .properties(said)
        .build();
  }

  private static void add(MqttProperties to, int id, int value) {
    to.add(new IntegerProperty(id, value));
  }

  static MqttMessage puback(int packet) {
    return MqttMessageBuilders.pubAck()
        .packetId(packet)
        .reasonCode(MqttReasonCodes.PubAck.SUCCESS.byteValue())
        .properties(MqttProperties.NO_PROPERTIES)
        .build();
  }

  static MqttMessage suback(int packet, List<Integer> codes) {
    return new MqttSubAckMessage(
        header(MqttMessageType.SUBACK),
        new MqttMessageIdAndPropertiesVariableHeader(packet, MqttProperties.NO_PROPERTIES),
        new MqttSubAckPayload(codes));
  }

  static MqttMessage unsuback(int packet, List<Short> codes) {
    return MqttMessageBuilders.unsubAck()
        .packetId(packet)
        .addReasonCodes(codes.toArray(Short[]::new))
        .build();
  }

  static MqttMessage pingresp() {
    return MqttMessage.PINGRESP;
  }

  /** Says why a connection ends, to a client that speaks MQTT 5. */
  static MqttMessage disconnect(MqttReasonCodes.Disconnect reason) {
    return new MqttMessage(
        header(MqttMessageType.DISCONNECT),
        new MqttReasonCodeAndPropertiesVariableHeader(
            reason.byteValue(), MqttProperties.NO_PROPERTIES));
  }

  static MqttMessage publish(String topic, byte[] payload, MqttProperties properties) {
    return new MqttPublishMessage(
        header(MqttMessageType.PUBLISH),
        new MqttPublishVariableHeader(topic, 0, properties),
        Unpooled.wrappedBuffer(payload));
  }

  private static MqttFixedHeader header(MqttMessageType type) {
    return new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0);
  }
}
