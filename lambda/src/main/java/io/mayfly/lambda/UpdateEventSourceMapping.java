package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.model.Account;
import io.mayfly.model.EventSourceMapping;
import java.util.List;
import java.util.Optional;

/** {@code UpdateEventSourceMapping}: what is given anew. */
final class UpdateEventSourceMapping
    implements Operation<UpdateEventSourceMapping.Input, MappingDescription> {
  record Input(
      String uuid,
      Optional<String> functionName,
      Optional<Boolean> enabled,
      Optional<Integer> batchSize,
      Optional<Integer> maximumBatchingWindowInSeconds,
      Optional<MappingSettings.Filters> filterCriteria,
      Optional<MappingSettings.Scaling> scalingConfig,
      Optional<Integer> parallelizationFactor,
      Optional<MappingSettings.Destinations> destinationConfig,
      Optional<Integer> maximumRecordAgeInSeconds,
      Optional<Boolean> bisectBatchOnFunctionError,
      Optional<Integer> maximumRetryAttempts,
      Optional<Integer> tumblingWindowInSeconds,
      Optional<List<String>> functionResponseTypes,
      Optional<MappingSettings.Metrics> metricsConfig,
      Optional<List<MappingSettings.SourceAccess>> sourceAccessConfigurations,
      Optional<MappingSettings.PollerBounds> provisionedPollerConfig)
      implements MappingSettings {}

  private final Account account;
  private final EventSourceMappings mappings;
  private final FunctionReferences references;

  UpdateEventSourceMapping(
      Account account, EventSourceMappings mappings, FunctionReferences references) {
    this.account = account;
    this.mappings = mappings;
    this.references = references;
  }

  @Override
  public MappingDescription handle(Input input, Caller caller) {
    boolean before = mappings.require(input.uuid()).enabled();
    EventSourceMapping after =
        mappings.update(
            input.uuid(),
            input.functionName().map(name -> references.resolve(name, Optional.empty())),
            input.enabled(),
            input.change());
    return MappingDescription.of(after, account, state(before, after.enabled()));
  }

  private static String state(boolean before, boolean after) {
    if (before == after) {
      return "Updating";
    }
    return after ? "Enabling" : "Disabling";
  }
}
