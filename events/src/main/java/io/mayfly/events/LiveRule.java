package io.mayfly.events;

import java.util.List;
import java.util.Optional;

/**
 * A rule with what its targets are told worked out.
 *
 * @param targets in the rule's order
 */
record LiveRule(Rule rule, String arn, List<LiveTarget> targets) {
  /**
   * A target.
   *
   * @param input makes of an event what it is told
   */
  record LiveTarget(RuleTarget target, TargetInput input) {}

  static LiveRule of(Rule rule, EventArns arns) {
    String arn = arns.rule(rule.bus(), rule.name());
    return new LiveRule(
        rule,
        arn,
        rule.targets().stream()
            .map(target -> new LiveTarget(target, TargetInput.of(target, arn, rule.name())))
            .toList());
  }

  Optional<LiveTarget> target(String id) {
    return targets.stream().filter(each -> each.target().id().equals(id)).findFirst();
  }
}
