package io.mayfly.events;

import io.mayfly.aws.AwsException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What targets must be like before they are kept; the model has seen to the rest. */
final class TargetCheck {
  private static final Pattern ARN =
      Pattern.compile("arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:[0-9]{12}|aws)?:.+");

  private TargetCheck() {}

  /**
   * Passes a target that can be told of events, or one of a service that this platform does not
   * have.
   *
   * @throws AwsException if it is neither
   */
  static void check(RuleTarget target) {
    if (!ARN.matcher(target.arn()).matches()) {
      throw EventsErrors.invalid(
          EventsErrors.shown(target.arn()), "Provided Arn is not in correct format.");
    }
    long inputs =
        Stream.of(target.input(), target.inputPath(), target.inputTransformer())
            .filter(Optional::isPresent)
            .count();
    if (inputs > 1) {
      throw EventsErrors.validation(
          "Only one of Input, InputPath, or InputTransformer must be provided for target %s."
              .formatted(target.id()));
    }
    if (inputs > 0 && target.arn().contains(":events:") && target.arn().contains(":event-bus/")) {
      throw EventsErrors.validation(
          "Event buses are told of events as they are: Input, InputPath and InputTransformer are not possible for target %s."
              .formatted(target.id()));
    }
    checkInput(target);
    checkQueue(target);
    target
        .deadLetters()
        .filter(arn -> !ARN.matcher(arn).matches() || !arn.contains(":sqs:"))
        .ifPresent(
            _ -> {
              throw EventsErrors.invalid(
                  "DeadLetterConfig.Arn", "it is not the ARN of a queue of Amazon SQS.");
            });
    target
        .deadLetters()
        .filter(arn -> arn.endsWith(".fifo"))
        .ifPresent(
            _ -> {
              throw EventsErrors.invalid(
                  "DeadLetterConfig.Arn", "a dead-letter queue must be a standard queue.");
            });
  }

  private static void checkInput(RuleTarget target) {
    target
        .input()
        .flatMap(Json::fault)
        .ifPresent(
            fault -> {
              throw EventsErrors.validation(
                  "JSON syntax error in input for target %s : %s".formatted(target.id(), fault));
            });
    target
        .inputPath()
        .filter(path -> EventPath.parse(path).isEmpty())
        .ifPresent(
            path -> {
              throw EventsErrors.validation(
                  "Invalid InputPath for target %s : %s is no path."
                      .formatted(target.id(), EventsErrors.shown(path)));
            });
    target.inputTransformer().ifPresent(each -> InputTemplate.check(target.id(), each));
  }

  private static void checkQueue(RuleTarget target) {
    boolean fifo = target.arn().contains(":sqs:") && target.arn().endsWith(".fifo");
    if (fifo && target.group().isEmpty()) {
      throw EventsErrors.validation(
          "Parameter(s) SqsParameters must be specified for target: %s.".formatted(target.id()));
    }
  }
}
