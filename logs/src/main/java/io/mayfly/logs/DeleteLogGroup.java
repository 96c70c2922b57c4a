package io.mayfly.logs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.meter.FunctionLogs;
import java.io.IOException;

/**
 * {@code DeleteLogGroup}: everything a function has logged, and how long it was to be kept. What
 * the function logs later begins a group anew.
 */
final class DeleteLogGroup implements Operation<DeleteLogGroup.Input, Operation.Nothing> {
  record Input(String logGroupName) {}

  private final GroupNames names;
  private final FunctionLogs logs;

  DeleteLogGroup(GroupNames names, FunctionLogs logs) {
    this.names = names;
    this.logs = logs;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    try {
      logs.remove(names.existing(input.logGroupName()));
    } catch (IOException e) {
      throw Errors.disk(e);
    }
    return Nothing.VALUE;
  }
}
