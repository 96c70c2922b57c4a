package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.model.Account;

/** {@code DeleteEventSourceMapping}; it is gone when its last calls have ended. */
final class DeleteEventSourceMapping
    implements Operation<DeleteEventSourceMapping.Input, MappingDescription> {
  record Input(String uuid) {}

  private final Account account;
  private final EventSourceMappings mappings;

  DeleteEventSourceMapping(Account account, EventSourceMappings mappings) {
    this.account = account;
    this.mappings = mappings;
  }

  @Override
  public MappingDescription handle(Input input, Caller caller) {
    return MappingDescription.of(mappings.delete(input.uuid()), account, "Deleting");
  }
}
