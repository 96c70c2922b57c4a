package io.mayfly.events;

import static io.mayfly.events.BridgeHarness.EVENTS;
import static io.mayfly.events.BridgeHarness.SQS;
import static io.mayfly.events.BridgeHarness.attribute;
import static io.mayfly.events.BridgeHarness.entry;
import static io.mayfly.events.BridgeHarness.json;
import static io.mayfly.events.BridgeHarness.refused;
import static io.mayfly.events.BridgeHarness.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.events.BridgeHarness.Made;
import io.mayfly.queue.Delivery;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Events on their way from a bus to the targets of its rules, over queues on the disk. */
@Timeout(180)
class TestRouting {
  private static final String ORDERS = "{\"source\":[\"orders\"]}";

  @TempDir Path folder;
  private BridgeHarness harness;

  @BeforeEach
  void open() {
    harness = new BridgeHarness(folder);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private static Sender service(String ruleArn) {
    return new Sender.Service("events.amazonaws.com", ruleArn);
  }

  @Test
  void anEventIsInTheTargetsQueueWhenItIsAnswered() {
    harness.queue("q");
    harness.rule("r", ORDERS, target("t", SQS + "q"));
    String id =
        harness
            .put(
                new Publisher.Entry(
                    Optional.of("orders"),
                    Optional.of("Order \"placed\""),
                    Optional.of(" {\"n\": 1.50, \"t\": \"ü\"} "),
                    Optional.of(Instant.parse("2026-02-28T23:59:59.999Z")),
                    List.of("arn:one", "two"),
                    Optional.of(EVENTS + "event-bus/default"),
                    Optional.of("Root=1-5759e988-bd862e3fe1be46a994272793")))
            .getFirst()
            .eventId()
            .orElseThrow();
    List<Delivery> messages = harness.taken("q");
    assertThat(messages).hasSize(1);
    assertThat(new String(messages.getFirst().body(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"version\":\"0\",\"id\":\"%s\",\"detail-type\":\"Order \\\"placed\\\"\",\"source\":\"orders\",\"account\":\"000000000000\",\"time\":\"2026-02-28T23:59:59Z\",\"region\":\"us-east-1\",\"resources\":[\"arn:one\",\"two\"],\"detail\":{\"n\": 1.50, \"t\": \"ü\"}}",
            id);
    assertThat(messages.getFirst().system())
        .containsEntry("AWSTraceHeader", "Root=1-5759e988-bd862e3fe1be46a994272793");
    assertThat(harness.asked)
        .containsExactly(service(EVENTS + "rule/r") + " sqs:SendMessage " + SQS + "q");
  }

  @Test
  void everyRuleThatIsAboutAnEventTellsAllItsTargetsAndNoOther() {
    harness.rule("a", ORDERS, target("one", SQS + "a1"), target("two", SQS + "a2"));
    harness.rule("b", "{\"detail\":{\"n\":[{\"numeric\":[\">\",5]}]}}", target("t", SQS + "b"));
    harness.rule("c", "{\"source\":[\"others\"]}", target("t", SQS + "c"));
    List.of("a1", "a2", "b", "c").forEach(harness::queue);
    harness.put(entry("orders", "{\"n\":1}"), entry("orders", "{\"n\":9}"), entry("x", "{}"));
    assertThat(harness.bodies("a1")).hasSize(2);
    assertThat(harness.bodies("a2")).hasSize(2);
    assertThat(harness.bodies("b")).hasSize(1);
    assertThat(harness.bodies("c")).isEmpty();
    assertThat(harness.bridge.counts().received()).isEqualTo(3);
    assertThat(harness.bridge.counts().matched()).isEqualTo(3);
    assertThat(harness.bridge.counts().delivered()).isEqualTo(5);
  }

  @Test
  void busesAreApartAndOneThatIsNotThereSwallowsEvents() {
    harness.buses.create("own", Optional.empty(), Map.of());
    harness.queue("q");
    harness.rule("own", "r", ORDERS, target("t", SQS + "q"));
    assertThat(harness.put(entry("default", "orders", "{}"), entry("gone", "orders", "{}")))
        .allMatch(result -> result.eventId().isPresent());
    assertThat(harness.bodies("q")).isEmpty();
    harness.put(entry("own", "orders", "{}"));
    assertThat(harness.bodies("q")).hasSize(1);
  }

  @Test
  void whatIsWrongWithAnEventIsSaidOfItAlone() {
    harness.queue("q");
    harness.rule("r", ORDERS, target("t", SQS + "q"));
    Optional<String> none = Optional.empty();
    List<Publisher.Result> results =
        harness.put(
            entry("orders", "{}"),
            new Publisher.Entry(
                none, Optional.of("t"), Optional.of("{}"), Optional.empty(), List.of(), none, none),
            new Publisher.Entry(
                Optional.of("s"), none, Optional.of("{}"), Optional.empty(), List.of(), none, none),
            new Publisher.Entry(
                Optional.of("s"), Optional.of("t"), none, Optional.empty(), List.of(), none, none),
            entry("orders", "[]"),
            entry("orders", "{\"a\":}"),
            entry("orders", "{} {}"),
            entry("aws.s3", "{}"),
            entry("arn:aws:events:us-east-1:111111111111:event-bus/x", "orders", "{}"),
            entry("orders", "{}"));
    assertThat(results.stream().map(each -> each.errorCode().orElse("")))
        .containsExactly(
            "",
            "InvalidArgument",
            "InvalidArgument",
            "InvalidArgument",
            "MalformedDetail",
            "MalformedDetail",
            "MalformedDetail",
            "NotAuthorizedForSourceException",
            "ResourceNotFoundException",
            "");
    assertThat(results.get(1).errorMessage())
        .contains("Parameter Source is not valid. Reason: Source is a required argument.");
    assertThat(results.get(4).errorMessage()).contains("Detail is malformed.");
    assertThat(harness.bodies("q")).hasSize(2);
  }

  @Test
  void sizeIsBoundedForAllEntriesTogether() {
    String half = "{\"a\":\"%s\"}".formatted("x".repeat(Publisher.MOST_BYTES / 2 - 50));
    harness.put(entry("orders", half), entry("orders", half));
    refused(
        () -> harness.put(entry("orders", half), entry("orders", half + " ".repeat(100))),
        "ValidationException",
        "Total size of the entries in the request is over the limit.");
  }

  @Test
  void deepEventsAreMatchedOrRefused() {
    harness.queue("q");
    harness.rule("r", "{\"detail\":{\"a\":[{\"exists\":true}]}}", target("t", SQS + "q"));
    for (int depth : List.of(10, 900, 998, 999, 1000, 1100, 100_000)) {
      String detail = "{\"a\":1,\"b\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
      boolean taken = harness.put(entry("s", detail)).getFirst().eventId().isPresent();
      assertThat(taken).as("depth %d", depth).isEqualTo(depth < 1000);
      assertThat(harness.bodies("q")).as("depth %d", depth).hasSize(taken ? 1 : 0);
    }
  }

  @Test
  void anEventIsToldOnceWhileItsRuleChanges() throws InterruptedException {
    harness.queue("q");
    harness.rule("r", ORDERS, target("t", SQS + "q"));
    AtomicBoolean changing = new AtomicBoolean(true);
    LongAdder sent = new LongAdder();
    CountDownLatch begun = new CountDownLatch(4);
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 4; i++) {
        senders.execute(
            () -> {
              do {
                harness.put(entry("orders", "{}"), entry("orders", "{}"));
                sent.add(2);
                begun.countDown();
              } while (changing.get());
            });
      }
      begun.await();
      for (int change = 0; change < 100; change++) {
        harness.rule("r", "{\"source\":[\"orders\",\"x%d\"]}".formatted(change % 3));
        harness.rule("other" + change % 5, "{\"source\":[{\"prefix\":\"ord\"}]}");
      }
      changing.set(false);
    }
    assertThat(harness.bodies("q")).hasSize(sent.intValue());
  }

  @Test
  void eventsWhoseArraysTheMatcherWouldTryForHoursAreRefused() {
    harness.queue("q");
    String any = "[{\"anything-but\":[\"never\"]}]";
    harness.rule(
        "r",
        "{\"detail\":{\"a\":%s,\"b\":%s,\"c\":%s,\"l\":{\"x\":%s,\"y\":%s,\"z\":%s}}}"
            .formatted(any, any, any, any, any, any),
        target("t", SQS + "q"));
    harness.rule("one", "{\"detail\":{\"tags\":%s}}".formatted(any), target("t", SQS + "q"));
    String few = "[\"1\",\"2\",\"3\"]";
    String many = "[" + "\"v\",".repeat(300) + "\"w\"]";
    String elements = "[" + "{\"x\":1,\"y\":2,\"z\":3},".repeat(20) + "{}]";
    String detail = "{\"a\":%s,\"b\":%s,\"c\":%s,\"l\":%s}";
    String wide = detail.formatted(many, many, many, few);
    String tags = "{\"tags\":%s}".formatted("[" + "1,".repeat(100_000) + "1]");
    assertThat(harness.put(entry("s", detail.formatted(few, few, few, elements))))
        .allMatch(result -> result.eventId().isPresent());
    assertThat(harness.bodies("q")).hasSize(1);
    assertThat(
            harness.put(entry("s", wide), entry("s", tags)).stream()
                .map(result -> result.errorCode().orElse("")))
        .containsExactly("InvalidArgument", "");
    assertThat(harness.bodies("q")).hasSize(1);
    // A bus that gets them from another has no sender to tell.
    harness.buses.create("first", Optional.empty(), Map.of());
    harness.queue("first");
    harness.rule(
        "first",
        "on",
        "{\"source\":[\"s\"]}",
        target("bus", EVENTS + "event-bus/default"),
        target("q", SQS + "first"));
    assertThat(harness.put(entry("first", "s", wide)))
        .allMatch(result -> result.eventId().isPresent());
    assertThat(harness.bodies("first")).hasSize(1);
    // Without the rule nobody looks at them.
    harness.buses.changeRule(new RuleKey("default", "r"), rule -> rule.withState("DISABLED"));
    assertThat(harness.put(entry("s", wide))).allMatch(result -> result.eventId().isPresent());
  }

  @Test
  void aRuleIsChangedDisabledAndDeletedWhileItsTargetsStay() {
    harness.queue("q");
    harness.rule("r", ORDERS, target("t", SQS + "q"));
    harness.rule("r", "{\"source\":[\"others\"]}");
    harness.put(entry("orders", "{}"), entry("others", "{}"));
    assertThat(harness.bodies("q")).hasSize(1);
    harness.buses.changeRule(new RuleKey("default", "r"), rule -> rule.withState("DISABLED"));
    harness.put(entry("others", "{}"));
    assertThat(harness.bodies("q")).isEmpty();
    harness.buses.changeRule(new RuleKey("default", "r"), rule -> rule.withState("ENABLED"));
    harness.put(entry("others", "{}"));
    assertThat(harness.bodies("q")).hasSize(1);
    refused(
        () -> harness.buses.deleteRule(new RuleKey("default", "r")),
        "ValidationException",
        "Rule can't be deleted since it has targets.");
    harness.buses.changeRule(new RuleKey("default", "r"), rule -> rule.withTargets(List.of()));
    harness.buses.deleteRule(new RuleKey("default", "r"));
    harness.put(entry("others", "{}"));
    assertThat(harness.bodies("q")).isEmpty();
  }

  @Test
  void whatWasMadeIsThereAfterARestart() {
    harness.queue("q");
    harness.buses.create("own", Optional.of("mine"), Map.of("a", "b"));
    harness.rule(
        "own",
        "r",
        ORDERS,
        new Made("t", SQS + "q").template(Map.of("s", "$.source"), "{\"s\": <s>}").target());
    harness.restart();
    assertThat(harness.buses.require("own").bus().description()).contains("mine");
    assertThat(harness.buses.require("own").bus().tags()).isEqualTo(Map.of("a", "b"));
    harness.put(entry("own", "orders", "{}"));
    assertThat(harness.bodies("q")).containsExactly("{\"s\": \"orders\"}");
  }

  @Test
  void aTargetThatMayNotBeToldGoesToItsDeadLetterQueue() {
    harness.queue("q");
    harness.queue("dead");
    String arn =
        harness.rule(
            "r",
            ORDERS,
            new Made("t", SQS + "q").deadLetters(SQS + "dead").target(),
            new Made("gone", SQS + "gone").deadLetters(SQS + "dead").target(),
            new Made("ecs", "arn:aws:ecs:us-east-1:000000000000:cluster/c")
                .deadLetters(SQS + "dead")
                .target());
    harness.allow((sender, action, resource) -> !resource.endsWith(":q"));
    harness.put(entry("orders", "{\"n\":1}"));
    assertThat(harness.bodies("q")).isEmpty();
    List<Delivery> dead = harness.taken("dead");
    assertThat(dead).hasSize(3);
    Delivery first = dead.getFirst();
    assertThat(json(new String(first.body(), StandardCharsets.UTF_8)).at("/detail/n").asInt())
        .isEqualTo(1);
    assertThat(attribute(first, "RULE_ARN")).isEqualTo(arn);
    assertThat(attribute(first, "TARGET_ARN")).isEqualTo(SQS + "q");
    assertThat(attribute(first, "ERROR_CODE")).isEqualTo("NO_PERMISSIONS");
    assertThat(attribute(first, "ERROR_MESSAGE")).contains("sqs:SendMessage");
    assertThat(attribute(first, "RETRY_ATTEMPTS")).isEqualTo("0");
    assertThat(first.attributes()).doesNotContainKey("EXHAUSTED_RETRY_CONDITION");
    assertThat(attribute(dead.get(1), "ERROR_CODE")).isEqualTo("NO_RESOURCE");
    assertThat(attribute(dead.get(2), "ERROR_MESSAGE")).contains("no service ecs");
    assertThat(harness.bridge.counts().failed()).isEqualTo(3);
    assertThat(harness.bridge.counts().deadLettered()).isEqualTo(3);
  }

  @Test
  void aDeadLetterQueueThatMayNotBeToldIsCounted() {
    harness.queue("dead");
    harness.rule("r", ORDERS, new Made("t", SQS + "gone").deadLetters(SQS + "dead").target());
    harness.allow((sender, action, resource) -> !resource.endsWith(":dead"));
    assertThat(harness.put(entry("orders", "{}")).getFirst().eventId()).isPresent();
    assertThat(harness.taken("dead")).isEmpty();
    assertThat(harness.bridge.counts().deadLettersFailed()).isEqualTo(1);
  }

  @Test
  void aRoleOfTheTargetTellsIt() {
    harness.queue("q");
    harness.rule("r", ORDERS, new Made("t", SQS + "q").role("arn:aws:iam::0:role/x").target());
    harness.put(entry("orders", "{}"));
    assertThat(harness.asked).containsExactly("arn:aws:iam::0:role/x sqs:SendMessage " + SQS + "q");
  }

  @Test
  void firstInFirstOutQueuesKeepTheOrderOfTheGroup() {
    harness.fifo("q.fifo");
    harness.rule("r", ORDERS, new Made("t", SQS + "q.fifo").group("g").target());
    harness.put(
        IntStream.range(0, 10)
            .mapToObj(n -> entry("orders", "{\"n\":%d}".formatted(n)))
            .toArray(Publisher.Entry[]::new));
    assertThat(harness.bodies("q.fifo").stream().map(body -> json(body).at("/detail/n").asInt()))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void busesPassEventsOnAndLoopsEnd() {
    for (String bus : List.of("b1", "b2")) {
      harness.buses.create(bus, Optional.empty(), Map.of());
    }
    harness.queue("q1");
    harness.queue("q2");
    harness.rule("to1", ORDERS, target("t", EVENTS + "event-bus/b1"));
    harness.rule("also1", ORDERS, target("t", EVENTS + "event-bus/b1"));
    harness.rule(
        "b1", "to2", ORDERS, target("t", EVENTS + "event-bus/b2"), target("q", SQS + "q1"));
    harness.rule(
        "b2", "back", ORDERS, target("t", EVENTS + "event-bus/default"), target("q", SQS + "q2"));
    String id = harness.put(entry("orders", "{}")).getFirst().eventId().orElseThrow();
    assertThat(harness.bodies("q1")).hasSize(1).allMatch(body -> body.contains(id));
    assertThat(harness.bodies("q2")).hasSize(1).allMatch(body -> body.contains(id));
    assertThat(harness.asked)
        .contains(service(EVENTS + "rule/to1") + " events:PutEvents " + EVENTS + "event-bus/b1");
  }

  @Test
  void whatBecameOfACallComesToABusAsLambdaSendsIt() {
    harness.queue("q");
    harness.rule("r", "{\"source\":[\"lambda\"]}", target("t", SQS + "q"));
    String record =
        "{\"version\":\"1.0\",\"requestContext\":{\"functionArn\":\"arn:f:$LATEST\",\"condition\":\"RetriesExhausted\"}}";
    harness
        .queues
        .send(
            harness.targets.forward(
                EVENTS + "event-bus/default",
                new Sender.Role("arn:aws:iam::0:role/x"),
                Notice.of(record.getBytes(StandardCharsets.UTF_8), Map.of(), "Root=1")))
        .join();
    JsonNode event = json(harness.bodies("q").getFirst());
    assertThat(event.path("detail-type").asString())
        .isEqualTo("Lambda Function Invocation Result - Failure");
    assertThat(event.path("resources").toString())
        .isEqualTo("[\"%sevent-bus/default\",\"arn:f:$LATEST\"]".formatted(EVENTS));
    assertThat(event.path("detail")).isEqualTo(json(record));
  }

  @Test
  void aThousandRulesAreFoundEachByItsOwnEvent() {
    harness.queue("q");
    for (int n = 0; n < 1000; n++) {
      harness.rule(
          "r" + n,
          "{\"source\":[\"s%d\"],\"detail\":{\"k\":[{\"prefix\":\"p%d-\"}]}}".formatted(n, n),
          target("t", SQS + "q"));
    }
    for (int n : List.of(0, 17, 999)) {
      harness.put(
          entry("s" + n, "{\"k\":\"p%d-x\"}".formatted(n)),
          entry("s" + n, "{\"k\":\"p%d-x\"}".formatted(n + 1)));
    }
    assertThat(Set.copyOf(harness.bodies("q"))).hasSize(3);
  }

  private void fire(String rule, String time) {
    harness.queues.send(harness.bridge.fire(rule, Instant.parse(time))).join();
  }

  @Test
  void aScheduledRuleTellsItsTargetsOfTheTime() {
    harness.queue("q");
    ScheduleList schedules = new ScheduleList();
    harness.buses.scheduleWith(schedules);
    String arn = schedules.rule(harness.buses, "r", "rate(1 minute)");
    assertThat(arn).isEqualTo(EVENTS + "rule/r");
    assertThat(schedules.told).containsExactly("put %s rate(1 minute)".formatted(arn));
    harness.buses.changeRule(
        new RuleKey("default", "r"), rule -> rule.withTargets(List.of(target("t", SQS + "q"))));
    fire(arn, "2026-03-01T12:01:00Z");
    assertThat(harness.bridge.targets(arn)).containsExactly(SQS + "q");
    JsonNode event = json(harness.bodies("q").getFirst());
    assertThat(event.path("source").asString()).isEqualTo("aws.events");
    assertThat(event.path("detail-type").asString()).isEqualTo("Scheduled Event");
    assertThat(event.path("time").asString()).isEqualTo("2026-03-01T12:01:00Z");
    assertThat(event.path("resources").toString()).isEqualTo("[\"%s\"]".formatted(arn));
    assertThat(event.path("detail").toString()).isEqualTo("{}");
    harness.buses.changeRule(new RuleKey("default", "r"), rule -> rule.withState("DISABLED"));
    fire(arn, "2026-03-01T12:02:00Z");
    fire(EVENTS + "rule/none", "2026-03-01T12:02:00Z");
    assertThat(harness.bridge.targets(arn)).isEmpty();
    assertThat(harness.bodies("q")).isEmpty();
    assertThat(schedules.told).endsWith("remove " + arn);
    harness.buses.changeRule(new RuleKey("default", "r"), rule -> rule.withState("ENABLED"));
    refused(() -> schedules.rule(harness.buses, "s", "never"), "ValidationException", "never");
    harness.restart();
    ScheduleList again = new ScheduleList();
    harness.buses.scheduleWith(again);
    assertThat(again.told).containsExactly("put %s rate(1 minute)".formatted(arn));
  }
}
