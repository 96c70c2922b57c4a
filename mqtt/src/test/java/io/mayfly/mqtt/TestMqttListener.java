package io.mayfly.mqtt;

import static io.mayfly.mqtt.MqttHarness.KEY;
import static io.mayfly.mqtt.MqttHarness.SECRET;
import static io.mayfly.mqtt.MqttHarness.bodies;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.MessageQueue;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MQTT 3.1.1, by Eclipse Paho's client. */
class TestMqttListener {
  private static final int SECONDS = 20;

  @TempDir Path folder;
  private MqttHarness harness;
  private final List<MqttClient> clients = new ArrayList<>();

  /** What a client hears: messages as {@code TOPIC=PAYLOAD}, and that its connection is lost. */
  private static final class Heard implements MqttCallback {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CountDownLatch lost = new CountDownLatch(1);

    @Override
    public void connectionLost(Throwable cause) {
      lost.countDown();
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
      messages.add(topic + "=" + new String(message.getPayload(), UTF_8));
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}

    String next() throws InterruptedException {
      return String.valueOf(messages.poll(SECONDS, TimeUnit.SECONDS));
    }

    boolean isLost() throws InterruptedException {
      return lost.await(SECONDS, TimeUnit.SECONDS);
    }
  }

  @BeforeEach
  void open() {
    harness = new MqttHarness(folder);
  }

  @AfterEach
  void close() throws MqttException {
    for (MqttClient client : clients) {
      client.disconnectForcibly(0, 0, false);
      client.close();
    }
    harness.close();
  }

  private static MqttConnectOptions options() {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setUserName(KEY);
    options.setPassword(SECRET.toCharArray());
    options.setConnectionTimeout(SECONDS);
    options.setMaxInflight(1_000);
    return options;
  }

  private MqttClient client(String id) throws MqttException {
    MqttClient client = new MqttClient(harness.url(), id, new MemoryPersistence());
    client.setTimeToWait(SECONDS * 1_000L);
    clients.add(client);
    return client;
  }

  private MqttClient connected(String id) throws MqttException {
    MqttClient client = client(id);
    client.connect(options());
    return client;
  }

  private static Heard hear(MqttClient client) {
    Heard heard = new Heard();
    client.setCallback(heard);
    return heard;
  }

  private static void publish(MqttClient client, String topic, int qos, String payload)
      throws MqttException {
    client.publish(topic, payload.getBytes(UTF_8), qos, false);
  }

  private int refused(MqttClient client, MqttConnectOptions options) {
    try {
      client.connect(options);
      return 0;
    } catch (MqttException e) {
      return e.getReasonCode();
    }
  }

  @Test
  void whatIsPublishedReachesItsQueueWithBothQualities() throws MqttException {
    MessageQueue queue = harness.bring("q", "machines/+/readings");
    MqttClient client = connected("c");
    publish(client, "machines/1/readings", 1, "{\"a\": 1}");
    assertThat(queue.depth().ready()).isEqualTo(1);
    publish(client, "machines/2/readings", 0, "{\"a\": 2}");
    publish(client, "elsewhere", 1, "{}");
    assertThat(bodies(queue, 2)).containsExactlyInAnyOrder("{\"a\": 1}", "{\"a\": 2}");
    assertThat(harness.counts().of("qos 1 STORED")).isEqualTo(2);
    assertThat(harness.listener().connections("000000000000")).isEqualTo(1);
  }

  @Test
  void aMessageIsAcknowledgedOnlyWhenItIsOnTheDiskAndInOrder() throws Exception {
    harness.bring("q", "stored");
    CompletableFuture<Void> disk = harness.queues().hold();
    MqttAsyncClient client = new MqttAsyncClient(harness.url(), "c", new MemoryPersistence());
    client.connect(options()).waitForCompletion(SECONDS * 1_000L);
    IMqttDeliveryToken first = client.publish("stored", "1".getBytes(UTF_8), 1, false);
    IMqttDeliveryToken second = client.publish("nowhere", "2".getBytes(UTF_8), 1, false);
    // The server has read both: it answers what came behind them.
    client.subscribe("x", 0).waitForCompletion(SECONDS * 1_000L);
    assertThat(first.isComplete()).isFalse();
    assertThat(second.isComplete()).isFalse();
    disk.complete(null);
    second.waitForCompletion(SECONDS * 1_000L);
    assertThat(first.isComplete()).isTrue();
    client.disconnectForcibly(0, 0, false);
    client.close();
  }

  @Test
  void whatCannotBeStoredIsNotAcknowledgedAndSentAgainByTheClient() throws Exception {
    MessageQueue queue = harness.bring("q", "#");
    CompletableFuture<Void> disk = harness.queues().hold();
    MqttConnectOptions kept = options();
    kept.setCleanSession(false);
    MqttAsyncClient client = new MqttAsyncClient(harness.url(), "c", new MemoryPersistence());
    client.connect(kept).waitForCompletion(SECONDS * 1_000L);
    CountDownLatch lost = new CountDownLatch(1);
    client.setCallback(
        new MqttCallback() {
          @Override
          public void connectionLost(Throwable cause) {
            lost.countDown();
          }

          @Override
          public void messageArrived(String topic, MqttMessage message) {}

          @Override
          public void deliveryComplete(IMqttDeliveryToken token) {}
        });
    IMqttDeliveryToken token = client.publish("t", "1".getBytes(UTF_8), 1, false);
    disk.completeExceptionally(new MayflyException(ErrorCode.SERVICE, "the disk is full"));
    assertThat(lost.await(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(token.isComplete()).isFalse();
    assertThat(harness.counts().of("qos 1 FAILED")).isEqualTo(1);
    harness.queues().hold().complete(null);
    client.connect(kept).waitForCompletion(SECONDS * 1_000L);
    token.waitForCompletion(SECONDS * 1_000L);
    assertThat(bodies(queue, 1)).containsExactly("1");
    client.disconnect().waitForCompletion(SECONDS * 1_000L);
    client.close();
  }

  @Test
  void whoSendsFasterThanTheDiskTakesHasToWait() throws Exception {
    MessageQueue queue = harness.bring("q", "#");
    CompletableFuture<Void> disk = harness.queues().hold();
    MqttAsyncClient client = new MqttAsyncClient(harness.url(), "c", new MemoryPersistence());
    client.connect(options()).waitForCompletion(SECONDS * 1_000L);
    List<IMqttDeliveryToken> tokens = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      tokens.add(client.publish("t", (i + " ".repeat(4_000)).getBytes(UTF_8), 1, false));
    }
    // Another is read, and the first has had all the time in between.
    publish(connected("other"), "t", 0, "-1");
    assertThat(harness.queues().sends()).isLessThan(120);
    disk.complete(null);
    for (IMqttDeliveryToken token : tokens) {
      token.waitForCompletion(SECONDS * 1_000L);
    }
    assertThat(bodies(queue, 901).stream().map(String::strip))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(-1, 900).mapToObj(Integer::toString).toList());
    client.disconnectForcibly(0, 0, false);
    client.close();
  }

  @Test
  void whoHasNoActiveKeyPairIsRefused() throws MqttException {
    MqttConnectOptions wrong = options();
    wrong.setPassword("wrong".toCharArray());
    assertThat(refused(client("a"), wrong))
        .isEqualTo(MqttException.REASON_CODE_FAILED_AUTHENTICATION);
    MqttConnectOptions nobody = new MqttConnectOptions();
    nobody.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    assertThat(refused(client("b"), nobody))
        .isEqualTo(MqttException.REASON_CODE_FAILED_AUTHENTICATION);
    MqttConnectOptions old = options();
    old.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1);
    assertThat(refused(client("c"), old))
        .isEqualTo(MqttException.REASON_CODE_INVALID_PROTOCOL_VERSION);
    MqttConnectOptions kept = options();
    kept.setCleanSession(false);
    assertThat(refused(client("x".repeat(129)), options()))
        .isEqualTo(MqttException.REASON_CODE_INVALID_CLIENT_ID);
    assertThat(refused(client("x".repeat(128)), options())).isZero();
  }

  @Test
  void aKeyThatIsDisabledKeepsNobodyConnected() throws Exception {
    MqttClient client = connected("c");
    Heard heard = hear(client);
    harness.keys().clear();
    publish(client, "t", 0, "1");
    assertThat(heard.isLost()).isTrue();
  }

  @Test
  void whoConnectsWithAnIdThatIsInUseTakesItOver() throws Exception {
    MqttClient first = connected("same");
    Heard heard = hear(first);
    MqttClient second = connected("same");
    assertThat(heard.isLost()).isTrue();
    publish(second, "t", 1, "still here");
    assertThat(harness.listener().connections("000000000000")).isEqualTo(1);
  }

  @Test
  void whatIsNotSupportedEndsTheConnection() throws Exception {
    MqttClient twice = connected("twice");
    Heard heard = hear(twice);
    assertThatThrownBy(() -> publish(twice, "t", 2, "1")).isInstanceOf(MqttException.class);
    assertThat(heard.isLost()).isTrue();
    MqttClient retained = connected("retained");
    heard = hear(retained);
    assertThatThrownBy(() -> retained.publish("t", new byte[1], 1, true))
        .isInstanceOf(MqttException.class);
    assertThat(heard.isLost()).isTrue();
    MqttClient reserved = connected("reserved");
    heard = hear(reserved);
    assertThatThrownBy(() -> publish(reserved, "$aws/things", 1, "1"))
        .isInstanceOf(MqttException.class);
    assertThat(heard.isLost()).isTrue();
    MqttConnectOptions will = options();
    will.setWill("t", new byte[1], 1, true);
    assertThat(refused(client("will"), will)).isEqualTo(MqttException.REASON_CODE_NOT_AUTHORIZED);
  }

  @Test
  void payloadsOf128KilobytesPassAndMoreDoesNot() throws Exception {
    MessageQueue queue = harness.bring("q", "#");
    MqttClient client = connected("c");
    Heard heard = hear(client);
    publish(client, "t", 1, "\"" + "x".repeat(128 * 1024 - 2) + "\"");
    assertThat(MqttHarness.take(queue, 1).getFirst().body()).hasSize(128 * 1024);
    assertThatThrownBy(() -> publish(client, "t", 1, "x".repeat(128 * 1024 + 1)))
        .isInstanceOf(MqttException.class);
    assertThat(heard.isLost()).isTrue();
    assertThat(queue.depth().ready()).isZero();
  }

  @Test
  void aWillIsBroughtToItsTargetsUnlessTheClientSaysThatItGoes() throws Exception {
    MessageQueue queue = harness.bring("q", "last/#");
    MqttConnectOptions options = options();
    options.setWill("last/words", "\"gone\"".getBytes(UTF_8), 1, false);
    MqttClient polite = client("polite");
    polite.connect(options);
    polite.disconnect();
    MqttClient lost = client("lost");
    lost.connect(options);
    connected("lost");
    assertThat(bodies(queue, 1)).containsExactly("\"gone\"");
    assertThat(queue.depth().ready()).isZero();
  }

  @Test
  void whoHasSubscribedHearsWhatIsPublishedOnce() throws Exception {
    MqttClient listener = connected("listener");
    Heard heard = hear(listener);
    listener.subscribe(new String[] {"a/+", "a/#", "b"}, new int[] {0, 1, 2});
    MqttClient sender = connected("sender");
    publish(sender, "c", 1, "0");
    publish(sender, "a/x", 1, "1");
    assertThat(heard.next()).isEqualTo("a/x=1");
    publish(sender, "b", 0, "2");
    assertThat(heard.next()).isEqualTo("b=2");
    listener.unsubscribe("b");
    publish(sender, "b", 1, "3");
    publish(sender, "a", 1, "4");
    assertThat(heard.next()).isEqualTo("a=4");
    publish(listener, "a/own", 1, "5");
    assertThat(heard.next()).isEqualTo("a/own=5");
  }

  @Test
  void subscriptionsThatWouldHaveToBeKeptAndFiltersThatAreNoneFail() throws Exception {
    MqttConnectOptions kept = options();
    kept.setCleanSession(false);
    MqttClient client = client("kept");
    client.connect(kept);
    assertThatThrownBy(() -> client.subscribe("a", 0)).isInstanceOf(MqttException.class);
    MqttClient other = connected("other");
    assertThatThrownBy(() -> other.subscribe("1/2/3/4/5/6/7/8/9", 0))
        .isInstanceOf(MqttException.class);
    assertThatThrownBy(() -> other.subscribe("$share/g/a", 0)).isInstanceOf(MqttException.class);
    for (int i = 0; i < 50; i++) {
      other.subscribe("t/" + i, 0);
    }
    assertThatThrownBy(() -> other.subscribe("t/50", 0)).isInstanceOf(MqttException.class);
    other.subscribe("t/49", 0);
  }

  @Test
  void aPortInUseIsNamed() {
    assertThatThrownBy(
            () ->
                MqttListener.start(
                    new InetSocketAddress("127.0.0.1", harness.listener().port()),
                    (_, _) -> Optional.empty(),
                    InstantSource.system()))
        .isInstanceOf(MayflyException.class)
        .hasMessageContainingAll("port " + harness.listener().port(), "in use", "--mqtt-port");
  }
}
