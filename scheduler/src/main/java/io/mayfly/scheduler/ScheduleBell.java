package io.mayfly.scheduler;

import io.mayfly.aws.AwsException;
import io.mayfly.model.TraceId;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.triggers.Bell;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Tick;
import io.mayfly.triggers.UndeliverableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells a schedule's target of a tick, in the name of the schedule's role; if it cannot be told,
 * the schedule's dead-letter queue.
 *
 * @param completed is run when the schedule has no ticks any more
 */
record ScheduleBell(
    SchedulerPorts ports, TargetCalls calls, String arn, Schedule schedule, Runnable completed)
    implements Bell {
  /** What a queue takes of a message's body, with room for its attributes. */
  private static final int MOST_CHARACTERS = 300_000;

  /** A message attribute may have any text; an error's is for people. */
  private static final int MOST_ERROR = 1_000;

  private static final Logger log = LoggerFactory.getLogger(ScheduleBell.class);

  @Override
  public List<Forward> ring(Tick tick) {
    Target target = schedule.asked().target();
    Target.RetryPolicy retries = target.retries();
    Duration age = Duration.between(tick.due(), ports.clock().instant());
    if (age.compareTo(Duration.ofSeconds(retries.age())) > 0) {
      return exhausted(tick, "MaximumEventAgeInSeconds");
    }
    if (tick.attempt() > retries.attempts()) {
      return exhausted(tick, "MaximumRetryAttempts");
    }
    TargetCall call;
    try {
      call = calls.of(target, ContextAttributes.of(tick));
      return identified(tick, ports.targets().forward(call.arn(), sender(), notice(call)));
    } catch (UndeliverableException e) {
      return undelivered(tick, code(target, e), e.why(), Optional.empty());
    } catch (AwsException e) {
      return undelivered(tick, e.code(), e.getMessage(), Optional.empty());
    }
  }

  @Override
  public void expected(Instant next) {
    String target = schedule.asked().target().arn();
    if (target.startsWith("arn:aws:lambda:")) {
      ports.expected().expect(arn, List.of(target), next);
    }
  }

  @Override
  public void over() {
    completed.run();
  }

  private Sender sender() {
    return new Sender.Role(schedule.asked().target().roleArn());
  }

  private Notice notice(TargetCall call) {
    return new Notice(
        call.body().getBytes(StandardCharsets.UTF_8),
        texts(call.attributes()),
        trace(),
        call.group(),
        call.deduplication());
  }

  private static Map<String, MessageAttribute> texts(Map<String, String> texts) {
    Map<String, MessageAttribute> attributes = new HashMap<>();
    texts.forEach(
        (name, text) ->
            attributes.put(
                name, new MessageAttribute("String", text.getBytes(StandardCharsets.UTF_8))));
    return attributes;
  }

  private String trace() {
    return TraceId.continueOrStart(Optional.empty(), ports.clock().instant(), ports.random());
  }

  /** What the target's service would have said. */
  private static String code(Target target, UndeliverableException undelivered) {
    return switch (undelivered.reason()) {
      case NO_RESOURCE ->
          target.arn().contains(":sqs:")
              ? "AWS.SimpleQueueService.NonExistentQueue"
              : "ResourceNotFoundException";
      case NO_PERMISSIONS -> "AccessDeniedException";
      case INVALID_PARAMETER -> "InvalidParameterValueException";
    };
  }

  /** The same under ids that tell a tick that comes twice. */
  private static List<Forward> identified(Tick tick, List<Forward> forwards) {
    List<Forward> identified = new ArrayList<>(forwards.size());
    for (Forward each : forwards) {
      identified.add(new Forward(each.to(), each.message().withId(tick.id(identified.size()))));
    }
    return identified;
  }

  private List<Forward> exhausted(Tick tick, String condition) {
    String why = tick.error().isEmpty() ? "it was not told in time" : tick.error();
    return undelivered(tick, "InternalServerError", why, Optional.of(condition));
  }

  private List<Forward> undelivered(
      Tick tick, String code, String message, Optional<String> condition) {
    log.warn("{} did not tell its target of {}: {}", arn, tick.at(), message);
    ports.failures().failed(arn, code, message);
    Optional<String> queue = schedule.asked().target().deadLetters();
    if (queue.isEmpty()) {
      return List.of();
    }
    try {
      return identified(
          tick,
          ports.targets().forward(queue.get(), sender(), letter(tick, code, message, condition)));
    } catch (UndeliverableException e) {
      log.warn("{} could not give it to {}: {}", arn, queue.get(), e.why());
      ports.failures().deadLetterFailed(arn, queue.get(), e.why());
      return List.of();
    }
  }

  /** What a dead-letter queue gets ("Configuring a schedule's dead-letter queue"). */
  private Notice letter(Tick tick, String code, String message, Optional<String> condition) {
    Target target = schedule.asked().target();
    ContextAttributes context = ContextAttributes.of(tick);
    String request;
    try {
      request = JsonMapper.shared().writeValueAsString(calls.of(target, context).request());
    } catch (AwsException e) {
      request = target.input().orElse("{}");
    }
    boolean cut = request.length() > MOST_CHARACTERS;
    String body = cut ? request.substring(0, MOST_CHARACTERS) : request;
    Map<String, String> texts = new HashMap<>();
    texts.put("ERROR_CODE", code);
    texts.put(
        "ERROR_MESSAGE",
        message.length() > MOST_ERROR ? message.substring(0, MOST_ERROR) : message);
    texts.put("EXECUTION_ID", context.executionId());
    texts.put("IS_PAYLOAD_TRUNCATED", Boolean.toString(cut));
    texts.put(
        "RETRY_ATTEMPTS", Integer.toString(Math.min(tick.attempt(), target.retries().attempts())));
    texts.put("SCHEDULED_TIME", context.time());
    texts.put("SCHEDULE_ARN", arn);
    texts.put("TARGET_ARN", target.arn());
    condition.ifPresent(each -> texts.put("EXHAUSTED_RETRY_CONDITION", each));
    return Notice.of(body.getBytes(StandardCharsets.UTF_8), texts(texts), trace());
  }
}
