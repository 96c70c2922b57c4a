package io.mayfly.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttSecurityException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Devices, which are Eclipse Paho's clients, publish to a platform. */
final class TestMqtt {
  private static final int KILLS = Integer.getInteger("mayfly.kills", 3);
  private static final int DEVICES = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String[] OPTIONS = {
    "--isolation", "none", "--spares", "0", "--mqtt-port", "0"
  };

  private static URI address(Mayfly mayfly) {
    String line =
        mayfly.announced().stream()
            .filter(each -> each.startsWith("Devices publish to mqtt://"))
            .findFirst()
            .orElseThrow();
    return URI.create(line.substring(line.indexOf("mqtt://")));
  }

  private static MqttClient device(Mayfly mayfly, String id, String secret) throws MqttException {
    String url = "tcp://127.0.0.1:" + address(mayfly).getPort();
    MqttClient client = new MqttClient(url, id, new MemoryPersistence());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setUserName(mayfly.accessKey());
    options.setPassword(secret.toCharArray());
    client.setTimeToWait(PATIENCE.toMillis());
    client.connect(options);
    return client;
  }

  private static MqttClient device(Mayfly mayfly, String id) throws MqttException {
    return device(mayfly, id, mayfly.secretKey());
  }

  private static void publish(MqttClient client, String topic, String payload)
      throws MqttException {
    client.publish(topic, payload.getBytes(UTF_8), 1, false);
  }

  private static SqsClient queues(Mayfly mayfly) {
    return SqsClient.builder()
        .endpointOverride(mayfly.endpoint())
        .region(Region.of(mayfly.region()))
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(mayfly.accessKey(), mayfly.secretKey())))
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(2)))
        .build();
  }

  private static String arn(String service, String resource) {
    return "arn:aws:%s:us-east-1:000000000000:%s".formatted(service, resource);
  }

  /** A queue that the rule of its name may write to; its URL. */
  private static String queue(SqsClient sqs, String name) {
    return queue(sqs, name, "iot.amazonaws.com", arn("iot", "rule/" + name));
  }

  private static String queue(SqsClient sqs, String name, String service, String source) {
    String policy =
        """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "%s"},
         "Action": "sqs:SendMessage", "Resource": "%s", "Condition": {"ArnEquals": {"aws:SourceArn": "%s"}}}]}
        """
            .formatted(service, arn("sqs", name), source);
    return sqs.createQueue(
            request ->
                request.queueName(name).attributes(Map.of(QueueAttributeName.POLICY, policy)))
        .queueUrl();
  }

  private static String mqtt(Mayfly mayfly, String... words) {
    List<String> all = new ArrayList<>(List.of("mqtt"));
    all.addAll(List.of(words));
    return Distribution.cli(mayfly, all.toArray(String[]::new)).ok().out();
  }

  /** All bodies in a queue, until it has given those that are expected; they are deleted. */
  private static Set<String> drain(SqsClient sqs, String url, Set<String> expected) {
    Set<String> bodies = new HashSet<>();
    Eventually.holds(
        PATIENCE,
        () -> {
          List<Message> some =
              sqs.receiveMessage(request -> request.queueUrl(url).maxNumberOfMessages(10))
                  .messages();
          for (Message message : some) {
            bodies.add(message.body());
            sqs.deleteMessage(
                request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
          }
          return bodies.containsAll(expected);
        });
    return bodies;
  }

  @Test
  void whatDevicesPublishReachesQueuesAndFunctionsByRules() throws Exception {
    try (Mayfly mayfly = Mayfly.start(OPTIONS);
        SqsClient sqs = queues(mayfly)) {
      String url = queue(sqs, "readings");
      mayfly
          .functions()
          .deployPython("heard", "def handler(event, context):\n  print('heard', event)\n");
      assertThat(
              mqtt(
                  mayfly,
                  "rules",
                  "add",
                  "readings",
                  "--topic",
                  "machines/+/readings",
                  "--to",
                  arn("sqs", "readings")))
          .contains("readings is in force.")
          .doesNotContain("But");
      String[] alarm = {
        "rules",
        "add",
        "alarms",
        "--topic",
        "machines/#",
        "--to",
        arn("lambda", "function:heard"),
        "--with-topic",
        "--pattern",
        "{\"celsius\": [{\"numeric\": [\">\", 90]}]}"
      };
      assertThat(mqtt(mayfly, alarm)).contains("cannot be told").contains("iot.amazonaws.com");
      mayfly
          .functions()
          .client()
          .addPermission(
              request ->
                  request
                      .functionName("heard")
                      .statementId("rule")
                      .action("lambda:InvokeFunction")
                      .principal("iot.amazonaws.com")
                      .sourceArn(arn("iot", "rule/alarms")));
      assertThat(mqtt(mayfly, alarm)).contains("alarms is in force.").doesNotContain("But");

      MqttClient device = device(mayfly, "press-7");
      publish(device, "machines/7/readings", "{\"celsius\": 20}");
      publish(device, "machines/7/readings", "{\"celsius\": 91}");
      assertThat(drain(sqs, url, Set.of("{\"celsius\": 20}", "{\"celsius\": 91}"))).hasSize(2);
      mayfly.awaitLog("heard", "'payload': {'celsius': 91}");
      assertThat(mayfly.functionLog("heard"))
          .contains("'topic': 'machines/7/readings', 'clientid': 'press-7'")
          .doesNotContain("{'celsius': 20}");

      assertThat(mqtt(mayfly)).contains("1 clients connected, 2 rules");
      assertThat(Json.of(mqtt(mayfly, "--json")).path("port").asInt())
          .isEqualTo(address(mayfly).getPort());
      Reply metrics =
          Signing.of(mayfly)
              .service("mayfly")
              .request("GET", mayfly.endpoint() + "/_mayfly/metrics", new byte[0])
              .send();
      assertThat(metrics.text())
          .contains("mayfly_mqtt_connections 1")
          .contains("mayfly_mqtt_messages_total{qos=\"1\",result=\"stored\"} 2")
          .contains("mayfly_mqtt_rule_deliveries_total{result=\"delivered\"} 3");
      assertThatThrownBy(() -> device(mayfly, "other", "wrong"))
          .isInstanceOf(MqttSecurityException.class);
      device.disconnect();
      device.close();

      mqtt(mayfly, "rules", "remove", "alarms");
      mayfly.restart();
      assertThat(Json.of(mqtt(mayfly, "rules", "--json")).valueStream().toList())
          .singleElement()
          .satisfies(
              rule -> assertThat(rule.path("topic").asString()).isEqualTo("machines/+/readings"));
    }
  }

  private static void aws(Mayfly mayfly, String... words) {
    List<String> all = new ArrayList<>(List.of("--endpoint-url", mayfly.endpoint().toString()));
    all.addAll(List.of(words));
    Tools.aws(mayfly, all.toArray(String[]::new)).ok();
  }

  @Test
  void aRoleBringsWhatDevicesPublishToTopicsAndEventBuses() throws Exception {
    try (Mayfly mayfly = Mayfly.start(OPTIONS);
        SqsClient sqs = queues(mayfly)) {
      String topic = arn("sns", "fleet");
      String byTopic = queue(sqs, "by-topic", "sns.amazonaws.com", topic);
      String byBus = queue(sqs, "by-bus", "events.amazonaws.com", arn("events", "rule/fleet"));
      aws(mayfly, "sns", "create-topic", "--name", "fleet");
      aws(
          mayfly,
          "sns",
          "subscribe",
          "--topic-arn",
          topic,
          "--protocol",
          "sqs",
          "--notification-endpoint",
          arn("sqs", "by-topic"),
          "--attributes",
          "RawMessageDelivery=true");
      aws(
          mayfly,
          "events",
          "put-rule",
          "--name",
          "fleet",
          "--event-pattern",
          "{\"source\": [\"mayfly.mqtt\"], \"detail\": {\"celsius\": [91]}}");
      aws(
          mayfly,
          "events",
          "put-targets",
          "--rule",
          "fleet",
          "--targets",
          "Id=1,InputPath=$.detail,Arn=" + arn("sqs", "by-bus"));
      aws(
          mayfly,
          "iam",
          "create-role",
          "--role-name",
          "fleet",
          "--assume-role-policy-document",
          "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"iot.amazonaws.com\"}, \"Action\": \"sts:AssumeRole\"}]}");
      aws(
          mayfly,
          "iam",
          "put-role-policy",
          "--role-name",
          "fleet",
          "--policy-name",
          "tell",
          "--policy-document",
          "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"sns:Publish\", \"events:PutEvents\"], \"Resource\": \"*\"}]}");
      assertThat(
              mqtt(
                  mayfly,
                  "rules",
                  "add",
                  "fleet",
                  "--topic",
                  "fleet/+",
                  "--to",
                  topic,
                  arn("events", "event-bus/default"),
                  "--role",
                  "arn:aws:iam::000000000000:role/fleet"))
          .contains("fleet is in force.")
          .doesNotContain("But");
      MqttClient device = device(mayfly, "press-7");
      publish(device, "fleet/7", "{\"celsius\":91}");
      assertThat(drain(sqs, byTopic, Set.of("{\"celsius\":91}"))).hasSize(1);
      assertThat(drain(sqs, byBus, Set.of("{\"celsius\":91}"))).hasSize(1);
      device.disconnect();
      device.close();
    }
  }

  /** The messages that were acknowledged before the platform died. */
  private static Set<String> flood(Mayfly mayfly, int round, int until) throws Exception {
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    CountDownLatch enough = new CountDownLatch(until);
    try (ExecutorService devices = Executors.newCachedThreadPool()) {
      for (int i = 0; i < DEVICES; i++) {
        MqttClient device = device(mayfly, "device-" + i);
        String name = round + "-" + i + "-";
        devices.execute(
            () -> {
              try {
                for (int number = 0; ; number++) {
                  String payload = "\"" + name + number + "\"";
                  publish(device, "flood/" + name, payload);
                  acknowledged.add(payload);
                  enough.countDown();
                }
              } catch (MqttException killed) {
                // Which is what the test is about.
              }
            });
      }
      enough.await();
      mayfly.kill9();
    }
    return acknowledged;
  }

  @Test
  void everythingThatWasAcknowledgedIsInItsQueueWhenThePlatformIsKilledInAFlood() throws Exception {
    try (Mayfly mayfly = Mayfly.start(OPTIONS)) {
      try (SqsClient sqs = queues(mayfly)) {
        queue(sqs, "flood");
        mqtt(mayfly, "rules", "add", "flood", "--topic", "flood/+", "--to", arn("sqs", "flood"));
      }
      for (int kill = 1; kill <= KILLS; kill++) {
        Set<String> acknowledged = flood(mayfly, kill, 150 * kill);
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(150 * kill);
        mayfly.restart();
        try (SqsClient sqs = queues(mayfly)) {
          String url = sqs.getQueueUrl(request -> request.queueName("flood")).queueUrl();
          assertThat(drain(sqs, url, acknowledged)).containsAll(acknowledged);
        }
      }
    }
  }

  @Test
  void noiseOnThePortTakesNoMemoryAndHarmsNobody() throws Exception {
    try (Mayfly mayfly = Mayfly.start(OPTIONS)) {
      MqttClient device = device(mayfly, "good");
      publish(device, "t", "1");
      long before = resident(mayfly);
      Random random = new Random(23);
      List<Socket> open = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), address(mayfly).getPort());
        open.add(socket);
        byte[] noise = new byte[1 + random.nextInt(60_000)];
        random.nextBytes(noise);
        if (random.nextBoolean()) {
          // The beginning of what might be a CONNECT, and never ends.
          noise = new byte[] {0x10, (byte) 0x80, 0x7F, 0, 4, 'M', 'Q', 'T', 'T', 4};
        }
        try {
          socket.getOutputStream().write(noise);
        } catch (SocketException refused) {
          // The platform was quicker.
        }
        if (i % 100 == 0) {
          publish(device, "t", "still served");
        }
      }
      publish(device, "t", "still served");
      assertThat(resident(mayfly) - before).isLessThan(100_000);
      for (Socket socket : open) {
        socket.close();
      }
      device.disconnect();
      device.close();
    }
  }

  /** Kilobytes of memory that a platform has. */
  private static long resident(Mayfly mayfly) throws IOException {
    return java.nio.file.Files.readAllLines(Path.of("/proc/" + mayfly.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  @Test
  void withoutItsPortNothingOfItIsLoaded() {
    Mayfly mayfly = Mayfly.shared();
    assertThat(mqtt(mayfly)).contains("MQTT is off");
    assertThat(loaded(mayfly)).contains("io.mayfly.queue.SqliteQueues").doesNotContain("io.netty");
    try (Mayfly listening = Mayfly.start(OPTIONS)) {
      assertThat(loaded(listening)).contains("io.netty");
    }
  }

  private static String loaded(Mayfly mayfly) {
    return Ran.command(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(mayfly.pid()),
                "GC.class_histogram",
                "-all"),
            Map.of())
        .ok()
        .out();
  }
}
