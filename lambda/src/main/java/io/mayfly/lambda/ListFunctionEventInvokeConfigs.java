package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.EventInvokeConfig;
import java.util.List;
import java.util.Optional;

/** {@code ListFunctionEventInvokeConfigs}, by qualifier. */
final class ListFunctionEventInvokeConfigs
    implements Operation<
        ListFunctionEventInvokeConfigs.Input, ListFunctionEventInvokeConfigs.Output> {
  record Input(String functionName, Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(
      List<AsyncSettings.Description> functionEventInvokeConfigs, Optional<String> nextMarker) {}

  private final Account account;
  private final EventInvokeConfigs configs;
  private final FunctionReferences references;

  ListFunctionEventInvokeConfigs(
      Account account, EventInvokeConfigs configs, FunctionReferences references) {
    this.account = account;
    this.configs = configs;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<EventInvokeConfig> page =
        Page.of(
            configs.list(references.unqualified(input.functionName())),
            EventInvokeConfig::qualifier,
            input.marker(),
            input.maxItems());
    return new Output(
        page.items().stream().map(config -> AsyncSettings.Description.of(config, account)).toList(),
        page.next());
  }
}
