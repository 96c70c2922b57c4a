package io.mayfly.mqtt;

/**
 * That a client wants to be sent what is published on some topics.
 *
 * @param noLocal whether that is not for what it publishes itself
 */
record Subscription(MqttSession client, boolean noLocal) {}
