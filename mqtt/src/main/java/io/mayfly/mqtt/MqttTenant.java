package io.mayfly.mqtt;

/**
 * What MQTT needs of an account.
 *
 * @param account its twelve digits
 */
public record MqttTenant(String account, TopicRules rules, MqttCounts counts) {}
