package io.mayfly.mqtt;

import java.time.Instant;

/**
 * What a client has published.
 *
 * @param payload never more than {@link MqttLimits#PAYLOAD_BYTES}
 * @param client the id that it has connected with
 */
record Publication(String topic, byte[] payload, String client, Instant received) {}
