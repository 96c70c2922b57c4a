package io.mayfly.mqtt;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.TopicRule;
import io.mayfly.model.TraceId;
import io.mayfly.queue.Forward;
import io.mayfly.queue.Queues;
import io.mayfly.store.TopicRuleStore;
import io.mayfly.triggers.Targets;
import io.mayfly.triggers.UndeliverableException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rules of an account's topics, and what follows from a message by them: all that its targets
 * are told is written in one transaction. Safe for use by many threads; its monitor is held while a
 * change is written to the store.
 */
public final class TopicRules {
  private static final Logger log = LoggerFactory.getLogger(TopicRules.class);

  /** AWS IoT has a thousand, but what follows from one message is in memory at a time. */
  private static final int MOST_RULES = 100;

  private static final int MOST_TARGETS = 10;
  private static final int MOST_CHARACTERS = 2_048;
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_]{1,128}");
  private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.UTF_8);

  private final Account account;
  private final TopicRuleStore store;
  private final Targets targets;
  private final Queues queues;
  private final MqttCounts counts;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Sparingly said = new Sparingly(System::nanoTime);
  private final Map<String, LiveRule> byName = new TreeMap<>();

  /** Never changed, but replaced. */
  private volatile TopicTree<LiveRule> tree = new TopicTree<>();

  /** Reads the rules that there are. */
  public TopicRules(
      Account account,
      TopicRuleStore store,
      Targets targets,
      Queues queues,
      MqttCounts counts,
      InstantSource clock,
      RandomGenerator random) {
    this.account = account;
    this.store = store;
    this.targets = targets;
    this.queues = queues;
    this.counts = counts;
    this.clock = clock;
    this.random = random;
    store.rules().forEach(rule -> byName.put(rule.name(), LiveRule.of(rule, account)));
    grow();
  }

  /** All, by name. */
  public synchronized List<TopicRule> list() {
    return byName.values().stream().map(LiveRule::rule).toList();
  }

  /**
   * Makes a rule, or changes the one of its name.
   *
   * @return what would keep its targets from being told now, for people; it is in force all the
   *     same
   * @throws MayflyException if it cannot be one, saying why
   */
  public List<String> put(TopicRule rule) {
    check(rule);
    LiveRule live = LiveRule.of(rule, account);
    synchronized (this) {
      if (!byName.containsKey(rule.name()) && byName.size() >= MOST_RULES) {
        throw wrong("there are %d rules already; remove one".formatted(MOST_RULES));
      }
      store.put(rule);
      byName.put(rule.name(), live);
      grow();
    }
    List<String> obstacles = new ArrayList<>();
    for (String target : rule.targets()) {
      try {
        told(live, target, NOTHING, "any", trace())
            .why()
            .ifPresent(why -> obstacles.add(target + ": " + why));
      } catch (MayflyException e) {
        obstacles.add(target + ": " + e.getMessage());
      }
    }
    return obstacles;
  }

  /**
   * Removes a rule.
   *
   * @throws MayflyException if there is none
   */
  public synchronized void remove(String name) {
    if (!byName.containsKey(name)) {
      throw new MayflyException(ErrorCode.NOT_FOUND, "there is no rule '%s'".formatted(name));
    }
    store.remove(name);
    byName.remove(name);
    grow();
  }

  private void grow() {
    TopicTree<LiveRule> next = new TopicTree<>();
    byName.values().stream()
        .filter(live -> live.rule().enabled())
        .forEach(live -> next.add(live.rule().filter(), live));
    tree = next;
  }

  private static void check(TopicRule rule) {
    require(
        NAME.matcher(rule.name()).matches(),
        "a rule's name has 1 to 128 letters, digits and underscores");
    require(
        TopicNames.isFilter(rule.filter()) && !rule.filter().startsWith("$"),
        "'%s' is no filter of topics: levels between slashes, + for any one, # at the end for all below; at most %d bytes and %d levels, and no $ in front"
            .formatted(rule.filter(), TopicNames.MOST_BYTES, TopicNames.MOST_LEVELS));
    require(
        !rule.targets().isEmpty() && rule.targets().size() <= MOST_TARGETS,
        "a rule has 1 to %d targets".formatted(MOST_TARGETS));
    for (String target : rule.targets()) {
      require(isArn(target, ""), "'%s' is no ARN of a target".formatted(target));
    }
    rule.role()
        .ifPresent(arn -> require(isArn(arn, "iam"), "'%s' is no role's ARN".formatted(arn)));
    rule.errorQueue()
        .ifPresent(arn -> require(isArn(arn, "sqs"), "'%s' is no queue's ARN".formatted(arn)));
  }

  private static boolean isArn(String text, String service) {
    return text.startsWith("arn:aws:" + service)
        && text.length() <= MOST_CHARACTERS
        && text.split(":", 6).length == 6;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw wrong(message);
    }
  }

  private static MayflyException wrong(String message) {
    return new MayflyException(ErrorCode.VALIDATION, message);
  }

  private String trace() {
    return TraceId.continueOrStart(Optional.empty(), clock.instant(), random);
  }

  /**
   * Brings a message to the targets of the rules that are about it. What cannot be told a target,
   * now or later, goes to the rule's error queue.
   *
   * @return fails if it may succeed later; nothing of it is written then
   */
  Intake publish(Publication publication) {
    try {
      Set<LiveRule> rules = tree.find(publication.topic());
      if (rules.isEmpty()) {
        return new Intake(0, CompletableFuture.completedFuture(null));
      }
      List<Forward> forwards = new ArrayList<>();
      Payload payload = Payload.of(publication.payload());
      String trace = trace();
      rules.forEach(rule -> forwards.addAll(forwards(rule, publication, payload, trace)));
      if (forwards.isEmpty()) {
        return new Intake(0, CompletableFuture.completedFuture(null));
      }
      long bytes = forwards.stream().mapToLong(each -> each.message().body().length).sum();
      return new Intake(bytes, queues.send(forwards));
    } catch (MayflyException e) {
      return new Intake(0, CompletableFuture.failedFuture(e));
    }
  }

  private List<Forward> forwards(
      LiveRule live, Publication publication, Payload payload, String trace) {
    TopicRule rule = live.rule();
    try {
      if (!live.matches(payload)) {
        return List.of();
      }
    } catch (PayloadPattern.TooManyException e) {
      return undelivered(live, publication, payload, trace, "", String.valueOf(e.getMessage()));
    }
    byte[] body = rule.withTopic() ? payload.withTopic(publication) : payload.alone();
    List<Forward> all = new ArrayList<>();
    for (String target : rule.targets()) {
      Told told = told(live, target, body, publication.client(), trace);
      all.addAll(told.forwards());
      counts.told(told.why().isEmpty());
      told.why()
          .ifPresent(
              why -> all.addAll(undelivered(live, publication, payload, trace, target, why)));
    }
    return all;
  }

  /**
   * What a target is told.
   *
   * @param why nothing, if that is so
   */
  private record Told(List<Forward> forwards, Optional<String> why) {}

  private Told told(LiveRule live, String target, byte[] body, String client, String trace) {
    try {
      return new Told(
          targets.forward(target, live.sender(), LiveRule.notice(target, body, client, trace)),
          Optional.empty());
    } catch (UndeliverableException e) {
      return new Told(List.of(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /** Tells the error queue, in the form of AWS IoT ("Error handling (error action)"). */
  private List<Forward> undelivered(
      LiveRule live,
      Publication publication,
      Payload payload,
      String trace,
      String target,
      String why) {
    TopicRule rule = live.rule();
    if (said.now()) {
      log.warn(
          "rule {} cannot bring a message on {} to {}: {}",
          rule.name(),
          publication.topic(),
          target,
          why);
    }
    if (rule.errorQueue().isEmpty()) {
      return List.of();
    }
    Map<String, Object> failure =
        Map.of("failedAction", action(target), "failedResource", target, "errorMessage", why);
    byte[] body =
        JsonMapper.shared()
            .writeValueAsBytes(
                Map.of(
                    "ruleName", rule.name(),
                    "topic", publication.topic(),
                    "clientId", publication.client(),
                    "base64OriginalPayload", payload.base64(),
                    "failures", List.of(failure)));
    return told(live, rule.errorQueue().get(), body, publication.client(), trace).forwards();
  }

  /** {@code SqsAction} and so on, by the service in an ARN. */
  private static String action(String target) {
    String[] parts = target.split(":", 4);
    String service = parts.length < 4 ? "" : parts[2];
    return service.isEmpty()
        ? ""
        : Character.toUpperCase(service.charAt(0)) + service.substring(1) + "Action";
  }
}
