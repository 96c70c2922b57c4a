package io.mayfly.logs;

import io.mayfly.aws.AwsService;
import io.mayfly.aws.ServiceModel;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.model.Account;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The CloudWatch Logs API as a service of the AWS endpoint: every action that Mayfly implements of
 * it. The log groups are functions' logs.
 */
public final class LogsApi {
  private LogsApi() {}

  /**
   * Binds the actions to the logs.
   *
   * @param nanoTime a clock that only goes on, in nanoseconds
   */
  public static AwsService service(
      ServiceModel model, Account account, FunctionLogs logs, LongSupplier nanoTime) {
    GroupNames names = new GroupNames(account, logs);
    return new AwsService(
        model,
        List.of(
            new CreateLogGroup(logs),
            new DeleteLogGroup(names, logs),
            new DescribeLogGroups(names, logs),
            new DescribeLogStreams(names, logs),
            new GetLogEvents(names, logs),
            new FilterLogEvents(names, logs, nanoTime),
            new PutRetentionPolicy(names, logs),
            new DeleteRetentionPolicy(names, logs)),
        List.of());
  }
}
