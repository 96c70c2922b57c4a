package io.mayfly.events;

import java.nio.charset.StandardCharsets;

/**
 * Makes of an event what a target is told: the event itself, a part of it, something else made of
 * parts of it, or always the same. Safe for use by many threads.
 */
@FunctionalInterface
interface TargetInput {
  /** In UTF-8. */
  byte[] of(Event event);

  /**
   * What a target is told. Its settings have been checked ({@link TargetCheck}).
   *
   * @param ruleArn of the target's rule
   * @param rule its name
   */
  static TargetInput of(RuleTarget target, String ruleArn, String rule) {
    if (target.input().isPresent()) {
      byte[] always = target.input().get().getBytes(StandardCharsets.UTF_8);
      return _ -> always;
    }
    if (target.inputPath().isPresent()) {
      EventPath path = EventPath.parse(target.inputPath().get()).orElseThrow();
      return event ->
          path.of(event.tree())
              .map(part -> part.toString().getBytes(StandardCharsets.UTF_8))
              // As EventBridge does: nothing is there, and something must be told.
              .orElse("{}".getBytes(StandardCharsets.UTF_8));
    }
    if (target.inputTransformer().isPresent()) {
      InputTemplate template = InputTemplate.parse(target.inputTransformer().get());
      return event -> template.fill(event, ruleArn, rule).getBytes(StandardCharsets.UTF_8);
    }
    return Event::bytes;
  }
}
