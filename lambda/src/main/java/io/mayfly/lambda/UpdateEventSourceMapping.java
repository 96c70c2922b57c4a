package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.model.Account;
import io.mayfly.model.EventSourceMapping;
import java.util.Optional;

/** {@code UpdateEventSourceMapping}: what is given anew. */
final class UpdateEventSourceMapping
    implements Operation<UpdateEventSourceMapping.Input, MappingDescription> {
  record Input(
      String uuid,
      Optional<String> functionName,
      Optional<Boolean> enabled,
      MappingSettings settings) {}

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
            input.settings().change());
    return MappingDescription.of(after, account, state(before, after.enabled()));
  }

  private static String state(boolean before, boolean after) {
    if (before == after) {
      return "Updating";
    }
    return after ? "Enabling" : "Disabling";
  }
}
