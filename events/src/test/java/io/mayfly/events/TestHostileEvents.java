package io.mayfly.events;

import static io.mayfly.events.BridgeHarness.SQS;
import static io.mayfly.events.BridgeHarness.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Headers;
import io.mayfly.aws.WireRequest;
import io.mayfly.events.BridgeHarness.Made;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Patterns, events and templates made by chance, mostly near to what is right: each is taken, or
 * refused as its sender's fault; nothing else is ever thrown, and what is taken is delivered.
 */
@Timeout(120)
class TestHostileEvents {
  private static final int ROUNDS = Integer.getInteger("mayfly.rounds", 3000);
  private static final String[] WORDS = {
    "source",
    "detail",
    "a",
    "b",
    "$or",
    "exists",
    "prefix",
    "suffix",
    "wildcard",
    "anything-but",
    "numeric",
    "cidr",
    "equals-ignore-case",
    "",
    "cloudevents",
    "detail-type",
    "\uD83E\uDD8B"
  };
  private static final String[] VALUES = {
    "1",
    "-0",
    "1e999",
    "5000000001",
    "0.1",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\"",
    "\">\"",
    "\"*a*\"",
    "\"10.0.0.0/8\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "NaN",
    "01",
    "\"\\x\"",
    "\"*\""
  };

  @TempDir Path folder;
  private BridgeHarness harness;

  @BeforeEach
  void open() {
    harness = new BridgeHarness(folder);
    harness.queue("q");
  }

  @AfterEach
  void close() {
    harness.close();
  }

  /** JSON, or nearly. */
  private static String json(Random random, int depth) {
    StringBuilder text = new StringBuilder();
    switch (depth <= 0 ? 2 : random.nextInt(depth > 3 ? 2 : 4)) {
      case 0 -> {
        text.append('{');
        for (int i = random.nextInt(4); i >= 0; i--) {
          text.append('"').append(WORDS[random.nextInt(WORDS.length)]).append("\":");
          text.append(json(random, depth - 1)).append(i > 0 ? "," : "");
        }
        text.append('}');
      }
      case 1 -> {
        text.append('[');
        for (int i = random.nextInt(4); i >= 0; i--) {
          text.append(json(random, depth - 1)).append(i > 0 ? "," : "");
        }
        text.append(']');
      }
      default -> text.append(VALUES[random.nextInt(VALUES.length)]);
    }
    if (random.nextInt(200) == 0 && !text.isEmpty()) {
      text.deleteCharAt(random.nextInt(text.length()));
    }
    return text.toString();
  }

  /** A pattern, or nearly. */
  private static String pattern(Random random, int depth) {
    StringBuilder text = new StringBuilder("{");
    for (int i = random.nextInt(2); i >= 0; i--) {
      String name = WORDS[random.nextInt(WORDS.length)];
      text.append('"').append(name).append(i).append("\":");
      if (depth > 0 && random.nextInt(3) == 0) {
        text.append(pattern(random, depth - 1));
      } else {
        text.append('[').append(random.nextInt(3) == 0 ? match(random) : value(random)).append(']');
      }
      text.append(i > 0 ? "," : "");
    }
    text.append('}');
    return random.nextInt(4) == 0 ? json(random, 4) : text.toString();
  }

  private static String match(Random random) {
    return "{\"%s\":%s}"
        .formatted(
            WORDS[random.nextInt(WORDS.length)],
            random.nextBoolean() ? value(random) : "[" + value(random) + "]");
  }

  private static String value(Random random) {
    return random.nextBoolean()
        ? VALUES[random.nextInt(VALUES.length)]
        : "\"" + WORDS[random.nextInt(WORDS.length)] + "\"";
  }

  private static String object(Random random) {
    String text = json(random, 5);
    return text.startsWith("{") ? text : "{\"detail\":" + text + "}";
  }

  /** Whether something is taken; what it is refused with is the sender's fault. */
  private static boolean taken(long seed, Runnable action) {
    try {
      action.run();
      return true;
    } catch (AwsException e) {
      assertThat(e.status()).as("seed %d: %s", seed, e.getMessage()).isBetween(400, 499);
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  @Test
  void patternsAreTakenOrRefused() {
    int right = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      String pattern = pattern(random, 4);
      String event = object(random);
      right += taken(seed, () -> EventPattern.matches(pattern, event)) ? 1 : 0;
    }
    assertThat(right).isBetween(ROUNDS / 100, ROUNDS / 2);
  }

  @Test
  void eventsAreTakenOrRefusedWhateverRulesThereAre() {
    int rules = 0;
    for (int seed = 0; seed < 500; seed++) {
      String name = "r" + seed;
      String pattern = pattern(new Random(seed), 4);
      rules += taken(seed, () -> harness.rule(name, pattern)) ? 1 : 0;
    }
    assertThat(rules).isGreaterThan(10);
    harness.rule("all", "{\"source\":[{\"exists\":true}]}", target("t", SQS + "q"));
    int right = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Publisher.Entry entry =
          new Publisher.Entry(
              text(random, "s\u0000\"\\"),
              text(random, "t"),
              Optional.of(random.nextInt(4) == 0 ? json(random, 5) : object(random)),
              Optional.of(Instant.ofEpochMilli(random.nextLong() >> random.nextInt(60))),
              List.of("\"", "\n"),
              text(random, "default"),
              text(random, "Root=1"));
      List<Publisher.Result> results = harness.put(entry);
      boolean there = entry.bus().orElse("default").equals("default");
      right += there && results.getFirst().eventId().isPresent() ? 1 : 0;
    }
    List<String> bodies = harness.bodies("q");
    assertThat(bodies).hasSize(right);
    assertThat(right).isGreaterThan(ROUNDS / 30);
    bodies.forEach(body -> assertThat(Json.isObject(body)).as(body).isTrue());
  }

  private static Optional<String> text(Random random, String usual) {
    return switch (random.nextInt(20)) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of("");
      case 2 -> Optional.of("x".repeat(300));
      default -> Optional.of(usual);
    };
  }

  @Test
  void templatesAreTakenOrRefusedAndFilled() {
    String[] parts = {
      "<",
      ">",
      "\"",
      "\\",
      "{",
      "}",
      "<a>",
      "\"<a>\"",
      ":",
      ",",
      "[",
      "]",
      "1",
      "<aws.events.event>",
      "<aws.events.",
      "<b>",
      " ",
      "\n",
      "\"x\":"
    };
    String[] paths = {"$", "$.detail", "$.detail.a[0]", "$.*", "$.detail[*].x", "$.a.b", "x", "$["};
    int right = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      StringBuilder template = new StringBuilder("[\"");
      for (int i = random.nextInt(4); i >= 0; i--) {
        template.append(parts[random.nextInt(parts.length)]);
      }
      template.append("\"]");
      Map<String, String> map = Map.of("a", paths[random.nextInt(paths.length)]);
      String detail = object(random);
      RuleTarget target = new Made("t", SQS + "q").template(map, template.toString()).target();
      boolean taken =
          taken(
              seed,
              () -> {
                TargetCheck.check(target);
                if (Json.isObject(detail)) {
                  var _ = TargetInput.of(target, "arn", "rule").of(event(detail));
                }
              });
      right += taken ? 1 : 0;
    }
    assertThat(right).isBetween(ROUNDS / 50, ROUNDS);
  }

  private static Event event(String detail) {
    return Event.of(
        BridgeHarness.ACCOUNT,
        "id",
        "s",
        "t",
        Instant.EPOCH,
        List.of(),
        detail,
        Instant.EPOCH,
        "Root=1");
  }

  @Test
  void cloudEventsAreTakenOrRefused() {
    String[] types = {
      "application/cloudevents+json",
      "application/cloudevents-batch+json",
      "application/json",
      "text/plain",
      "application/cloudevents",
      "",
      "application/cloudevents+json;;",
      "\u0000"
    };
    String start = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\"";
    int right = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Map<String, String> headers = new HashMap<>();
      headers.put("content-type", types[random.nextInt(types.length)]);
      if (random.nextBoolean()) {
        headers.put("ce-id", "%C3%");
        headers.put("ce-specversion", "1.0");
        headers.put("ce-source", "s%");
        headers.put("ce-type", "t%zz");
        headers.put("ce-" + WORDS[random.nextInt(WORDS.length)], json(random, 2));
      }
      String body =
          random.nextInt(4) == 0 ? json(random, 5) : start + ",\"data\":" + json(random, 4) + "}";
      String sent = random.nextInt(4) == 0 ? "[" + body + "]" : body;
      Headers all = new Headers();
      headers.forEach(all::set);
      right +=
          taken(
                  seed,
                  () ->
                      harness.bridge.putCloudEvents(
                          "default",
                          new WireRequest(
                              "POST", "/", "", all, sent.getBytes(StandardCharsets.UTF_8))))
              ? 1
              : 0;
    }
    assertThat(right).isGreaterThan(ROUNDS / 50);
  }
}
