package io.mayfly.meter;

import io.mayfly.model.FunctionVersion;
import io.mayfly.model.LogStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One file of a log, open for reading, and what its bytes mean.
 *
 * <p>A file starts with eight bytes that say what it is and the position of its first entry in the
 * log. An entry is the length of its text, the time in milliseconds since 1970, the stream (day,
 * version, instance) and the text: what an instance wrote at one time, usually whole lines. Since
 * the length comes first, nothing that a function writes can pass for an entry. Numbers are big
 * endian.
 *
 * <p>The file may grow while it is read; an entry that is not there as a whole ends the reading.
 * Used by one thread.
 */
final class LogSegment implements AutoCloseable {
  /** What stands before the first entry. */
  static final int START = 16;

  /** What stands before an entry's text. */
  static final int HEADER = 40;

  /** The longest text of one entry. */
  static final int LONGEST = 64 * 1024;

  private static final int STREAM = 28;
  private static final int TIME_AT = 4;
  private static final int STREAM_AT = 12;

  /** Within a stream. */
  private static final int VERSION_AT = 4;

  private static final int INSTANCE_AT = 12;

  private static final long FIRST_DAY = LocalDate.of(0, 1, 1).toEpochDay();
  private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();
  private static final long LAST_VERSION = 999_999_999_999_999_999L;
  private static final long MAGIC =
      ByteBuffer.wrap("mayfly-1".getBytes(StandardCharsets.US_ASCII)).getLong();

  private final FileChannel channel;
  private final long base;

  /** What has been read of the file, from {@code bufferFrom} on; its limit is the end of it. */
  private final ByteBuffer buffer = ByteBuffer.allocate(2 * (HEADER + LONGEST)).limit(0);

  private long bufferFrom;

  /** The entry's place in the file, and that of the next. */
  private long at;

  private long next = START;

  private LogSegment(FileChannel channel, long base) {
    this.channel = channel;
    this.base = base;
  }

  /** Opens a file; null if there is none, or if it is no part of a log. */
  static @Nullable LogSegment open(Path file) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
    ByteBuffer start = ByteBuffer.allocate(START);
    while (start.hasRemaining() && channel.read(start, start.position()) > 0) {
      // Goes on until it is whole or the file ends.
    }
    if (start.hasRemaining() || start.getLong(0) != MAGIC) {
      channel.close();
      return null;
    }
    return new LogSegment(channel, start.getLong(Long.BYTES));
  }

  /** What a file starts with whose first entry has a position. */
  static ByteBuffer start(long base) {
    return ByteBuffer.allocate(START).putLong(MAGIC).putLong(base).flip();
  }

  /** A stream as it stands in an entry. */
  static byte[] encode(LogStream stream) {
    return ByteBuffer.allocate(STREAM)
        .putInt((int) stream.day().toEpochDay())
        .putLong(
            stream.version().equals(FunctionVersion.LATEST) ? 0 : Long.parseLong(stream.version()))
        .putLong(stream.instance().getMostSignificantBits())
        .putLong(stream.instance().getLeastSignificantBits())
        .array();
  }

  /** Writes an entry. */
  static void put(
      ByteBuffer target, byte[] stream, long time, byte[] bytes, int offset, int length) {
    target.putInt(length).putLong(time).put(stream).put(bytes, offset, length);
  }

  /** How many bytes of a buffer of entries are whole entries and no more than {@code room}. */
  static int whole(ByteBuffer entries, long room) {
    int end = entries.position();
    while (end < entries.limit()) {
      int length = HEADER + entries.getInt(end);
      if (end + length - entries.position() > room) {
        break;
      }
      end += length;
    }
    return end - entries.position();
  }

  /** The position of the first entry. */
  long base() {
    return base;
  }

  /** The position after the entry. */
  long end() {
    return base + next - START;
  }

  /**
   * Has {@link #next} go on after a position.
   *
   * @param position where an entry of this file ends; any that is smaller than the first entry's
   *     means the first entry
   */
  void skipTo(long position) {
    next = position <= base ? START : START + position - base;
  }

  /** Goes to the next entry, which is then this one; false if there is none. */
  boolean next() throws IOException {
    if (!load(next, HEADER)) {
      return false;
    }
    int length = buffer.getInt((int) (next - bufferFrom));
    if (length <= 0 || length > LONGEST || !load(next, HEADER + length) || !isStream(next)) {
      return false;
    }
    at = next;
    next += HEADER + length;
    return true;
  }

  private boolean load(long from, int length) throws IOException {
    if (from < bufferFrom || from + length > bufferFrom + buffer.limit()) {
      buffer.clear();
      bufferFrom = from;
      while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) > 0) {
        // Goes on until it is full or the file ends.
      }
      buffer.flip();
    }
    return length <= buffer.limit() - (from - bufferFrom);
  }

  /** False for what a damaged disk has left. */
  private boolean isStream(long entry) {
    int place = (int) (entry - bufferFrom) + STREAM_AT;
    int day = buffer.getInt(place);
    long version = buffer.getLong(place + VERSION_AT);
    return day >= FIRST_DAY && day <= LAST_DAY && version >= 0 && version <= LAST_VERSION;
  }

  private int place() {
    return (int) (at - bufferFrom);
  }

  /** When the entry was logged. */
  long time() {
    return buffer.getLong(place() + TIME_AT);
  }

  /** Whose entry it is. */
  LogStream stream() {
    int place = place() + STREAM_AT;
    long version = buffer.getLong(place + VERSION_AT);
    return new LogStream(
        LocalDate.ofEpochDay(buffer.getInt(place)),
        version == 0 ? FunctionVersion.LATEST : Long.toString(version),
        new UUID(
            buffer.getLong(place + INSTANCE_AT), buffer.getLong(place + INSTANCE_AT + Long.BYTES)));
  }

  private int textLength() {
    return (int) (next - at) - HEADER;
  }

  /** Copies the entry's text. */
  void copyText(OutputStream target) throws IOException {
    target.write(buffer.array(), place() + HEADER, textLength());
  }

  /**
   * Shows the entry's lines from a position on; false if the visitor wants no more.
   *
   * @param from a position
   */
  boolean show(LogStream stream, long from, LogVisitor visitor) {
    byte[] bytes = buffer.array();
    int first = place() + HEADER;
    int end = first + textLength();
    long time = time();
    for (int line = first; line < end; ) {
      int lineEnd = line;
      while (lineEnd < end && bytes[lineEnd] != '\n') {
        lineEnd++;
      }
      lineEnd = Math.min(lineEnd + 1, end);
      long position = base + at - START + HEADER + (line - first);
      if (position >= from) {
        int length = lineEnd - line;
        String message = new String(bytes, line, length, StandardCharsets.UTF_8);
        if (!visitor.visit(new LogEvent(position, time, stream, message, length))) {
          return false;
        }
      }
      line = lineEnd;
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
