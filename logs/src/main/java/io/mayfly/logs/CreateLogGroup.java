package io.mayfly.logs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.model.FunctionName;
import java.io.IOException;
import java.util.Optional;

/** {@code CreateLogGroup}, of a function's, which may be created after it. */
final class CreateLogGroup implements Operation<CreateLogGroup.Input, Operation.Nothing> {
  record Input(String logGroupName, Optional<String> logGroupClass) {}

  private final FunctionLogs logs;

  CreateLogGroup(FunctionLogs logs) {
    this.logs = logs;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    if (!input
        .logGroupClass()
        .orElse(DescribeLogGroups.STANDARD)
        .equals(DescribeLogGroups.STANDARD)) {
      throw Errors.invalidParameter(
          "The log group class %s is not supported yet by Mayfly; leave it out"
              .formatted(input.logGroupClass().get()));
    }
    FunctionName function =
        GroupNames.function(input.logGroupName())
            .orElseThrow(
                () ->
                    Errors.invalidParameter(
                        "Mayfly keeps logs of functions only: the name of a log group is %s and a function's name"
                            .formatted(GroupNames.PREFIX)));
    try {
      if (!logs.create(function)) {
        throw Errors.groupExists();
      }
    } catch (IOException e) {
      throw Errors.disk(e);
    }
    return Nothing.VALUE;
  }
}
