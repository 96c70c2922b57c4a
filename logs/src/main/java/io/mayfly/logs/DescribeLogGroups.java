package io.mayfly.logs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.meter.LogGroup;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code DescribeLogGroups}, by name, at most 50 to a page. */
final class DescribeLogGroups
    implements Operation<DescribeLogGroups.Input, DescribeLogGroups.Output> {
  /** The one class of log groups there is here. */
  static final String STANDARD = "STANDARD";

  record Input(
      Optional<String> logGroupNamePrefix,
      Optional<String> logGroupNamePattern,
      Optional<String> nextToken,
      Optional<Integer> limit,
      Optional<String> logGroupClass,
      List<String> logGroupIdentifiers) {}

  record Output(List<Group> logGroups, Optional<String> nextToken) {}

  record Group(
      String logGroupName,
      long creationTime,
      Optional<Integer> retentionInDays,
      int metricFilterCount,
      String arn,
      long storedBytes,
      String logGroupClass,
      String logGroupArn) {}

  private final GroupNames names;
  private final FunctionLogs logs;

  DescribeLogGroups(GroupNames names, FunctionLogs logs) {
    this.names = names;
    this.logs = logs;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    if (input.logGroupNamePrefix().isPresent() && input.logGroupNamePattern().isPresent()) {
      throw Errors.invalidParameter(
          "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
    }
    Set<String> wanted = new HashSet<>();
    input.logGroupIdentifiers().forEach(each -> names.name(each).ifPresent(wanted::add));
    try {
      List<Group> groups =
          logs.groups().stream()
              .map(this::group)
              .filter(
                  group ->
                      group.logGroupName().startsWith(input.logGroupNamePrefix().orElse(""))
                          && group.logGroupName().contains(input.logGroupNamePattern().orElse(""))
                          && input.logGroupClass().orElse(STANDARD).equals(STANDARD)
                          && (input.logGroupIdentifiers().isEmpty()
                              || wanted.contains(group.logGroupName())))
              .toList();
      Page<Group> page =
          Page.of(groups, Group::logGroupName, false, input.nextToken(), input.limit());
      return new Output(page.items(), page.next());
    } catch (IOException e) {
      throw Errors.disk(e);
    }
  }

  private Group group(LogGroup group) {
    String arn = names.arn(group.function());
    return new Group(
        GroupNames.of(group.function()),
        group.created(),
        group.retentionDays(),
        0,
        arn + ":*",
        group.storedBytes(),
        STANDARD,
        arn);
  }
}
