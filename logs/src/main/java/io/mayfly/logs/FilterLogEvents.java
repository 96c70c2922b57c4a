package io.mayfly.logs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.meter.LogEvent;
import io.mayfly.meter.LogVisitor;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * {@code FilterLogEvents}: what all streams, or some, have between two times that a pattern
 * matches, in the order in which it was logged.
 *
 * <p>A page also ends, with fewer events or none, when looking for them has taken a second: no
 * pattern holds a request up for longer.
 */
final class FilterLogEvents implements Operation<FilterLogEvents.Input, FilterLogEvents.Output> {
  private static final long PATIENCE = Duration.ofSeconds(1).toNanos();
  private static final long EIGHTEEN_DIGITS = 1_000_000_000_000_000_000L;

  /**
   * @param startTime the first time in question, in milliseconds since 1970
   * @param endTime the last time in question
   * @param interleaved changes nothing since 2019: it always is
   * @param unmask changes nothing, as nothing is masked
   */
  record Input(
      Optional<String> logGroupName,
      Optional<String> logGroupIdentifier,
      List<String> logStreamNames,
      Optional<String> logStreamNamePrefix,
      Optional<Long> startTime,
      Optional<Long> endTime,
      Optional<String> filterPattern,
      Optional<String> nextToken,
      Optional<Integer> limit,
      Optional<Boolean> startFromHead,
      Optional<Boolean> interleaved,
      Optional<Boolean> unmask) {}

  /**
   * @param searchedLogStreams always empty, as CloudWatch has it
   */
  record Output(
      List<Event> events, List<Searched> searchedLogStreams, Optional<String> nextToken) {}

  record Searched(String logStreamName, boolean searchedCompletely) {}

  record Event(
      String logStreamName, long timestamp, String message, long ingestionTime, String eventId) {}

  private final GroupNames names;
  private final FunctionLogs logs;
  private final LongSupplier nanoTime;

  FilterLogEvents(GroupNames names, FunctionLogs logs, LongSupplier nanoTime) {
    this.names = names;
    this.logs = logs;
    this.nanoTime = nanoTime;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    if (!input.logStreamNames().isEmpty() && input.logStreamNamePrefix().isPresent()) {
      throw Errors.invalidParameter(
          "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
    }
    if (!input.startFromHead().orElse(true)) {
      throw Errors.invalidParameter(
          "startFromHead = false is not supported yet by Mayfly; leave it out, or use GetLogEvents");
    }
    FunctionName function = names.existing(input.logGroupName(), input.logGroupIdentifier());
    long from = Token.parse(input.nextToken()).map(Token::position).orElse(0L);
    Look look = new Look(input, FilterPattern.parse(input.filterPattern().orElse("")));
    try {
      var _ = logs.visit(function, from, look);
    } catch (IOException e) {
      throw Errors.disk(e);
    }
    if (look.stoppedAt.isEmpty() && !look.known.containsAll(look.asked)) {
      throw Errors.noStream();
    }
    Map<LogStream, String> streamNames = new HashMap<>();
    return new Output(
        look.page.events().stream()
            .map(
                event ->
                    new Event(
                        streamNames.computeIfAbsent(event.stream(), LogStream::name),
                        event.time(),
                        event.message(),
                        event.time(),
                        id(event)))
            .toList(),
        List.of(),
        look.stoppedAt.map(position -> new Token(true, position).toString()));
  }

  /** As long as CloudWatch's: 56 digits, of which the last 19 no two lines of a log share. */
  private static String id(LogEvent event) {
    long instance =
        Math.floorMod(event.stream().instance().getMostSignificantBits(), EIGHTEEN_DIGITS);
    return String.format(Locale.ROOT, "%019d%018d%019d", event.time(), instance, event.position());
  }

  private final class Look implements LogVisitor {
    private final Set<LogStream> asked = new HashSet<>();
    private final Set<LogStream> known = new HashSet<>();
    private final Optional<String> prefix;
    private final long start;
    private final long end;
    private final FilterPattern pattern;
    private final EventPage page;
    private final long began = nanoTime.getAsLong();
    private Optional<Long> stoppedAt = Optional.empty();

    Look(Input input, FilterPattern pattern) {
      for (String name : input.logStreamNames()) {
        asked.add(LogStream.named(name).orElseThrow(Errors::noStream));
      }
      this.prefix = input.logStreamNamePrefix();
      this.start = input.startTime().orElse(0L);
      this.end = input.endTime().orElse(Long.MAX_VALUE);
      this.pattern = pattern;
      this.page = new EventPage(true, input.limit());
    }

    @Override
    public boolean wants(LogStream stream, long time) {
      if (!asked.isEmpty()) {
        if (!asked.contains(stream)) {
          return false;
        }
        known.add(stream);
      }
      return time >= start
          && time <= end
          && (prefix.isEmpty() || stream.name().startsWith(prefix.get()));
    }

    @Override
    public boolean visit(LogEvent event) {
      boolean matches = pattern.matches(event.message());
      if (matches && !page.add(event)) {
        stoppedAt = Optional.of(event.position());
        return false;
      }
      if (nanoTime.getAsLong() - began > PATIENCE) {
        stoppedAt = Optional.of(event.position() + 1);
        return false;
      }
      return true;
    }
  }
}
