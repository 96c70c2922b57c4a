package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.model.Account;
import io.mayfly.model.EventSourceMapping;

/** {@code GetEventSourceMapping}. */
final class GetEventSourceMapping
    implements Operation<GetEventSourceMapping.Input, MappingDescription> {
  record Input(String uuid) {}

  private final Account account;
  private final EventSourceMappings mappings;

  GetEventSourceMapping(Account account, EventSourceMappings mappings) {
    this.account = account;
    this.mappings = mappings;
  }

  @Override
  public MappingDescription handle(Input input, Caller caller) {
    EventSourceMapping mapping = mappings.require(input.uuid());
    return MappingDescription.of(mapping, account, mappings.status(mapping));
  }
}
