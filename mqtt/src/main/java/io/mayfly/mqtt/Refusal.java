package io.mayfly.mqtt;

import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_BAD_AUTHENTICATION_METHOD;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USERNAME_OR_PASSWORD;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_QOS_NOT_SUPPORTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_RETAIN_NOT_SUPPORTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE_5;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_TOPIC_NAME_INVALID;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;

/** Why a client is not let in. */
enum Refusal {
  VERSION(
      CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION,
      CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION,
      "speaks neither MQTT 3.1.1 nor 5"),
  CLIENT_ID(
      CONNECTION_REFUSED_IDENTIFIER_REJECTED,
      CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID,
      "has no client id, or none of at most 128 bytes without control characters"),
  METHOD(
      CONNECTION_REFUSED_NOT_AUTHORIZED,
      CONNECTION_REFUSED_BAD_AUTHENTICATION_METHOD,
      "wants to say who it is by something else than user name and password"),
  PASSWORD(
      CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD,
      CONNECTION_REFUSED_BAD_USERNAME_OR_PASSWORD,
      "has not given an active key pair as user name and password"),
  WILL_TOPIC(
      CONNECTION_REFUSED_NOT_AUTHORIZED,
      CONNECTION_REFUSED_TOPIC_NAME_INVALID,
      "has a will on a topic that is none"),
  WILL_RETAIN(
      CONNECTION_REFUSED_NOT_AUTHORIZED,
      CONNECTION_REFUSED_RETAIN_NOT_SUPPORTED,
      "wants its will retained"),
  WILL_QOS(
      CONNECTION_REFUSED_NOT_AUTHORIZED,
      CONNECTION_REFUSED_QOS_NOT_SUPPORTED,
      "wants its will published with QoS 2"),
  UNAVAILABLE(
      CONNECTION_REFUSED_SERVER_UNAVAILABLE,
      CONNECTION_REFUSED_SERVER_UNAVAILABLE_5,
      "is of an account that cannot be served now");

  /** A refusal on its way to the client. */
  static final class RefusedException extends RuntimeException {
    private final Refusal why;

    RefusedException(Refusal why) {
      super(why.text, null, false, false);
      this.why = why;
    }

    Refusal why() {
      return why;
    }
  }

  private final MqttConnectReturnCode three;
  private final MqttConnectReturnCode five;
  private final String text;

  Refusal(MqttConnectReturnCode three, MqttConnectReturnCode five, String text) {
    this.three = three;
    this.five = five;
    this.text = text;
  }

  /** What MQTT of the client's version calls it. */
  MqttConnectReturnCode code(boolean five) {
    return five ? this.five : three;
  }

  /** For people, behind the client's name. */
  String text() {
    return text;
  }
}
