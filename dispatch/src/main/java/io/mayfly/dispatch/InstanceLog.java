package io.mayfly.dispatch;

import io.mayfly.model.Limits;
import io.mayfly.model.LogLevel;
import io.mayfly.model.LoggingConfig.Levels;
import io.mayfly.sandbox.LogSink;
import io.mayfly.sandbox.Telemetry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;

/**
 * One instance's output on its way to its function's log. Passes whole lines on, so that lines of
 * instances that write at the same time never mix, and remembers the end of what the current call
 * wrote.
 *
 * <p>Guarded by its own monitor: the sandbox's pump and the thread of the current call write to it.
 */
final class InstanceLog implements LogSink {
  /** A longer line is passed on in pieces. */
  private static final int MAX_LINE = 64 * 1024;

  private final LogSink target;

  /** From which level on what the function writes is passed on, where that is asked for. */
  private final Optional<LogLevel> least;

  /** From which level on what the platform says is written as events; empty for plain text. */
  private final Optional<LogLevel> events;

  private final InstantSource clock;

  /** Where those hear of events and lines who have subscribed, if that is possible. */
  private Optional<Telemetry> telemetry = Optional.empty();

  /** Whether the line that is under way is one that nobody wants. */
  private boolean dropping;

  /** Whether a part of the line that is under way has been passed on or dropped. */
  private boolean begun;

  private byte[] line = new byte[256];
  private int lineLength;
  private final byte[] tail = new byte[Limits.LOG_TAIL_BYTES];
  private long tailWritten;

  /** A log in plain text. */
  InstanceLog(LogSink target) {
    this(target, Optional.empty(), InstantSource.system());
  }

  /**
   * @param json which lines there are of a log in JSON; empty for plain text
   */
  InstanceLog(LogSink target, Optional<Levels> json, InstantSource clock) {
    this.target = target;
    this.least = json.map(Levels::application).filter(level -> level != LogLevel.TRACE);
    this.events = json.map(Levels::system);
    this.clock = clock;
  }

  /** Whether it is in JSON, so that what the platform says goes to {@link #event}. */
  boolean json() {
    return events.isPresent();
  }

  /** Has extensions hear of events and lines, too. To be called before there are any. */
  void tell(Telemetry subscribers) {
    telemetry = Optional.of(subscribers);
  }

  Optional<Telemetry> telemetry() {
    return telemetry;
  }

  /** Whether {@link #event} is of use to somebody. */
  boolean wantsEvents() {
    return events.isPresent() || telemetry.map(Telemetry::wanted).orElse(false);
  }

  /** Writes an event of the platform's own, if it is one of those that are wanted. */
  void event(SystemEvent event) {
    telemetry.ifPresent(
        subscribers -> subscribers.tell(Telemetry.Kind.PLATFORM, event.line(clock.instant())));
    if (events.isPresent() && event.level().atLeast(events.get())) {
      platformLine(event.line(clock.instant()));
    }
  }

  /** Forgets what earlier calls wrote. */
  synchronized void begin() {
    tailWritten = 0;
  }

  /** Writes a line of the platform's own. */
  synchronized void platformLine(String text) {
    endLine();
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    remember(bytes, 0, bytes.length);
    target.write(bytes, 0, bytes.length);
  }

  /** Passes on a line that an extension has written, or a piece of a long one. */
  synchronized void extensionLine(byte[] bytes, int length) {
    remember(bytes, 0, length);
    target.write(bytes, 0, length);
    telemetry
        .filter(subscribers -> subscribers.wants(Telemetry.Kind.EXTENSION, length))
        .ifPresent(subscribers -> tellLine(subscribers, Telemetry.Kind.EXTENSION, bytes, length));
  }

  @Override
  public synchronized void write(byte[] buffer, int offset, int length) {
    if (byLine()) {
      sift(buffer, offset, length);
      return;
    }
    remember(buffer, offset, length);
    int last = lastNewline(buffer, offset, length);
    int from = offset;
    if (last >= offset) {
      if (lineLength > 0) {
        int first = firstNewline(buffer, offset);
        keep(buffer, from, first + 1 - from);
        passLine();
        from = first + 1;
      }
      if (last >= from) {
        target.write(buffer, from, last + 1 - from);
        from = last + 1;
      }
    }
    keep(buffer, from, offset + length - from);
  }

  @Override
  public boolean byLine() {
    return least.isPresent() || telemetry.isPresent();
  }

  private void tellLine(Telemetry subscribers, Telemetry.Kind kind, byte[] bytes, int length) {
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    subscribers.tell(kind, SystemEvent.line(kind, text, clock.instant()));
  }

  /** Passes on line by line what is wanted. */
  private void sift(byte[] buffer, int offset, int length) {
    int from = offset;
    int end = offset + length;
    while (from < end) {
      int newline = from;
      while (newline < end && buffer[newline] != '\n') {
        newline++;
      }
      int next = Math.min(end, newline + 1);
      keep(buffer, from, next - from);
      if (newline < end) {
        passLine();
        begun = false;
      }
      from = next;
    }
  }

  /** Whether the line, of which there may be a part only, is one that nobody wants. */
  private boolean unwanted() {
    if (!begun) {
      dropping =
          least.isPresent()
              && !LineLevel.of(line, lineLength)
                  .map(level -> level.atLeast(least.get()))
                  .orElse(true);
      begun = true;
    }
    return dropping;
  }

  /** The last 4 KB that were written since {@link #begin}. */
  synchronized byte[] tail() {
    int length = (int) Math.min(tailWritten, tail.length);
    byte[] result = new byte[length];
    int start = (int) ((tailWritten - length) % tail.length);
    int first = Math.min(length, tail.length - start);
    System.arraycopy(tail, start, result, 0, first);
    System.arraycopy(tail, 0, result, first, length - first);
    return result;
  }

  /** Passes on a last line that has no end. */
  synchronized void close() {
    endLine();
  }

  private void endLine() {
    if (lineLength > 0) {
      keep(new byte[] {'\n'}, 0, 1);
      if (!byLine()) {
        remember(new byte[] {'\n'}, 0, 1);
      }
      passLine();
    }
    begun = false;
  }

  private void keep(byte[] buffer, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      int piece = Math.min(left, MAX_LINE - lineLength);
      if (lineLength + piece > line.length) {
        line =
            Arrays.copyOf(line, Math.min(MAX_LINE, Math.max(line.length * 2, lineLength + piece)));
      }
      System.arraycopy(buffer, from, line, lineLength, piece);
      lineLength += piece;
      from += piece;
      left -= piece;
      if (lineLength == MAX_LINE) {
        passLine();
      }
    }
  }

  private void passLine() {
    if (lineLength == 0) {
      return;
    }
    if (!byLine()) {
      target.write(line, 0, lineLength);
    } else if (!unwanted()) {
      remember(line, 0, lineLength);
      target.write(line, 0, lineLength);
      telemetry
          .filter(subscribers -> subscribers.wants(Telemetry.Kind.FUNCTION, lineLength))
          .ifPresent(
              subscribers -> tellLine(subscribers, Telemetry.Kind.FUNCTION, line, lineLength));
    }
    lineLength = 0;
  }

  private void remember(byte[] buffer, int offset, int length) {
    int skip = Math.max(0, length - tail.length);
    tailWritten += skip;
    int from = offset + skip;
    int left = length - skip;
    while (left > 0) {
      int at = (int) (tailWritten % tail.length);
      int piece = Math.min(left, tail.length - at);
      System.arraycopy(buffer, from, tail, at, piece);
      tailWritten += piece;
      from += piece;
      left -= piece;
    }
  }

  private static int firstNewline(byte[] buffer, int offset) {
    int at = offset;
    while (buffer[at] != '\n') {
      at++;
    }
    return at;
  }

  private static int lastNewline(byte[] buffer, int offset, int length) {
    for (int at = offset + length - 1; at >= offset; at--) {
      if (buffer[at] == '\n') {
        return at;
      }
    }
    return -1;
  }
}
