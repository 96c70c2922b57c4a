package io.mayfly.scheduler;

import java.util.Optional;

/**
 * What a schedule tells, as its caller wrote it. The parameters of targets that there are none of
 * here ({@code EcsParameters} and the like) are no part of it, so that they are refused.
 */
record Target(
    String arn,
    String roleArn,
    Optional<String> input,
    Optional<RetryPolicy> retryPolicy,
    Optional<DeadLetterConfig> deadLetterConfig,
    Optional<SqsParameters> sqsParameters,
    Optional<EventBridgeParameters> eventBridgeParameters) {
  /** How long and how often a target is told that could not be told at first. */
  record RetryPolicy(
      Optional<Integer> maximumEventAgeInSeconds, Optional<Integer> maximumRetryAttempts) {
    private static final int USUAL_AGE = 86_400;
    private static final int USUAL_ATTEMPTS = 185;

    int age() {
      return maximumEventAgeInSeconds.orElse(USUAL_AGE);
    }

    int attempts() {
      return maximumRetryAttempts.orElse(USUAL_ATTEMPTS);
    }
  }

  record DeadLetterConfig(Optional<String> arn) {}

  record SqsParameters(Optional<String> messageGroupId) {}

  record EventBridgeParameters(String detailType, String source) {}

  RetryPolicy retries() {
    return retryPolicy.orElse(new RetryPolicy(Optional.empty(), Optional.empty()));
  }

  Optional<String> deadLetters() {
    return deadLetterConfig.flatMap(DeadLetterConfig::arn);
  }

  Optional<String> messageGroup() {
    return sqsParameters.flatMap(SqsParameters::messageGroupId);
  }

  /** The same with what holds where nothing is said, as it is shown. */
  Target shown() {
    RetryPolicy retries = retries();
    return new Target(
        arn,
        roleArn,
        input,
        Optional.of(new RetryPolicy(Optional.of(retries.age()), Optional.of(retries.attempts()))),
        deadLetterConfig,
        sqsParameters,
        eventBridgeParameters);
  }
}
