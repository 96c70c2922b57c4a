package io.mayfly.mqtt;

import static io.mayfly.mqtt.MqttHarness.KEY;
import static io.mayfly.mqtt.MqttHarness.SECRET;
import static io.mayfly.mqtt.MqttHarness.bodies;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.queue.MessageQueue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MQTT 5, by Eclipse Paho's client. */
class TestMqtt5 {
  private static final long PATIENCE = 20_000;

  @TempDir Path folder;
  private MqttHarness harness;
  private final List<MqttAsyncClient> clients = new ArrayList<>();

  /** What a client hears. */
  private static final class Heard implements MqttCallback {
    private final BlockingQueue<MqttMessage> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> ends = new LinkedBlockingQueue<>();

    @Override
    public void disconnected(MqttDisconnectResponse response) {
      ends.add(response.getReturnCode());
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void messageArrived(String topic, MqttMessage message) {
      messages.add(message);
    }

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
  }

  @BeforeEach
  void open() {
    harness = new MqttHarness(folder);
  }

  @AfterEach
  void close() throws MqttException {
    for (MqttAsyncClient client : clients) {
      client.disconnectForcibly(0, 0, false);
      client.close();
    }
    harness.close();
  }

  private static MqttConnectionOptions options() {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(KEY);
    options.setPassword(SECRET.getBytes(UTF_8));
    options.setAutomaticReconnect(false);
    return options;
  }

  private MqttAsyncClient client(String id, Heard heard) throws MqttException {
    MqttAsyncClient client = new MqttAsyncClient(harness.url(), id, new MemoryPersistence());
    client.setCallback(heard);
    clients.add(client);
    return client;
  }

  private IMqttToken connect(MqttAsyncClient client, MqttConnectionOptions options)
      throws MqttException {
    IMqttToken token = client.connect(options);
    token.waitForCompletion(PATIENCE);
    return token;
  }

  private static void publish(MqttAsyncClient client, String topic, int qos, String payload)
      throws MqttException {
    client.publish(topic, payload.getBytes(UTF_8), qos, false).waitForCompletion(PATIENCE);
  }

  @Test
  void theServerSaysWhatItDoesAndGivesIdsToThoseWhoHaveNone() throws Exception {
    MessageQueue queue = harness.bring("q", "#");
    MqttAsyncClient client = client("", new Heard());
    MqttConnectionOptions options = options();
    options.setKeepAliveInterval(5_000);
    MqttProperties said = connect(client, options).getResponseProperties();
    assertThat(said.getMaximumQoS()).isEqualTo(1);
    assertThat(said.isRetainAvailable()).isFalse();
    assertThat(said.getReceiveMaximum()).isEqualTo(100);
    assertThat(said.getServerKeepAlive()).isEqualTo(1_200);
    assertThat(said.getAssignedClientIdentifier()).startsWith("mayfly-");
    assertThat(said.isSubscriptionIdentifiersAvailable()).isFalse();
    assertThat(said.isSharedSubscriptionAvailable()).isFalse();
    publish(client, "t", 1, "{}");
    assertThat(bodies(queue, 1)).containsExactly("{}");
  }

  @Test
  void aWrongPasswordIsToldByItsReason() throws Exception {
    MqttConnectionOptions wrong = options();
    wrong.setPassword("wrong".getBytes(UTF_8));
    assertThatThrownBy(() -> connect(client("c", new Heard()), wrong))
        .isInstanceOfSatisfying(
            MqttException.class, refusal -> assertThat(refusal.getReasonCode()).isEqualTo(0x86));
  }

  @Test
  void whoIsDisconnectedIsToldWhy() throws Exception {
    Heard taken = new Heard();
    connect(client("same", taken), options());
    Heard heard = new Heard();
    MqttAsyncClient second = client("same", heard);
    connect(second, options());
    assertThat(taken.ends.poll(PATIENCE, TimeUnit.MILLISECONDS)).isEqualTo(0x8E);
    harness.keys().clear();
    second.publish("t", new byte[0], 0, false);
    assertThat(heard.ends.poll(PATIENCE, TimeUnit.MILLISECONDS)).isEqualTo(0x87);
  }

  @Test
  void subscribersHearAMessageWithItsPropertiesAndNotTheirOwnIfTheySaySo() throws Exception {
    Heard heard = new Heard();
    MqttAsyncClient client = client("c", heard);
    connect(client, options());
    MqttSubscription quiet = new MqttSubscription("a/#", 0);
    quiet.setNoLocal(true);
    client.subscribe(quiet).waitForCompletion(PATIENCE);
    publish(client, "a/own", 1, "own");
    MqttAsyncClient other = client("other", new Heard());
    connect(other, options());
    MqttProperties properties = new MqttProperties();
    properties.setUserProperties(List.of(new UserProperty("unit", "°C")));
    properties.setContentType("text/plain");
    other
        .publish("a/b", new MqttMessage("1".getBytes(UTF_8), 1, false, properties))
        .waitForCompletion(PATIENCE);
    MqttMessage got = heard.messages.poll(PATIENCE, TimeUnit.MILLISECONDS);
    assertThat(got).hasToString("1");
    assertThat(got.getQos()).isZero();
    assertThat(got.getProperties().getContentType()).isEqualTo("text/plain");
    assertThat(got.getProperties().getUserProperties())
        .containsExactly(new UserProperty("unit", "°C"));
  }

  @Test
  void aWillComesWithADisconnectThatAsksForIt() throws Exception {
    MessageQueue queue = harness.bring("q", "#");
    MqttConnectionOptions options = options();
    options.setWill("last", new MqttMessage("\"gone\"".getBytes(UTF_8), 1, false, null));
    MqttAsyncClient client = client("c", new Heard());
    connect(client, options);
    client.disconnect(PATIENCE, null, null, 0x04, new MqttProperties()).waitForCompletion(PATIENCE);
    assertThat(bodies(queue, 1)).containsExactly("\"gone\"");
  }
}
