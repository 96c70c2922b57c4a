package io.mayfly.logs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.meter.FunctionLogs;
import java.io.IOException;
import java.util.Optional;

/** {@code DeleteRetentionPolicy}: lines are kept again for as long as the bound allows. */
final class DeleteRetentionPolicy
    implements Operation<DeleteRetentionPolicy.Input, Operation.Nothing> {
  record Input(String logGroupName) {}

  private final GroupNames names;
  private final FunctionLogs logs;

  DeleteRetentionPolicy(GroupNames names, FunctionLogs logs) {
    this.names = names;
    this.logs = logs;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    try {
      if (!logs.retain(names.existing(input.logGroupName()), Optional.empty())) {
        throw Errors.noGroup();
      }
    } catch (IOException e) {
      throw Errors.disk(e);
    }
    return Nothing.VALUE;
  }
}
