package io.mayfly.logs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.meter.FunctionLogs;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** {@code PutRetentionPolicy}: what is older is not shown from now on, and leaves the disk. */
final class PutRetentionPolicy implements Operation<PutRetentionPolicy.Input, Operation.Nothing> {
  record Input(String logGroupName, int retentionInDays) {}

  /** The possible values, from the API reference. */
  private static final Set<Integer> DAYS =
      Set.of(
          1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
          2922, 3288, 3653);

  private final GroupNames names;
  private final FunctionLogs logs;

  PutRetentionPolicy(GroupNames names, FunctionLogs logs) {
    this.names = names;
    this.logs = logs;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    if (!DAYS.contains(input.retentionInDays())) {
      throw Errors.invalidParameter(
          "1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: %s"
              .formatted(input.retentionInDays(), new TreeSet<>(DAYS)));
    }
    try {
      if (!logs.retain(
          names.existing(input.logGroupName()), Optional.of(input.retentionInDays()))) {
        throw Errors.noGroup();
      }
    } catch (IOException e) {
      throw Errors.disk(e);
    }
    return Nothing.VALUE;
  }
}
