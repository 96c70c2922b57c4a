package io.mayfly.server;

import io.mayfly.gateway.MqttTable;
import io.mayfly.model.Account;
import io.mayfly.model.TopicRule;
import io.mayfly.mqtt.MqttPort;
import io.mayfly.mqtt.MqttTenant;
import io.mayfly.mqtt.TopicRules;
import io.mayfly.queue.Queues;
import io.mayfly.store.TopicRuleStore;
import io.mayfly.triggers.Targets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What an account has of MQTT, made on first use. Safe for use by many threads. */
final class AccountMqtt implements MqttTable {
  private final Account account;
  private final TopicRuleStore store;
  private final Targets targets;
  private final Queues queues;
  private final CallMeter meter;
  private final Supplier<Optional<MqttPort>> port;
  private final InstantSource clock;
  private final RandomGenerator random;
  private volatile @Nullable MqttTenant made;

  /**
   * Makes nothing yet.
   *
   * @param port where MQTT is listened to, if it is
   */
  AccountMqtt(
      Account account,
      TopicRuleStore store,
      Targets targets,
      Queues queues,
      CallMeter meter,
      Supplier<Optional<MqttPort>> port,
      InstantSource clock,
      RandomGenerator random) {
    this.account = account;
    this.store = store;
    this.targets = targets;
    this.queues = queues;
    this.meter = meter;
    this.port = port;
    this.clock = clock;
    this.random = random;
  }

  /** What the listener needs of the account. */
  MqttTenant tenant() {
    MqttTenant known = made;
    return known != null ? known : make();
  }

  private synchronized MqttTenant make() {
    MqttTenant known = made;
    if (known == null) {
      MqttMeter counts = new MqttMeter(meter.mqtt());
      known =
          new MqttTenant(
              account.id(),
              new TopicRules(account, store, targets, queues, counts, clock, random),
              counts);
      meter.gauge(
          "mayfly_mqtt_connections", "Clients connected over MQTT.", () -> status().connections());
      made = known;
    }
    return known;
  }

  @Override
  public Status status() {
    return new Status(
        port.get().map(MqttPort::port),
        port.get().map(each -> each.connections(account.id())).orElse(0));
  }

  @Override
  public List<TopicRule> rules() {
    return tenant().rules().list();
  }

  @Override
  public List<String> put(TopicRule rule) {
    return tenant().rules().put(rule);
  }

  @Override
  public void remove(String name) {
    tenant().rules().remove(name);
  }
}
