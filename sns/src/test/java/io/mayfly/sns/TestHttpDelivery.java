package io.mayfly.sns;

import static io.mayfly.sns.Harness.CALLER;
import static io.mayfly.sns.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mayfly.queue.Delivery;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Messages on their way to HTTP servers, which are real; a test sets the clock for retries. */
@Timeout(120)
class TestHttpDelivery {
  @TempDir Path folder;
  private Harness harness;
  private HttpServer server;
  private final BlockingQueue<Post> posts = new LinkedBlockingQueue<>();
  private volatile ToIntFunction<Post> answers = _ -> 200;

  /** What the server was sent. */
  record Post(String path, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    JsonNode json() {
      return JsonMapper.shared().readTree(body);
    }
  }

  @BeforeEach
  void open() throws IOException {
    harness = new Harness(folder);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  @AfterEach
  void close() {
    harness.close();
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
    Post post =
        new Post(
            exchange.getRequestURI().getPath(),
            headers,
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    int status = answers.applyAsInt(post);
    posts.add(post);
    if (status == 302) {
      exchange.getResponseHeaders().add("Location", "/elsewhere");
    }
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private Post next() {
    try {
      Post post = posts.poll(30, TimeUnit.SECONDS);
      assertThat(post).as("a post").isNotNull();
      return post;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Subscribes the server and confirms as it would; the ARN. */
  private String confirmed(String topic, String url, Map<String, String> attributes) {
    String arn = harness.subscribe(topic, "http", url, attributes);
    JsonNode asked = next().json();
    assertThat(
            new ConfirmSubscription(harness.topics)
                .handle(
                    new ConfirmSubscription.Input(
                        topic, asked.path("Token").asString(), Optional.empty()),
                    CALLER)
                .subscriptionArn())
        .isEqualTo(arn);
    return arn;
  }

  @Test
  void anEndpointIsAskedAndThenTold() {
    String topic = harness.topic("a", Map.of());
    String arn = harness.subscribe(topic, "http", url("/hook?x=1"), Map.of());
    Post asked = next();
    assertThat(asked.header("x-amz-sns-message-type")).isEqualTo("SubscriptionConfirmation");
    assertThat(asked.header("x-amz-sns-topic-arn")).isEqualTo(topic);
    assertThat(asked.header("x-amz-sns-subscription-arn")).isEmpty();
    assertThat(asked.header("content-type")).isEqualTo("text/plain; charset=UTF-8");
    assertThat(asked.header("user-agent")).isEqualTo("Amazon Simple Notification Service Agent");
    assertThat(asked.json().path("Message").asString())
        .startsWith("You have chosen to subscribe to the topic " + topic);
    String token = asked.json().path("Token").asString();
    assertThat(asked.json().path("SubscribeURL").asString())
        .isEqualTo(
            "http://127.0.0.1:9000/_mayfly/sns?Action=ConfirmSubscription&TopicArn=%s&Token=%s"
                .formatted(topic, token));
    harness.publish(topic, "before it is confirmed");
    new ConfirmSubscription(harness.topics)
        .handle(new ConfirmSubscription.Input(topic, token, Optional.empty()), CALLER);
    String id = harness.publish(topic, "m").messageId();
    Post told = next();
    assertThat(told.path()).isEqualTo("/hook");
    assertThat(told.header("x-amz-sns-message-type")).isEqualTo("Notification");
    assertThat(told.header("x-amz-sns-message-id")).isEqualTo(id);
    assertThat(told.header("x-amz-sns-subscription-arn")).isEqualTo(arn);
    assertThat(told.header("x-amz-sns-rawdelivery")).isEmpty();
    assertThat(told.json().path("Message").asString()).isEqualTo("m");
    eventually(() -> harness.count("a", TopicListener.What.DELIVERED) == 1);
    new Unsubscribe(harness.topics).handle(new Unsubscribe.Input(arn), CALLER);
    harness.publish(topic, "to nobody");
    assertThat(posts).isEmpty();
    assertThat(harness.queues.list("sns/")).isEmpty();
  }

  @Test
  void aRawMessageIsTheTextWithTheContentTypeOfItsPolicy() {
    String topic = harness.topic("a", Map.of());
    confirmed(
        topic,
        url("/").replace("//", "//user:pass%20word@"),
        Map.of(
            "RawMessageDelivery",
            "true",
            "DeliveryPolicy",
            "{\"requestPolicy\":{\"headerContentType\":\"application/json\"}}"));
    harness.publish(topic, "{}");
    Post told = next();
    assertThat(told.body()).isEqualTo("{}");
    assertThat(told.header("content-type")).isEqualTo("application/json");
    assertThat(told.header("x-amz-sns-rawdelivery")).isEqualTo("true");
    assertThat(told.header("authorization")).isEqualTo("Basic dXNlcjpwYXNzIHdvcmQ=");
  }

  @Test
  void whatFailsIsTriedAgainByThePolicyAndThenADeadLetter() {
    String topic = harness.topic("a", Map.of());
    confirmed(
        topic,
        url("/"),
        Map.of(
            "DeliveryPolicy",
            "{\"healthyRetryPolicy\":{\"numRetries\":3,\"numNoDelayRetries\":1,\"minDelayTarget\":7,\"maxDelayTarget\":30}}",
            "RedrivePolicy",
            "{\"deadLetterTargetArn\":\"%s\"}".formatted(harness.queue("dead"))));
    answers = _ -> 503;
    String id = harness.publish(topic, "m").messageId();
    Post first = next();
    // The first retry comes at once, the second after seven seconds, the third after thirty.
    assertThat(next()).isEqualTo(first);
    eventually(() -> harness.count("a", TopicListener.What.RETRIED) == 2);
    assertThat(posts).isEmpty();
    harness.later(Duration.ofSeconds(6));
    assertThat(posts).isEmpty();
    harness.later(Duration.ofSeconds(2));
    assertThat(next()).isEqualTo(first);
    eventually(() -> harness.count("a", TopicListener.What.RETRIED) == 3);
    // A restart forgets nothing.
    harness.restart();
    harness.later(Duration.ofSeconds(31));
    assertThat(next()).isEqualTo(first);
    eventually(() -> harness.count("a", TopicListener.What.REDRIVEN) == 1);
    List<Delivery> letters = new ArrayList<>();
    eventually(() -> letters.addAll(harness.take("sqs/dead")));
    Delivery letter = letters.getFirst();
    assertThat(new String(letter.body(), StandardCharsets.UTF_8)).isEqualTo(first.body());
    assertThat(attribute(letter, "ErrorCode")).isEqualTo("503");
    assertThat(attribute(letter, "RequestID")).isEqualTo(id);
    assertThat(posts).isEmpty();
  }

  private static String attribute(Delivery letter, String name) {
    return Optional.ofNullable(letter.attributes().get(name))
        .map(attribute -> new String(attribute.value(), StandardCharsets.UTF_8))
        .orElse("");
  }

  @Test
  void anEndpointThatRefusesIsNotToldAgainButOneThatIsBusyIs() {
    String topic = harness.topic("a", Map.of());
    confirmed(topic, url("/"), Map.of());
    answers = _ -> 404;
    harness.publish(topic, "m");
    var _ = next();
    eventually(() -> harness.count("a", TopicListener.What.FAILED) == 1);
    answers = _ -> 429;
    harness.publish(topic, "n");
    var _ = next();
    eventually(() -> harness.count("a", TopicListener.What.RETRIED) == 1);
    answers = _ -> 302;
    harness.later(Duration.ofSeconds(21));
    assertThat(next().path()).as("nobody is sent elsewhere").isEqualTo("/");
    eventually(() -> harness.count("a", TopicListener.What.RETRIED) == 2);
    answers = _ -> 200;
    harness.later(Duration.ofSeconds(21));
    var _ = next();
    eventually(() -> harness.count("a", TopicListener.What.DELIVERED) == 1);
    assertThat(posts).isEmpty();
  }

  @Test
  void aDeadEndpointDelaysNoOther() throws IOException {
    String topic = harness.topic("a", Map.of());
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String dead =
          harness.subscribe(
              topic, "http", "http://127.0.0.1:" + silent.getLocalPort() + "/", Map.of());
      harness.topics.catalog().subscription(dead.substring(dead.lastIndexOf(':') + 1)).stream()
          .forEach(
              found ->
                  new ConfirmSubscription(harness.topics)
                      .handle(
                          new ConfirmSubscription.Input(topic, found.token(), Optional.empty()),
                          CALLER));
      confirmed(topic, url("/"), Map.of());
      for (int i = 0; i < 200; i++) {
        harness.publish(topic, "m" + i);
      }
      for (int i = 0; i < 200; i++) {
        var _ = next();
      }
      eventually(() -> harness.count("a", TopicListener.What.DELIVERED) == 200);
      assertThat(harness.queues.list("sns/http/").stream().mapToLong(q -> q.depth().ready()).sum())
          .isGreaterThan(0);
    }
  }

  @Test
  void noMoreThanTenAreOnTheirWayAtATime() throws InterruptedException {
    String topic = harness.topic("a", Map.of());
    confirmed(topic, url("/"), Map.of());
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch ten = new CountDownLatch(10);
    CountDownLatch go = new CountDownLatch(1);
    answers =
        _ -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          ten.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          now.decrementAndGet();
          return 200;
        };
    for (int i = 0; i < 40; i++) {
      harness.publish(topic, "m" + i);
    }
    assertThat(ten.await(30, TimeUnit.SECONDS)).isTrue();
    go.countDown();
    eventually(() -> harness.count("a", TopicListener.What.DELIVERED) == 40);
    assertThat(most.get()).isLessThanOrEqualTo(10);
  }

  @Test
  void anotherAccountsEndpointsAreNotOnThisMachine() {
    harness.close();
    harness = new Harness(folder, false);
    String topic = harness.topic("a", Map.of());
    Harness.refused(
        () -> harness.subscribe(topic, "http", url("/"), Map.of()),
        "InvalidParameter",
        "which is not public");
  }

  @Test
  void endlessAnswersAreNotReadToTheirEnd() throws IOException {
    String topic = harness.topic("a", Map.of());
    server.createContext(
        "/endless",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, 0);
          byte[] much = new byte[64 * 1024];
          try {
            while (true) {
              exchange.getResponseBody().write(much);
            }
          } catch (IOException e) {
            posts.add(new Post("/cut", Map.of(), ""));
          }
        });
    String arn = harness.subscribe(topic, "http", url("/endless"), Map.of());
    assertThat(next().path()).isEqualTo("/cut");
    String token =
        harness
            .topics
            .catalog()
            .subscription(arn.substring(arn.lastIndexOf(':') + 1))
            .orElseThrow()
            .token();
    new ConfirmSubscription(harness.topics)
        .handle(new ConfirmSubscription.Input(topic, token, Optional.empty()), CALLER);
    harness.publish(topic, "m");
    assertThat(next().path()).isEqualTo("/cut");
    eventually(() -> harness.count("a", TopicListener.What.DELIVERED) == 1);
    assertThat(List.copyOf(posts)).isEmpty();
  }
}
