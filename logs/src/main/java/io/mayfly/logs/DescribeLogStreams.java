package io.mayfly.logs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.meter.LogEvent;
import io.mayfly.meter.LogVisitor;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code DescribeLogStreams}: one for each instance of which there are lines, at most 50 to a page.
 */
final class DescribeLogStreams
    implements Operation<DescribeLogStreams.Input, DescribeLogStreams.Output> {
  record Input(
      Optional<String> logGroupName,
      Optional<String> logGroupIdentifier,
      Optional<String> logStreamNamePrefix,
      Optional<String> orderBy,
      Optional<Boolean> descending,
      Optional<String> nextToken,
      Optional<Integer> limit) {}

  record Output(List<Stream> logStreams, Optional<String> nextToken) {}

  record Stream(
      String logStreamName,
      long creationTime,
      long firstEventTimestamp,
      long lastEventTimestamp,
      long lastIngestionTime,
      String arn,
      long storedBytes) {}

  private final GroupNames names;
  private final FunctionLogs logs;

  DescribeLogStreams(GroupNames names, FunctionLogs logs) {
    this.names = names;
    this.logs = logs;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionName function = names.existing(input.logGroupName(), input.logGroupIdentifier());
    boolean byTime = input.orderBy().orElse("LogStreamName").equals("LastEventTime");
    if (byTime && input.logStreamNamePrefix().isPresent()) {
      throw Errors.invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    Times times = new Times();
    try {
      var _ = logs.visit(function, 0, times);
    } catch (IOException e) {
      throw Errors.disk(e);
    }
    List<Stream> streams =
        times.spans.entrySet().stream()
            .map(each -> stream(function, each.getKey(), each.getValue()))
            .filter(each -> each.logStreamName().startsWith(input.logStreamNamePrefix().orElse("")))
            .toList();
    Page<Stream> page =
        Page.of(
            streams,
            each -> byTime ? byTime(each) : each.logStreamName(),
            input.descending().orElse(false),
            input.nextToken(),
            input.limit());
    return new Output(page.items(), page.next());
  }

  private static String byTime(Stream stream) {
    return String.format(
        Locale.ROOT, "%019d %s", stream.lastEventTimestamp(), stream.logStreamName());
  }

  private Stream stream(FunctionName function, LogStream stream, Span span) {
    return new Stream(
        stream.name(),
        span.first(),
        span.first(),
        span.last(),
        span.last(),
        names.arn(function, stream),
        0);
  }

  private record Span(long first, long last) {
    Span with(Span other) {
      return new Span(Math.min(first, other.first), Math.max(last, other.last));
    }
  }

  /** From when to when each stream has lines; takes no look at a line itself. */
  private static final class Times implements LogVisitor {
    final Map<LogStream, Span> spans = new HashMap<>();

    @Override
    public boolean wants(LogStream stream, long time) {
      spans.merge(stream, new Span(time, time), Span::with);
      return false;
    }

    @Override
    public boolean visit(LogEvent event) {
      throw new IllegalStateException("no line was wanted");
    }
  }
}
