package io.mayfly.events;

import io.mayfly.aws.AwsException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Tags of buses and rules, which are what can have tags. */
final class Tags {
  private static final int MOST = 50;

  private Tags() {}

  /**
   * The tags of something new.
   *
   * @throws AwsException if one is given twice, reserved, or there are too many
   */
  static Map<String, String> of(List<Tag> given) {
    return with(Map.of(), given);
  }

  /** The same with others, which replace those of their keys. */
  static Map<String, String> with(Map<String, String> tags, List<Tag> more) {
    Map<String, String> all = new TreeMap<>();
    for (Tag tag : more) {
      if (tag.key().toLowerCase(Locale.ROOT).startsWith("aws:")) {
        throw EventsErrors.validation(
            "Invalid parameter: Tag keys beginning with aws: are reserved.");
      }
      if (all.put(tag.key(), tag.value()) != null) {
        throw EventsErrors.validation("Invalid parameter: Duplicated keys are not allowed.");
      }
    }
    tags.forEach(all::putIfAbsent);
    if (all.size() > MOST) {
      throw EventsErrors.tooMany();
    }
    return all;
  }

  static Map<String, String> without(Map<String, String> tags, Collection<String> keys) {
    Map<String, String> rest = new TreeMap<>(tags);
    rest.keySet().removeAll(keys);
    return rest;
  }

  static List<Tag> list(Map<String, String> tags) {
    return new TreeMap<>(tags)
        .entrySet().stream().map(each -> new Tag(each.getKey(), each.getValue())).toList();
  }

  /**
   * The tags of what an ARN names.
   *
   * @throws AwsException if there is none that has tags
   */
  static Map<String, String> find(EventBuses buses, String arn) {
    return buses
        .arns()
        .busOf(arn)
        .map(bus -> buses.require(bus).bus().tags())
        .orElseGet(() -> buses.requireRule(rule(buses, arn)).rule().tags());
  }

  /** Changes the tags of what an ARN names. */
  static void change(EventBuses buses, String arn, UnaryOperator<Map<String, String>> change) {
    buses
        .arns()
        .busOf(arn)
        .ifPresentOrElse(
            name -> {
              var _ = buses.change(name, bus -> bus.withTags(change.apply(bus.tags())));
            },
            () ->
                buses.changeRule(
                    rule(buses, arn), rule -> rule.withTags(change.apply(rule.tags()))));
  }

  private static RuleKey rule(EventBuses buses, String arn) {
    return buses
        .arns()
        .ruleOf(arn)
        .orElseThrow(
            () ->
                EventsErrors.notFound(
                    "Resource %s does not exist, or is none that has tags."
                        .formatted(EventsErrors.shown(arn))));
  }
}
