package io.mayfly.mqtt;

import io.mayfly.model.MayflyException;
import io.mayfly.mqtt.MqttCounts.Result;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodes.Disconnect;
import io.netty.handler.codec.mqtt.MqttReasonCodes.SubAck;
import io.netty.handler.codec.mqtt.MqttReasonCodes.UnsubAck;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client that was let in does, as long as it is connected; nothing of it is kept longer. A
 * message of QoS 1 is acknowledged when what follows from it is on the disk, in the order in which
 * they came. Runs on the thread of MQTT.
 */
final class MqttSession {
  /** What another packet around the same message may have more than the one it came in. */
  private static final int MORE_BYTES = 6;

  /** A message on its way to the disk; its packet is 0 if it is not to be acknowledged. */
  private static final class Pending {
    private final int packet;
    private boolean stored;

    Pending(int packet) {
      this.packet = packet;
    }
  }

  /**
   * A message for those who have subscribed.
   *
   * @param bytes the most that a packet with it takes
   */
  private record Live(String topic, byte[] payload, MqttProperties properties, int bytes) {}

  private final MqttClients clients;
  private final MqttConnection connection;
  private final Channel channel;
  private final MqttTenant tenant;
  private final Login login;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private Optional<Login.Will> will;

  MqttSession(
      MqttClients clients,
      MqttConnection connection,
      Channel channel,
      MqttTenant tenant,
      Login login) {
    this.clients = clients;
    this.connection = connection;
    this.channel = channel;
    this.tenant = tenant;
    this.login = login;
    this.will = login.will();
  }

  boolean five() {
    return login.five();
  }

  /** Whether the key pair that it came in with would not let it in any more. */
  boolean expelled() {
    try {
      return clients.open(login.user(), login.password()).isEmpty();
    } catch (MayflyException e) {
      return true;
    }
  }

  boolean takesMore() {
    return pending.size() < MqttLimits.WINDOW;
  }

  void publish(MqttPublishMessage message) {
    Optional<Disconnect> refused = refused(message);
    if (refused.isPresent()) {
      connection.fail(refused.get(), "has published what is refused: " + refused.get());
      return;
    }
    String topic = message.variableHeader().topicName();
    byte[] payload = ByteBufUtil.getBytes(message.payload());
    boolean acknowledged = message.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE;
    Pending next = new Pending(acknowledged ? message.variableHeader().packetId() : 0);
    pending.add(next);
    Live live =
        new Live(
            topic,
            payload,
            message.variableHeader().properties(),
            message.fixedHeader().remainingLength() + MORE_BYTES);
    bring(live, acknowledged ? 1 : 0, failure -> ended(next, failure));
  }

  private static Optional<Disconnect> refused(MqttPublishMessage message) {
    MqttProperties properties = message.variableHeader().properties();
    Disconnect reason = null;
    if (message.fixedHeader().qosLevel().value() > 1) {
      reason = Disconnect.QOS_NOT_SUPPORTED;
    } else if (message.fixedHeader().isRetain()) {
      reason = Disconnect.RETAIN_NOT_SUPPORTED;
    } else if (properties.getProperty(MqttProperties.TOPIC_ALIAS) != null) {
      reason = Disconnect.TOPIC_ALIAS_INVALID;
    } else if (properties.getProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER) != null) {
      reason = Disconnect.PROTOCOL_ERROR;
    } else if (!TopicNames.isTopic(message.variableHeader().topicName())) {
      reason = Disconnect.TOPIC_NAME_INVALID;
    } else if (message.payload().readableBytes() > MqttLimits.PAYLOAD_BYTES) {
      reason = Disconnect.PACKET_TOO_LARGE;
    }
    return Optional.ofNullable(reason);
  }

  /** What happens on the thread of MQTT when something is on the disk, or is not. */
  @FunctionalInterface
  private interface Then {
    void ended(@Nullable Throwable failure);
  }

  private void bring(Live live, int qos, Then then) {
    Intake intake =
        tenant
            .rules()
            .publish(
                new Publication(
                    live.topic(), live.payload(), login.id(), clients.clock().instant()));
    if (intake.stored().isDone() && !intake.stored().isCompletedExceptionally()) {
      brought(live, qos, then, null);
      return;
    }
    clients.writing(intake.bytes());
    connection.readOrPause();
    var _ =
        intake
            .stored()
            .whenComplete(
                (_, failure) ->
                    channel
                        .eventLoop()
                        .execute(
                            () -> {
                              clients.written(intake.bytes());
                              brought(live, qos, then, failure);
                            }));
  }

  private void brought(Live live, int qos, Then then, @Nullable Throwable failure) {
    tenant.counts().published(qos, failure == null ? Result.STORED : Result.FAILED);
    if (failure == null) {
      tell(live);
    }
    then.ended(failure);
  }

  /** Acknowledges what can be; a message that is not on the disk never is, and none behind it. */
  private void ended(Pending message, @Nullable Throwable failure) {
    if (failure != null && message.packet != 0) {
      connection.fail(
          Disconnect.SERVER_BUSY,
          "has to send a message again, which could not be stored: " + failure.getMessage());
    }
    message.stored = true;
    if (connection.closing()) {
      return;
    }
    boolean acknowledged = false;
    while (!pending.isEmpty() && pending.getFirst().stored) {
      int packet = pending.removeFirst().packet;
      if (packet != 0) {
        channel.write(Packets.puback(packet));
        acknowledged = true;
      }
    }
    if (acknowledged) {
      channel.flush();
    }
    connection.readOrPause();
  }

  /** Sends a message to those who have subscribed, once each. */
  private void tell(Live live) {
    TopicTree<Subscription> all = clients.group(tenant).subscriptions();
    if (all.empty()) {
      return;
    }
    Set<MqttConnection> told = new HashSet<>();
    for (Subscription each : all.find(live.topic())) {
      boolean own = each.client() == this;
      if (!(own && each.noLocal()) && told.add(each.client().connection)) {
        each.client().send(live);
      }
    }
  }

  private void send(Live live) {
    if (live.bytes() > login.packetBytes() || connection.closing()) {
      return;
    }
    boolean sent = channel.isWritable() && clients.send(live.bytes());
    tenant.counts().sent(sent);
    if (sent) {
      MqttMessage packet =
          Packets.publish(
              live.topic(),
              live.payload(),
              five() ? live.properties() : MqttProperties.NO_PROPERTIES);
      channel
          .writeAndFlush(packet)
          .addListener((ChannelFutureListener) _ -> clients.sent(live.bytes()));
    }
  }

  void subscribe(MqttSubscribeMessage message) {
    MqttProperties properties = message.idAndPropertiesVariableHeader().properties();
    if (properties.getProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER) != null) {
      connection.fail(
          Disconnect.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED, "has numbered a subscription");
      return;
    }
    List<MqttTopicSubscription> wanted = message.payload().topicSubscriptions();
    if (wanted.isEmpty() || wanted.size() > MqttLimits.FILTERS) {
      connection.fail(
          Disconnect.PROTOCOL_ERROR,
          "has subscribed to %d filters at once, not 1 to %d"
              .formatted(wanted.size(), MqttLimits.FILTERS));
      return;
    }
    List<Integer> codes = new ArrayList<>();
    for (MqttTopicSubscription each : wanted) {
      SubAck code = subscribe(each);
      boolean granted = code == SubAck.GRANTED_QOS_0;
      // MQTT 3.1.1 knows no reasons.
      codes.add((granted || five() ? code : SubAck.UNSPECIFIED_ERROR).byteValue() & 0xFF);
    }
    connection.write(Packets.suback(message.variableHeader().messageId(), codes));
  }

  private SubAck subscribe(MqttTopicSubscription wanted) {
    String filter = wanted.topicFilter();
    if (!login.clean()) {
      // It would have to be kept when the client goes.
      return SubAck.IMPLEMENTATION_SPECIFIC_ERROR;
    }
    if (filter.startsWith("$share/")) {
      return SubAck.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
    }
    if (!TopicNames.isFilter(filter)) {
      return SubAck.TOPIC_FILTER_INVALID;
    }
    if (!subscriptions.containsKey(filter) && subscriptions.size() >= MqttLimits.SUBSCRIPTIONS) {
      return SubAck.QUOTA_EXCEEDED;
    }
    remove(filter);
    Subscription next = new Subscription(this, wanted.option().isNoLocal());
    subscriptions.put(filter, next);
    clients.group(tenant).subscriptions().add(filter, next);
    return SubAck.GRANTED_QOS_0;
  }

  private boolean remove(String filter) {
    Subscription known = subscriptions.remove(filter);
    if (known != null) {
      clients.group(tenant).subscriptions().remove(filter, known);
    }
    return known != null;
  }

  void unsubscribe(MqttUnsubscribeMessage message) {
    List<Short> codes = new ArrayList<>();
    for (String filter : message.payload().topics()) {
      UnsubAck code = remove(filter) ? UnsubAck.SUCCESS : UnsubAck.NO_SUBSCRIPTION_EXISTED;
      codes.add((short) code.byteValue());
    }
    connection.write(Packets.unsuback(message.variableHeader().messageId(), codes));
  }

  /** The client has said that it goes. */
  void forgetWill() {
    will = Optional.empty();
  }

  /** The connection is gone, and all that was of it goes. */
  void end() {
    clients.drop(tenant, login.id(), connection);
    List.copyOf(subscriptions.keySet()).forEach(this::remove);
    Optional<Login.Will> left = clients.stopping() ? Optional.empty() : will;
    will = Optional.empty();
    left.ifPresent(
        last -> {
          byte[] topic = last.topic().getBytes(StandardCharsets.UTF_8);
          int properties = last.properties().isEmpty() ? 0 : MqttLimits.UNKNOWN_BYTES;
          bring(
              new Live(
                  last.topic(),
                  last.payload(),
                  last.properties(),
                  topic.length + last.payload().length + properties + 2 * MORE_BYTES),
              last.qos(),
              failure -> {
                if (failure != null) {
                  clients.say(connection, "has left a will that could not be stored: " + failure);
                }
              });
        });
  }

  @Override
  public String toString() {
    return "%s of account %s".formatted(login.id(), tenant.account());
  }
}
