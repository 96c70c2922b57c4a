package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The platform is killed when it has accepted messages that an HTTP endpoint has not been told of:
 * it is told after the next start.
 */
final class TestKilledTopics {
  private static final int MESSAGES = 40;

  private final BlockingQueue<JsonNode> asked = new LinkedBlockingQueue<>();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final CountDownLatch dead = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    JsonNode body =
        Json.of(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    if (body.has("Token")) {
      asked.add(body);
    } else if (dead.getCount() > 0) {
      // Nobody is answered before the platform has been killed.
      try {
        dead.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
      return;
    } else {
      told.add(body.path("MessageId").asString());
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static JsonNode sns(Mayfly mayfly, String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "--endpoint-url";
    all[1] = mayfly.endpoint().toString();
    all[2] = "sns";
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Json.of(Tools.aws(mayfly, all).ok().out());
  }

  @Test
  void everyAcceptedMessageReachesItsEndpointWhenThePlatformIsKilledBefore()
      throws InterruptedException {
    try (Mayfly mayfly = Mayfly.start("--isolation", "none", "--spares", "0")) {
      String topic = sns(mayfly, "create-topic", "--name", "t").path("TopicArn").asString();
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
      sns(
          mayfly,
          "subscribe",
          "--topic-arn",
          topic,
          "--protocol",
          "http",
          "--notification-endpoint",
          url);
      String confirm = asked.take().path("SubscribeURL").asString();
      assertThat(Http.request("GET", confirm).send().status()).isEqualTo(200);
      Set<String> accepted = new HashSet<>();
      for (int i = 0; i < MESSAGES; i++) {
        Reply reply =
            Signing.of(mayfly)
                .header("content-type", "application/x-www-form-urlencoded")
                .service("sns")
                .request(
                    "POST",
                    mayfly.endpoint() + "/",
                    ("Action=Publish&Version=2010-03-31&Message=m" + i + "&TopicArn=" + topic)
                        .getBytes(StandardCharsets.UTF_8))
                .send();
        assertThat(reply.status()).isEqualTo(200);
        String text = reply.text();
        accepted.add(
            text.substring(text.indexOf("<MessageId>") + 11, text.indexOf("</MessageId>")));
      }
      mayfly.kill9();
      dead.countDown();
      assertThat(told).isEmpty();
      assertThat(accepted).hasSize(MESSAGES);
      mayfly.restart();
      Eventually.holds(Duration.ofMinutes(1), () -> told.containsAll(accepted));
      assertThat(told).isEqualTo(accepted);
    }
  }
}
