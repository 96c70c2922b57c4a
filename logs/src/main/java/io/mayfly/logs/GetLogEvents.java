package io.mayfly.logs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.meter.LogEvent;
import io.mayfly.meter.LogVisitor;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * {@code GetLogEvents}: one stream, a page forward or backward. Either token can be had at the end
 * too, where the same comes back until there is more.
 */
final class GetLogEvents implements Operation<GetLogEvents.Input, GetLogEvents.Output> {
  /**
   * @param startTime the first time in question, in milliseconds since 1970
   * @param endTime the time after the last one in question
   * @param unmask changes nothing, as nothing is masked
   */
  record Input(
      Optional<String> logGroupName,
      Optional<String> logGroupIdentifier,
      String logStreamName,
      Optional<Long> startTime,
      Optional<Long> endTime,
      Optional<String> nextToken,
      Optional<Integer> limit,
      Optional<Boolean> startFromHead,
      Optional<Boolean> unmask) {}

  record Output(List<Event> events, String nextForwardToken, String nextBackwardToken) {}

  record Event(long timestamp, String message, long ingestionTime) {}

  private final GroupNames names;
  private final FunctionLogs logs;

  GetLogEvents(GroupNames names, FunctionLogs logs) {
    this.names = names;
    this.logs = logs;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionName function = names.existing(input.logGroupName(), input.logGroupIdentifier());
    Optional<Token> token = Token.parse(input.nextToken());
    LogStream stream = LogStream.named(input.logStreamName()).orElseThrow(Errors::noStream);
    boolean forward = token.map(Token::forward).orElse(input.startFromHead().orElse(false));
    Look look =
        new Look(
            stream,
            input.startTime().orElse(0L),
            input.endTime().orElse(Long.MAX_VALUE),
            new EventPage(forward, input.limit()),
            forward ? token.map(Token::position).orElse(0L) : 0,
            forward ? Long.MAX_VALUE : token.map(Token::position).orElse(Long.MAX_VALUE));
    long end;
    try {
      end = logs.visit(function, 0, look);
    } catch (IOException e) {
      throw Errors.disk(e);
    }
    if (!look.found) {
      throw Errors.noStream();
    }
    List<LogEvent> events = look.page.events();
    long here = token.map(Token::position).orElse(end);
    return new Output(
        events.stream()
            .map(event -> new Event(event.time(), event.message(), event.time()))
            .toList(),
        new Token(true, events.isEmpty() ? here : events.getLast().position() + 1).toString(),
        new Token(false, events.isEmpty() ? here : events.getFirst().position()).toString());
  }

  /** What of one stream lies between two times and two positions. */
  private static final class Look implements LogVisitor {
    private final LogStream stream;
    private final long start;
    private final long end;
    private final EventPage page;
    private final long from;
    private final long before;
    private boolean found;

    Look(LogStream stream, long start, long end, EventPage page, long from, long before) {
      this.stream = stream;
      this.start = start;
      this.end = end;
      this.page = page;
      this.from = from;
      this.before = before;
    }

    @Override
    public boolean wants(LogStream each, long time) {
      boolean mine = stream.equals(each);
      found |= mine;
      return mine && time >= start && time < end;
    }

    @Override
    public boolean visit(LogEvent event) {
      if (event.position() < from) {
        return true;
      }
      return event.position() < before && page.add(event);
    }
  }
}
