package io.mayfly.events;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a rule tells of events, as the API has it ("Target" in the API reference) and as it is kept.
 * Settings of services that the platform does not have are kept and shown.
 */
record RuleTarget(
    String id,
    String arn,
    Optional<String> roleArn,
    Optional<String> input,
    Optional<String> inputPath,
    Optional<Transformer> inputTransformer,
    Optional<Kinesis> kinesisParameters,
    Optional<RunCommand> runCommandParameters,
    Optional<Ecs> ecsParameters,
    Optional<Batch> batchParameters,
    Optional<Sqs> sqsParameters,
    Optional<Http> httpParameters,
    Optional<RedshiftData> redshiftDataParameters,
    Optional<SageMaker> sageMakerPipelineParameters,
    Optional<DeadLetter> deadLetterConfig,
    Optional<Retry> retryPolicy,
    Optional<AppSync> appSyncParameters) {

  /**
   * What the target is told instead of the event.
   *
   * @param inputPathsMap where in the event each variable is
   */
  record Transformer(Optional<Map<String, String>> inputPathsMap, String inputTemplate) {
    /** Where in the event each variable is. */
    Map<String, String> paths() {
      return inputPathsMap.orElse(Map.of());
    }
  }

  /** For FIFO queues. */
  record Sqs(Optional<String> messageGroupId) {}

  /** The queue that is given what the target could not be. */
  record DeadLetter(Optional<String> arn) {}

  /** For how long a target is tried that cannot be told now. */
  record Retry(
      Optional<Integer> maximumRetryAttempts, Optional<Integer> maximumEventAgeInSeconds) {}

  record Kinesis(String partitionKeyPath) {}

  record RunCommand(List<Command> runCommandTargets) {
    record Command(String key, List<String> values) {}
  }

  record Ecs(
      String taskDefinitionArn,
      Optional<Integer> taskCount,
      Optional<String> launchType,
      Optional<Network> networkConfiguration,
      Optional<String> platformVersion,
      Optional<String> group,
      Optional<List<Capacity>> capacityProviderStrategy,
      Optional<Boolean> enableECSManagedTags,
      Optional<Boolean> enableExecuteCommand,
      Optional<List<Constraint>> placementConstraints,
      Optional<List<Strategy>> placementStrategy,
      Optional<String> propagateTags,
      Optional<String> referenceId,
      Optional<List<Tag>> tags) {
    record Network(Optional<Vpc> awsvpcConfiguration) {}

    record Vpc(
        List<String> subnets,
        Optional<List<String>> securityGroups,
        Optional<String> assignPublicIp) {}

    record Capacity(String capacityProvider, Optional<Integer> weight, Optional<Integer> base) {}

    record Constraint(Optional<String> type, Optional<String> expression) {}

    record Strategy(Optional<String> type, Optional<String> field) {}
  }

  record Batch(
      String jobDefinition,
      String jobName,
      Optional<ArrayProperties> arrayProperties,
      Optional<Attempts> retryStrategy) {
    record ArrayProperties(Optional<Integer> size) {}

    record Attempts(Optional<Integer> attempts) {}
  }

  record Http(
      Optional<List<String>> pathParameterValues,
      Optional<Map<String, String>> headerParameters,
      Optional<Map<String, String>> queryStringParameters) {}

  record RedshiftData(
      Optional<String> secretManagerArn,
      String database,
      Optional<String> dbUser,
      Optional<String> sql,
      Optional<String> statementName,
      Optional<Boolean> withEvent,
      Optional<List<String>> sqls) {}

  record SageMaker(Optional<List<Parameter>> pipelineParameterList) {
    record Parameter(String name, String value) {}
  }

  record AppSync(Optional<String> graphQLOperation) {}

  /** The queue that is given what this target could not be, if it has one. */
  Optional<String> deadLetters() {
    return deadLetterConfig.flatMap(DeadLetter::arn);
  }

  /** Whose order is kept in a FIFO queue. */
  Optional<String> group() {
    return sqsParameters.flatMap(Sqs::messageGroupId);
  }
}
