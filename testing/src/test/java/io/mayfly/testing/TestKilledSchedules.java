package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The platform is killed while schedules fire: each has fired once after the next start. */
final class TestKilledSchedules {
  private static final int KILLS = Integer.getInteger("mayfly.kills", 3);
  private static final int SCHEDULES = 120;

  private static void create(Mayfly mayfly, String name, Instant at, String queue, String role) {
    String body =
        """
        {"ScheduleExpression": "at(%s)", "FlexibleTimeWindow": {"Mode": "OFF"},
         "ActionAfterCompletion": "DELETE",
         "Target": {"Arn": "%s", "RoleArn": "%s", "Input": "%s"}}"""
            .formatted(at.toString().replace("Z", ""), queue, role, name);
    Reply reply =
        Signing.of(mayfly)
            .service("scheduler")
            .request(
                "POST",
                mayfly.endpoint() + "/schedules/" + name,
                body.getBytes(StandardCharsets.UTF_8))
            .send();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private static JsonNode sqs(Mayfly mayfly, String action, String body) {
    Reply reply =
        Signing.of(mayfly)
            .service("sqs")
            .header("x-amz-target", "AmazonSQS." + action)
            .header("content-type", "application/x-amz-json-1.0")
            .request("POST", mayfly.endpoint() + "/", body.getBytes(StandardCharsets.UTF_8))
            .send();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return Json.of(reply.text().isBlank() ? "{}" : reply.text());
  }

  /** The bodies of messages that are in a queue now, which are kept from others. */
  private static List<String> bodies(Mayfly mayfly, String name) {
    String url = "%s/%s/%s".formatted(mayfly.endpoint(), mayfly.account(), name);
    List<String> bodies = new ArrayList<>();
    while (true) {
      JsonNode some =
          sqs(
                  mayfly,
                  "ReceiveMessage",
                  "{\"QueueUrl\": \"%s\", \"MaxNumberOfMessages\": 10}".formatted(url))
              .path("Messages");
      if (some.isEmpty()) {
        return bodies;
      }
      some.forEach(each -> bodies.add(each.path("Body").asString()));
    }
  }

  @Test
  void everyScheduleHasFiredOnceHoweverOftenThePlatformIsKilled() {
    Random random = new Random(Long.getLong("mayfly.seed", 5));
    try (Mayfly mayfly = Mayfly.start("--isolation", "none", "--spares", "0")) {
      String role = TestAwsSchedules.role(mayfly, "clock", "sqs:SendMessage");
      for (int kill = 0; kill < KILLS; kill++) {
        String queue = "ticks-" + kill;
        sqs(
            mayfly,
            "CreateQueue",
            "{\"QueueName\": \"%s\", \"Attributes\": {\"VisibilityTimeout\": \"3600\"}}"
                .formatted(queue));
        String arn = "arn:aws:sqs:%s:%s:%s".formatted(mayfly.region(), mayfly.account(), queue);
        Instant at = Instant.now().plusSeconds(6).truncatedTo(ChronoUnit.SECONDS);
        List<String> names = IntStream.range(0, SCHEDULES).mapToObj(i -> "s-" + i).toList();
        try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
          names.forEach(name -> clients.execute(() -> create(mayfly, name, at, arn, role)));
        }
        // Just before they fire, while they do, or just after.
        Instant end = at.plusMillis(random.nextInt(-20, 80));
        Eventually.holds(Duration.ofSeconds(30), () -> Instant.now().isAfter(end));
        mayfly.kill9();
        mayfly.restart();
        List<String> found = new ArrayList<>();
        Eventually.holds(
            Duration.ofSeconds(60),
            () -> {
              found.addAll(bodies(mayfly, queue));
              return new TreeSet<>(found).containsAll(names);
            });
        // Those that were complete are deleted at the start.
        Eventually.holds(Duration.ofSeconds(30), () -> schedules(mayfly).isEmpty());
        found.addAll(bodies(mayfly, queue));
        assertThat(found).containsExactlyInAnyOrderElementsOf(names);
      }
    }
  }

  private static List<String> schedules(Mayfly mayfly) {
    Reply reply =
        Signing.of(mayfly)
            .service("scheduler")
            .request("GET", mayfly.endpoint() + "/schedules", new byte[0])
            .send();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return Json.of(reply.text())
        .path("Schedules")
        .valueStream()
        .map(each -> each.path("Name").asString())
        .toList();
  }
}
