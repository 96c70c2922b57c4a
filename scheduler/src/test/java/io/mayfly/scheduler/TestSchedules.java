package io.mayfly.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.ServiceModel;
import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.store.Database;
import io.mayfly.store.SqliteScheduleStore;
import io.mayfly.triggers.AlarmListener;
import io.mayfly.triggers.Alarms;
import io.mayfly.triggers.ExpectedCalls;
import io.mayfly.triggers.QueueTarget;
import io.mayfly.triggers.Targets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Schedules over real stores and queues; a test sets the clock. */
class TestSchedules {
  private static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Caller CALLER =
      new Caller("arn:aws:iam::000000000000:root", "AKIA", "us-east-1", "id", "here:9000");
  private static final String SQS = "arn:aws:sqs:us-east-1:000000000000:";
  private static final String ROLE = "arn:aws:iam::000000000000:role/clock";
  private static final String ARN = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/";

  @TempDir Path folder;

  private volatile Instant now = START;
  private long rings;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<String> announced = new CopyOnWriteArrayList<>();
  private Database database;
  private SqliteQueues queues;
  private Targets targets;
  private Alarms alarms;
  private Schedules schedules;

  private final class Listener implements AlarmListener, FailureListener {
    @Override
    public void rang(String key, Duration late) {
      heard.add("rang " + key.substring(key.lastIndexOf('/') + 1));
    }

    @Override
    public void missed(String key, int ticks) {
      heard.add("missed " + ticks);
    }

    @Override
    public void retried(String key, String why) {
      heard.add("retried");
    }

    @Override
    public void failed(String schedule, String code, String message) {
      heard.add("failed " + message);
    }

    @Override
    public void deadLetterFailed(String schedule, String queue, String why) {
      heard.add("dead letter failed " + why);
    }
  }

  @BeforeEach
  void open() {
    database = Database.open(folder.resolve("mayfly.db"));
    queues = SqliteQueues.open(folder.resolve("queue.db"), () -> now);
    for (String name : List.of("ticks", "dead", "forbidden", "ordered.fifo")) {
      if (queues.find("sqs/" + name).isEmpty()) {
        QueueRules rules =
            new QueueRules(
                name.endsWith(".fifo"),
                false,
                Duration.ZERO,
                Duration.ofDays(14),
                Optional.empty());
        var _ = queues.create("sqs/" + name, rules, "");
      }
    }
    targets = new Targets((sender, action, resource) -> !resource.endsWith(":forbidden"));
    targets.add("sqs", new Targets.Kind("sqs:SendMessage", new QueueTarget(ACCOUNT, queues)));
    targets.add(
        "lambda",
        new Targets.Kind(
            "lambda:InvokeFunction",
            (arn, notice) -> {
              throw new MayflyException(ErrorCode.SERVICE_UNAVAILABLE, "no instance");
            }));
    Listener listener = new Listener();
    alarms = new Alarms(queues, listener, () -> now, new Random(1));
    schedules =
        new Schedules(
            new SchedulerPorts(
                ACCOUNT,
                new SqliteScheduleStore(database),
                alarms,
                targets,
                new ExpectedCalls(
                    (name, qualifier) -> FunctionVersion.latest(name),
                    (function, at) -> announced.add(function + " " + at)),
                (role, group) -> role.equals(ROLE) && group.contains(":schedule-group/"),
                listener,
                () -> now,
                new Random(2)));
  }

  @AfterEach
  void close() {
    alarms.close();
    queues.close();
    database.close();
  }

  private void restart() {
    close();
    open();
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private void pass(Duration time, int more) {
    rings += more;
    now = now.plus(time);
    alarms.tick();
    until(() -> rung() >= rings);
    assertThat(rung()).isEqualTo(rings);
  }

  private long rung() {
    return heard.stream().filter(each -> each.startsWith("rang")).count();
  }

  private List<Delivery> received(String name) {
    MessageQueue queue = queues.find("sqs/" + name).orElseThrow();
    List<Delivery> all = new ArrayList<>();
    List<Delivery> some = queue.receive(10, Duration.ofHours(1));
    while (!some.isEmpty()) {
      all.addAll(some);
      queue.delete(some.stream().map(Delivery::receipt).toList(), List.of()).join();
      some = queue.receive(10, Duration.ofHours(1));
    }
    return all;
  }

  private List<String> bodies(String name) {
    return received(name).stream()
        .map(each -> new String(each.body(), StandardCharsets.UTF_8))
        .toList();
  }

  private static Target target(String arn, String input) {
    return new Target(
        arn,
        ROLE,
        Optional.of(input),
        Optional.empty(),
        Optional.of(new Target.DeadLetterConfig(Optional.of(SQS + "dead"))),
        Optional.empty(),
        Optional.empty());
  }

  /** A request of which a test changes a part. */
  private static final class Ask {
    private final String name;
    private final String expression;
    private Target target = TestSchedules.target(SQS + "ticks", "tick");
    private Optional<String> zone = Optional.empty();
    private Optional<String> token = Optional.empty();
    private Optional<String> group = Optional.empty();
    private Optional<String> state = Optional.empty();
    private Optional<String> then = Optional.empty();
    private Optional<Instant> from = Optional.empty();
    private Optional<Instant> to = Optional.empty();
    private Optional<Integer> window = Optional.empty();

    Ask(String name, String expression) {
      this.name = name;
      this.expression = expression;
    }

    Ask target(Target next) {
      target = next;
      return this;
    }

    Ask disabled() {
      state = Optional.of("DISABLED");
      return this;
    }

    Ask deleted() {
      then = Optional.of("DELETE");
      return this;
    }

    ScheduleRequest request() {
      return new ScheduleRequest(
          then,
          token,
          Optional.empty(),
          to,
          new ScheduleRequest.FlexibleTimeWindow(window.isPresent() ? "FLEXIBLE" : "OFF", window),
          group,
          name,
          expression,
          zone,
          from,
          state,
          target);
    }
  }

  private void create(Ask ask) {
    schedules.create(ask.request());
  }

  private static void assertRefused(ThrowingCallable call, String code, String text) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(code);
              assertThat(refused.getMessage()).contains(text);
            });
  }

  private void assertInvalid(Ask ask, String text) {
    assertRefused(() -> create(ask), "ValidationException", text);
    assertThat(schedules.list()).isEmpty();
  }

  @Test
  void everyActionIsInTheModelAndFits() {
    assertThat(
            SchedulerApi.service(ServiceModel.bundled("scheduler-2021-06-30.json"), schedules)
                .model()
                .operations())
        .hasSize(12);
  }

  @Test
  void aRateFiresAtOnceAndThenInItsStepsAcrossARestart() {
    create(new Ask("often", "rate(5 minutes)"));
    pass(Duration.ZERO, 1);
    pass(Duration.ofMinutes(5), 1);
    restart();
    pass(Duration.ofMinutes(4), 0);
    pass(Duration.ofMinutes(1), 1);
    assertThat(bodies("ticks")).containsExactly("tick", "tick", "tick");
  }

  @Test
  void theInputSaysWhatItIsOf() {
    create(
        new Ask("said", "cron(1 12 * * ? *)")
            .target(
                target(
                    SQS + "ticks",
                    "<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time>"
                        + " <aws.scheduler.execution-id> <aws.scheduler.attempt-number>")));
    pass(Duration.ofSeconds(61), 1);
    Delivery first = received("ticks").getFirst();
    String body = new String(first.body(), StandardCharsets.UTF_8);
    assertThat(body).matches(ARN + "said 2026-03-01T12:01:00Z [0-9a-f]{16} 1");
    // The same tick has the same ids, whoever writes it.
    assertThat(first.id().version()).isEqualTo(3);
    assertThat(first.system().get("AWSTraceHeader")).startsWith("Root=1-");
  }

  @Test
  void withoutAnInputTheTargetGetsANotification() {
    Target silent =
        new Target(
            SQS + "ticks",
            ROLE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    create(new Ask("silent", "at(2026-03-01T12:00:30)").target(silent));
    pass(Duration.ofSeconds(30), 1);
    var event = JsonMapper.shared().readTree(bodies("ticks").getFirst());
    assertThat(event.path("source").asString()).isEqualTo("aws.scheduler");
    assertThat(event.path("detail-type").asString()).isEqualTo("Scheduled Event");
    assertThat(event.path("time").asString()).isEqualTo("2026-03-01T12:00:30Z");
    assertThat(event.at("/resources/0").asString()).isEqualTo(ARN + "silent");
  }

  @Test
  void aFirstInFirstOutQueueGetsItsGroupAndNoTickTwice() {
    Target ordered =
        new Target(
            SQS + "ordered.fifo",
            ROLE,
            Optional.of("tick"),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Target.SqsParameters(Optional.of("clock"))),
            Optional.empty());
    create(new Ask("ordered", "rate(1 minute)").target(ordered));
    pass(Duration.ZERO, 1);
    pass(Duration.ofMinutes(1), 1);
    assertThat(bodies("ordered.fifo")).containsExactly("tick", "tick");
  }

  @Test
  void whatCannotBeToldGoesToTheDeadLetters() {
    create(new Ask("lost", "at(2026-03-01T12:00:30)").target(target(SQS + "none", "x \"y\"")));
    create(new Ask("kept", "at(2026-03-01T12:00:30)").target(target(SQS + "forbidden", "z")));
    pass(Duration.ofSeconds(30), 2);
    Map<String, Delivery> letters = new HashMap<>();
    for (Delivery letter : received("dead")) {
      Map<String, String> attributes = attributes(letter);
      letters.put(attributes.get("SCHEDULE_ARN"), letter);
    }
    assertThat(letters).containsOnlyKeys(ARN + "lost", ARN + "kept");
    Delivery lost = Objects.requireNonNull(letters.get(ARN + "lost"));
    assertThat(new String(lost.body(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"MessageBody\":\"x \\\"y\\\"\",\"QueueUrl\":"
                + "\"https://sqs.us-east-1.amazonaws.com/000000000000/none\"}");
    assertThat(attributes(lost))
        .containsEntry("ERROR_MESSAGE", "there is no such queue")
        .containsEntry("TARGET_ARN", SQS + "none")
        .containsEntry("RETRY_ATTEMPTS", "0")
        .containsEntry("SCHEDULED_TIME", "2026-03-01T12:00:30Z")
        .containsEntry("IS_PAYLOAD_TRUNCATED", "false")
        .containsEntry("ERROR_CODE", "AWS.SimpleQueueService.NonExistentQueue")
        .containsKey("EXECUTION_ID")
        .doesNotContainKey("EXHAUSTED_RETRY_CONDITION");
    assertThat(attributes(Objects.requireNonNull(letters.get(ARN + "kept"))))
        .containsEntry("ERROR_CODE", "AccessDeniedException");
    assertThat(heard).contains("failed there is no such queue");
  }

  private static Map<String, String> attributes(Delivery message) {
    Map<String, String> texts = new TreeMap<>();
    message
        .attributes()
        .forEach((name, each) -> texts.put(name, new String(each.value(), StandardCharsets.UTF_8)));
    return texts;
  }

  @Test
  void aLargeInputIsCutInTheDeadLetters() {
    create(
        new Ask("large", "at(2026-03-01T12:00:30)")
            .target(target(SQS + "none", "\u0001".repeat(200_000))));
    pass(Duration.ofSeconds(30), 1);
    Delivery letter = received("dead").getFirst();
    assertThat(attributes(letter)).containsEntry("IS_PAYLOAD_TRUNCATED", "true");
  }

  @Test
  void whatFailsForNowIsTriedAsOftenAsItsPolicySays() {
    Target flaky =
        new Target(
            "arn:aws:lambda:us-east-1:000000000000:function:thumb",
            ROLE,
            Optional.of("{\"attempt\": <aws.scheduler.attempt-number>}"),
            Optional.of(new Target.RetryPolicy(Optional.empty(), Optional.of(2))),
            Optional.of(new Target.DeadLetterConfig(Optional.of(SQS + "dead"))),
            Optional.empty(),
            Optional.empty());
    create(new Ask("flaky", "at(2026-03-01T12:00:30)").target(flaky));
    assertThat(announced).containsExactly("thumb:$LATEST 2026-03-01T12:00:30Z");
    now = now.plusSeconds(30);
    alarms.tick();
    for (int i = 1; i <= 3; i++) {
      int failed = i;
      until(() -> heard.stream().filter("retried"::equals).count() == failed);
      now = now.plusSeconds(30);
      alarms.tick();
    }
    until(() -> rung() == 1);
    Delivery letter = received("dead").getFirst();
    assertThat(attributes(letter))
        .containsEntry("EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts")
        .containsEntry("RETRY_ATTEMPTS", "2")
        .containsEntry("ERROR_MESSAGE", "no instance");
    assertThat(new String(letter.body(), StandardCharsets.UTF_8))
        .contains("\"InvocationType\":\"Event\"");
  }

  @Test
  void aTimeThatPassedWhileNothingRanFiresAtTheStartUnlessItIsTooOld() {
    Target hour =
        new Target(
            SQS + "ticks",
            ROLE,
            Optional.of("hour"),
            Optional.of(new Target.RetryPolicy(Optional.of(3600), Optional.empty())),
            Optional.of(new Target.DeadLetterConfig(Optional.of(SQS + "dead"))),
            Optional.empty(),
            Optional.empty());
    create(new Ask("day", "at(2026-03-01T12:10:00)"));
    create(new Ask("hour", "at(2026-03-01T12:10:00)").target(hour));
    create(new Ask("minutes", "cron(* * * * ? *)").target(hour));
    close();
    now = START.plus(Duration.ofHours(2));
    open();
    pass(Duration.ZERO, 3);
    assertThat(bodies("ticks")).containsExactlyInAnyOrder("tick", "hour");
    assertThat(heard).contains("missed 119");
    Map<String, String> letter = attributes(received("dead").getFirst());
    assertThat(letter)
        .containsEntry("EXHAUSTED_RETRY_CONDITION", "MaximumEventAgeInSeconds")
        .containsEntry("SCHEDULE_ARN", ARN + "hour");
  }

  @Test
  void aCompletedScheduleStaysOrGoesAsItWasSaid() {
    create(new Ask("stays", "at(2026-03-01T12:00:30)"));
    create(new Ask("goes", "at(2026-03-01T12:00:30)").deleted());
    Ask ending = new Ask("ends", "rate(1 minute)").deleted();
    ending.to = Optional.of(START.plusSeconds(90));
    create(ending);
    pass(Duration.ofSeconds(40), 3);
    pass(Duration.ofMinutes(10), 1);
    until(() -> schedules.list().size() == 1);
    assertThat(schedules.list().getFirst().key().name()).isEqualTo("stays");
    restart();
    pass(Duration.ofMinutes(10), 0);
    assertThat(schedules.list()).hasSize(1);
    assertThat(bodies("ticks")).hasSize(4);
  }

  @Test
  void onesThatWereCompleteWhenTheProcessDiedGoAtTheNextStart() {
    create(new Ask("goes", "at(2026-03-01T12:00:30)").deleted());
    Instant mark = START.plusSeconds(30);
    close();
    try (SqliteQueues other = SqliteQueues.open(folder.resolve("queue.db"), () -> now)) {
      other.send(List.of(), Map.of(ARN + "goes", mark)).join();
    }
    open();
    until(() -> schedules.list().isEmpty());
    assertThat(bodies("ticks")).isEmpty();
  }

  @Test
  void stateDecidesWhetherItFiresAndNothingIsMadeUpFor() {
    create(new Ask("off", "cron(* * * * ? *)").disabled());
    pass(Duration.ofMinutes(5), 0);
    schedules.update(new Ask("off", "cron(* * * * ? *)").request());
    pass(Duration.ZERO, 0);
    pass(Duration.ofMinutes(1), 1);
    schedules.update(new Ask("off", "cron(* * * * ? *)").disabled().request());
    pass(Duration.ofMinutes(5), 0);
    schedules.delete(new ScheduleKey("default", "off"), Optional.empty());
    assertThat(heard).noneMatch(each -> each.startsWith("missed"));
    until(() -> queues.marks().isEmpty());
  }

  @Test
  void anUpdateGoesOnInTheSameStepsUnlessItIsTimedAnew() {
    create(new Ask("often", "rate(10 minutes)"));
    pass(Duration.ZERO, 1);
    pass(Duration.ofMinutes(3), 0);
    schedules.update(
        new Ask("often", "rate(10 minutes)").target(target(SQS + "ticks", "new")).request());
    pass(Duration.ofMinutes(6), 0);
    pass(Duration.ofMinutes(1), 1);
    pass(Duration.ofMinutes(2), 0);
    schedules.update(new Ask("often", "rate(4 minutes)").request());
    pass(Duration.ZERO, 1);
    pass(Duration.ofMinutes(4), 1);
    assertThat(bodies("ticks")).containsExactly("tick", "new", "tick", "tick");
    assertRefused(
        () -> schedules.update(new Ask("none", "rate(1 minute)").request()),
        "ResourceNotFoundException",
        "Schedule none does not exist.");
  }

  @Test
  void datesBoundWhatRecurs() {
    Ask ask = new Ask("bounded", "rate(1 minute)");
    ask.from = Optional.of(START.plusSeconds(90));
    ask.to = Optional.of(START.plusSeconds(210));
    create(ask);
    pass(Duration.ofSeconds(89), 0);
    pass(Duration.ofSeconds(1), 1);
    pass(Duration.ofMinutes(1), 1);
    pass(Duration.ofMinutes(1), 1);
    pass(Duration.ofMinutes(10), 0);
    Ask ofZone = new Ask("zone", "cron(0 9 * * ? *)");
    ofZone.zone = Optional.of("America/New_York");
    create(ofZone);
    assertThat(alarmsDue(ofZone)).isEqualTo(Instant.parse("2026-03-01T14:00:00Z"));
  }

  private Instant alarmsDue(Ask ask) {
    return schedules.require(ask.request().key()).alarm(tick -> List.of()).next(now).orElseThrow();
  }

  @Test
  void aWindowIsKept() {
    Ask ask = new Ask("window", "at(2026-03-01T12:10:00)");
    ask.window = Optional.of(10);
    create(ask);
    pass(Duration.ofMinutes(10), 0);
    pass(Duration.ofMinutes(10), 1);
    // What counts is when it was to be told, not the moment that its expression says.
    assertThat(bodies("ticks")).containsExactly("tick");
  }

  @Test
  void anEventBusIsToldWhichEventItIs() {
    List<String> told = new CopyOnWriteArrayList<>();
    targets.add(
        "events",
        new Targets.Kind(
            "events:PutEvents",
            (arn, notice) -> {
              told.add(new String(notice.body(), StandardCharsets.UTF_8));
              notice
                  .attributes()
                  .forEach(
                      (name, each) ->
                          told.add(name + "=" + new String(each.value(), StandardCharsets.UTF_8)));
              return List.of();
            }));
    String arn = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    assertInvalid(
        new Ask("bus", "at(2026-03-01T12:00:30)").target(target(arn, "{}")),
        "EventBridgeParameters must be given");
    Target bus =
        new Target(
            arn,
            ROLE,
            Optional.of("{\"at\": \"<aws.scheduler.scheduled-time>\"}"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Target.EventBridgeParameters("Tick", "own.clock")));
    create(new Ask("bus", "at(2026-03-01T12:00:30)").target(bus));
    pass(Duration.ofSeconds(30), 1);
    assertThat(told)
        .containsExactlyInAnyOrder(
            "{\"at\": \"2026-03-01T12:00:30Z\"}", "Source=own.clock", "DetailType=Tick");
  }

  @Test
  void universalTargetsAreCalledInTheWordsOfTheirService() {
    String url = "http://here:9000/000000000000/ticks";
    create(
        new Ask("universal", "at(2026-03-01T12:00:30)")
            .target(
                target(
                    "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
                    "{\"QueueUrl\": \"%s\", \"MessageBody\": \"at <aws.scheduler.scheduled-time>\"}"
                        .formatted(url))));
    pass(Duration.ofSeconds(30), 1);
    assertThat(bodies("ticks")).containsExactly("at 2026-03-01T12:00:30Z");
    schedules.delete(new ScheduleKey("default", "universal"), Optional.empty());
    Map<String, String> refused = new HashMap<>();
    refused.put("sqs:sendMessage {\"QueueUrl\": \"%s\"}".formatted(url), "MessageBody must be");
    refused.put("sqs:sendMessage {\"MessageBody\": \"x\"}", "QueueUrl must be");
    refused.put(
        "sqs:sendMessage {\"QueueUrl\": \"%s\", \"MessageBody\": \"x\", \"DelaySeconds\": 5}"
            .formatted(url),
        "Input.DelaySeconds is not supported");
    refused.put("sqs:sendMessage []", "must be a JSON object");
    refused.put("sqs:sendMessage {", "well-formed JSON");
    refused.put(
        "lambda:invoke {\"FunctionName\": \"f\", \"InvocationType\": \"RequestResponse\"}",
        "InvocationType must be Event");
    refused.put("lambda:invoke {\"InvocationType\": \"Event\"}", "FunctionName must be given");
    refused.put("lambda:invoke {\"FunctionName\": 7}", "FunctionName must be a text");
    refused.put("ec2:stopInstances {}", "no universal target ec2:stopInstances");
    refused.forEach(
        (words, text) -> {
          String[] parts = words.split(" ", 2);
          assertInvalid(
              new Ask("wrong", "rate(1 minute)")
                  .target(target("arn:aws:scheduler:::aws-sdk:" + parts[0], parts[1])),
              text);
        });
  }

  @Test
  void whatCannotBeIsRefusedInTheSchedulersWords() {
    assertInvalid(new Ask("a", "rate(5 parsecs)"), "Invalid Schedule Expression rate(5 parsecs).");
    assertInvalid(new Ask("a", "at(2026-03-01T11:00:00)"), "the time is in the past");
    assertInvalid(new Ask("a", "cron(0 0 1 1 ? 2020)"), "there is no such time any more");
    Ask ask = new Ask("a", "rate(1 minute)");
    ask.zone = Optional.of("Mars/Olympus");
    assertInvalid(ask, "Mars/Olympus is not a time zone");
    ask.zone = Optional.empty();
    ask.from = Optional.of(START.minusSeconds(301));
    assertInvalid(ask, "The StartDate you specify cannot be earlier than 5 minutes ago.");
    ask.from = Optional.of(START.plusSeconds(60));
    ask.to = Optional.of(START.plusSeconds(60));
    assertInvalid(ask, "The StartDate must be before the EndDate.");
    ask.from = Optional.empty();
    ask.to = Optional.of(START);
    assertInvalid(ask, "The EndDate you specify must be in the future.");
    Target untrusted =
        new Target(
            SQS + "ticks",
            "arn:aws:iam::000000000000:role/other",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertInvalid(
        new Ask("a", "rate(1 minute)").target(untrusted),
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
    assertInvalid(
        new Ask("a", "rate(1 minute)").target(target("queue", "x")),
        "Provided Arn is not in correct format.");
    assertInvalid(
        new Ask("a", "rate(1 minute)")
            .target(target("arn:aws:states:us-east-1:000000000000:stateMachine:m", "{}")),
        "no targets of the service states");
    assertInvalid(
        new Ask("a", "rate(1 minute)").target(target(ARN + "other", "{}")),
        "no targets of the service scheduler");
    Target bus =
        new Target(
            SQS + "ticks",
            ROLE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Target.EventBridgeParameters("type", "source")));
    assertInvalid(new Ask("a", "rate(1 minute)").target(bus), "EventBridgeParameters go with");
    assertInvalid(
        new Ask("a", "rate(1 minute)")
            .target(target("arn:aws:lambda:us-east-1:000000000000:function:f", "no json")),
        "well-formed JSON");
    assertInvalid(
        new Ask("a", "rate(1 minute)").target(target(SQS + "ordered.fifo", "x")), "MessageGroupId");
    assertInvalid(
        new Ask("a", "rate(1 minute)").target(target(SQS + "ticks", "ä".repeat(131_073))),
        "262146 bytes");
    Ask elsewhere = new Ask("a", "rate(1 minute)");
    elsewhere.group = Optional.of("none");
    assertRefused(
        () -> create(elsewhere), "ResourceNotFoundException", "group none does not exist");
  }

  @Test
  void theSameRequestMakesAScheduleOnce() {
    Ask ask = new Ask("once", "rate(5 minutes)");
    ask.token = Optional.of("token");
    create(ask);
    create(ask);
    restart();
    create(ask);
    assertThat(schedules.list()).hasSize(1);
    assertRefused(
        () -> create(new Ask("once", "rate(5 minutes)")), "ConflictException", "already exists");
    Ask other = new Ask("once", "rate(6 minutes)");
    other.token = Optional.of("token");
    assertRefused(() -> create(other), "ConflictException", "Schedule once already exists.");
    ScheduleKey key = new ScheduleKey("default", "once");
    schedules.delete(key, Optional.of("gone"));
    schedules.delete(key, Optional.of("gone"));
    assertRefused(
        () -> schedules.delete(key, Optional.of("another")),
        "ResourceNotFoundException",
        "Schedule once does not exist.");
  }

  @Test
  void aGroupGoesWithItsSchedules() {
    schedules.createGroup("own", Map.of("team", "a"), Optional.of("t"));
    schedules.createGroup("own", Map.of("team", "a"), Optional.of("t"));
    assertRefused(
        () -> schedules.createGroup("own", Map.of(), Optional.of("t")),
        "ConflictException",
        "Schedule group own already exists.");
    assertRefused(
        () -> schedules.createGroup("default", Map.of(), Optional.empty()),
        "ConflictException",
        "default");
    for (int i = 0; i < 5; i++) {
      Ask ask = new Ask("s" + i, "rate(1 minute)");
      ask.group = Optional.of("own");
      create(ask);
    }
    create(new Ask("other", "rate(1 minute)"));
    pass(Duration.ZERO, 6);
    schedules.deleteGroup("own", Optional.of("d"));
    schedules.deleteGroup("own", Optional.of("d"));
    pass(Duration.ofMinutes(1), 1);
    restart();
    assertThat(schedules.list()).hasSize(1);
    assertThat(schedules.groups()).hasSize(1);
    assertRefused(
        () -> schedules.deleteGroup("default", Optional.empty()),
        "ValidationException",
        "cannot be deleted");
    assertRefused(
        () -> schedules.deleteGroup("own", Optional.empty()),
        "ResourceNotFoundException",
        "own does not exist");
  }

  @Test
  void listsComeInPages() {
    for (int i = 0; i < 7; i++) {
      create(new Ask("s" + i, "rate(1 minute)"));
    }
    ListSchedules list = new ListSchedules(schedules);
    List<String> names = new ArrayList<>();
    Optional<String> token = Optional.empty();
    AtomicInteger pages = new AtomicInteger();
    do {
      ListSchedules.Output page =
          list.handle(
              new ListSchedules.Input(
                  Optional.empty(),
                  Optional.of(3),
                  Optional.of("s"),
                  token,
                  Optional.of("ENABLED")),
              CALLER);
      page.schedules().forEach(each -> names.add(each.name()));
      token = page.nextToken();
      pages.incrementAndGet();
    } while (token.isPresent());
    assertThat(names).containsExactly("s0", "s1", "s2", "s3", "s4", "s5", "s6");
    assertThat(pages).hasValue(3);
    assertRefused(
        () ->
            list.handle(
                new ListSchedules.Input(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("no token!"),
                    Optional.empty()),
                CALLER),
        "ValidationException",
        "NextToken");
  }

  @Test
  void thousandsFireInTheSameSecond() {
    for (int i = 0; i < 2_000; i++) {
      create(new Ask("s" + i, "cron(* * * * ? *)"));
    }
    long before = System.nanoTime();
    pass(Duration.ofMinutes(1), 2_000);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    assertThat(queues.find("sqs/ticks").orElseThrow().depth().ready()).isEqualTo(2_000);
  }
}
