package io.mayfly.meter;

import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One function's log: what waits in memory, a current file, and the one before it. When the current
 * file has no room within half the bound it takes the place of the previous one. What is in the
 * files says {@link LogSegment}.
 *
 * <p>{@code pending} is guarded by its own monitor, which writers hold only to copy bytes. The rest
 * is guarded by {@code lock}; readers open both files under it and read without it, since a file
 * that has been renamed reads on as before.
 */
final class LogFile {
  /** When more than this waits for the disk, it is dropped for what comes, as in the files. */
  private static final int MAX_PENDING = 4 * 1024 * 1024;

  private static final int LEAST_PENDING = 1024;
  private static final int COPY_BYTES = 64 * 1024;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /**
   * A log begins where none that was removed before it can have ended, as long as it took less than
   * a megabyte in each millisecond.
   */
  private static final int POSITIONS_PER_MILLI_BITS = 20;

  private final FunctionName function;
  private final Path current;
  private final Path previous;
  private final Path groupFile;
  private final long half;
  private final InstantSource clock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private boolean opened;

  /** The positions of the current file's first entry and of the next one to be written. */
  private long base;

  private long end;

  private boolean groupRead;
  private Optional<GroupFile> group = Optional.empty();
  private long flushes;
  private boolean deleted;

  private final Object pendingMonitor = new Object();
  private ByteBuffer pending = NOTHING;
  private long pendingText;
  private long dropped;
  private boolean queued;

  LogFile(Path folder, FunctionName function, long bound, InstantSource clock) {
    this.function = function;
    this.current = folder.resolve(function + ".log");
    this.previous = folder.resolve(function + ".log.1");
    this.groupFile = folder.resolve(function + FunctionLogs.GROUP);
    this.half = bound / 2;
    this.clock = clock;
  }

  /**
   * Takes what an instance wrote; true when the log writer must be told that there is something to
   * flush.
   *
   * @param stream encoded by {@link LogSegment#encode}
   */
  boolean add(byte[] stream, byte[] bytes, int offset, int length) {
    long time = clock.millis();
    synchronized (pendingMonitor) {
      for (int from = 0; from < length; from += LogSegment.LONGEST) {
        int piece = Math.min(length - from, LogSegment.LONGEST);
        makeRoom(LogSegment.HEADER + piece);
        LogSegment.put(pending, stream, time, bytes, offset + from, piece);
        pendingText += piece;
      }
      boolean tell = !queued && length > 0;
      queued |= tell;
      return tell;
    }
  }

  private void makeRoom(int bytes) {
    if (pending.position() + bytes > MAX_PENDING) {
      dropped += pendingText;
      pendingText = 0;
      pending.clear();
    }
    if (pending.remaining() < bytes) {
      int size =
          Math.max(LEAST_PENDING, Math.max(2 * pending.capacity(), pending.position() + bytes));
      pending = ByteBuffer.allocate(size).put(pending.flip());
    }
  }

  /** Moves what waits to the disk. Called by the log writer only. */
  void flush() {
    ByteBuffer entries;
    long lost;
    synchronized (pendingMonitor) {
      queued = false;
      entries = pending.flip();
      lost = dropped;
      pending = NOTHING;
      pendingText = 0;
      dropped = 0;
    }
    lock.lock();
    try {
      if (!deleted && entries.hasRemaining()) {
        requireGroup();
        if (lost > 0) {
          append(notice(entries, lost));
        }
        append(entries);
      }
    } catch (IOException e) {
      // A full disk costs these lines and nothing else.
    } finally {
      flushes++;
      grown.signalAll();
      lock.unlock();
    }
  }

  /** An entry that stands before the first and says what is missing there. */
  private static ByteBuffer notice(ByteBuffer entries, long lost) {
    byte[] text =
        "[mayfly] %d bytes of output were dropped: the function wrote faster than the disk\n"
            .formatted(lost)
            .getBytes(StandardCharsets.UTF_8);
    byte[] header = new byte[LogSegment.HEADER];
    entries.get(entries.position(), header);
    return ByteBuffer.allocate(header.length + text.length)
        .put(header)
        .put(text)
        .putInt(0, text.length)
        .flip();
  }

  private void append(ByteBuffer entries) throws IOException {
    load();
    while (entries.hasRemaining()) {
      try (FileChannel channel =
          FileChannel.open(current, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        long size = LogSegment.START + end - base;
        if (channel.size() < size || size == LogSegment.START) {
          // A new file, or somebody has removed the old one.
          base = end;
          size = LogSegment.START;
          write(channel, LogSegment.start(base), 0);
        }
        int fitting = LogSegment.whole(entries, half - size);
        if (fitting == 0 && size > LogSegment.START) {
          Files.move(current, previous, StandardCopyOption.REPLACE_EXISTING);
          base = end;
          continue;
        }
        if (fitting == 0) {
          throw new IOException("the bound is too small for one entry");
        }
        write(channel, entries.slice(entries.position(), fitting), size);
        entries.position(entries.position() + fitting);
        end += fitting;
      }
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    try {
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException e) {
      // Half an entry would hide the next one.
      channel.truncate(position);
      throw e;
    }
  }

  /** Finds out on first use what an earlier platform has left of the files. */
  private void load() throws IOException {
    if (opened) {
      return;
    }
    base = clock.millis() << POSITIONS_PER_MILLI_BITS;
    try (LogSegment before = LogSegment.open(previous)) {
      if (before != null) {
        base = Math.max(base, endOf(before));
      }
    }
    end = base;
    try (LogSegment found = LogSegment.open(current)) {
      if (found != null) {
        base = found.base();
        end = endOf(found);
      }
    }
    if (Files.exists(current)) {
      // Half an entry that a crash has left; or all of it, if it is none of ours.
      try (FileChannel channel = FileChannel.open(current, StandardOpenOption.WRITE)) {
        channel.truncate(end == base ? 0 : LogSegment.START + end - base);
      }
    }
    opened = true;
  }

  private static long endOf(LogSegment segment) throws IOException {
    while (segment.next()) {
      // To the end.
    }
    return segment.end();
  }

  private Optional<GroupFile> storedGroup() throws IOException {
    if (!groupRead) {
      group = GroupFile.read(groupFile);
      groupRead = true;
    }
    return group;
  }

  /** What is known of the log; empty if there is none. */
  Optional<LogGroup> group() throws IOException {
    lock.lock();
    try {
      Optional<GroupFile> stored = storedGroup();
      if (stored.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new LogGroup(
              function,
              stored.get().created(),
              stored.get().retentionDays(),
              size(current) + size(previous)));
    } finally {
      lock.unlock();
    }
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** Has there be a log, also without lines; false if there is one. */
  boolean create() throws IOException {
    lock.lock();
    try {
      boolean missing = storedGroup().isEmpty();
      requireGroup();
      return missing;
    } finally {
      lock.unlock();
    }
  }

  private void requireGroup() throws IOException {
    if (storedGroup().isEmpty()) {
      store(new GroupFile(clock.millis(), Optional.empty()));
    }
  }

  private void store(GroupFile next) throws IOException {
    next.write(groupFile);
    group = Optional.of(next);
  }

  /** Sets how many days lines are kept; false if there is no log. On the disk when it returns. */
  boolean retain(Optional<Integer> days) throws IOException {
    lock.lock();
    try {
      Optional<GroupFile> stored = storedGroup();
      if (stored.isPresent()) {
        store(new GroupFile(stored.get().created(), days));
      }
      return stored.isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** Lines from before then are not there any more, whether or not they are in the files. */
  private long expiry() throws IOException {
    return storedGroup()
        .flatMap(GroupFile::retentionDays)
        .map(days -> clock.millis() - Duration.ofDays(days).toMillis())
        .orElse(Long.MIN_VALUE);
  }

  /** Takes from the files what is older than is kept. */
  void expire() throws IOException {
    lock.lock();
    try {
      long expiry = expiry();
      if (expiry == Long.MIN_VALUE || deleted) {
        return;
      }
      load();
      var _ = cut(previous, expiry);
      base = cut(current, expiry).orElse(base);
    } finally {
      lock.unlock();
    }
  }

  /** Removes a file's entries up to the first that is kept, whose position it returns. */
  private static Optional<Long> cut(Path file, long expiry) throws IOException {
    try (LogSegment segment = LogSegment.open(file)) {
      if (segment == null) {
        return Optional.empty();
      }
      long from = segment.base();
      while (segment.next() && segment.time() < expiry) {
        from = segment.end();
      }
      if (from == segment.base()) {
        return Optional.empty();
      }
      if (from == endOf(segment)) {
        Files.delete(file);
        return Optional.of(from);
      }
      Path part = file.resolveSibling(file.getFileName() + ".part");
      try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ);
          FileChannel target =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE)) {
        write(target, LogSegment.start(from), 0);
        target.position(LogSegment.START);
        long at = LogSegment.START + from - segment.base();
        while (at < source.size()) {
          at += source.transferTo(at, source.size() - at, target);
        }
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      return Optional.of(from);
    }
  }

  /** Copies the text from the oldest line on; with {@code follow}, until it is interrupted. */
  void copy(boolean follow, OutputStream target) throws IOException {
    // Not closed: what is left in it when the target fails is not to be tried again.
    OutputStream buffered = new BufferedOutputStream(target, COPY_BYTES);
    long position = Long.MIN_VALUE;
    while (true) {
      long seen;
      try (Opened files = open(position)) {
        position = copy(files.previous(), position, files.expiry(), buffered);
        position = copy(files.current(), position, files.expiry(), buffered);
        seen = files.flushes();
      }
      buffered.flush();
      if (!follow || !awaitFlushAfter(seen)) {
        return;
      }
    }
  }

  private static long copy(
      @Nullable LogSegment segment, long position, long expiry, OutputStream target)
      throws IOException {
    if (segment == null) {
      return position;
    }
    segment.skipTo(position);
    while (segment.next()) {
      if (segment.time() >= expiry) {
        segment.copyText(target);
      }
    }
    return segment.end();
  }

  /**
   * Shows what there is to a visitor, the oldest first, until it wants no more.
   *
   * @param from a position: lines that stand before it are not shown
   * @return the position after what was there
   */
  long visit(long from, LogVisitor visitor) throws IOException {
    try (Opened files = open(Long.MIN_VALUE)) {
      if (visit(files.previous(), from, files.expiry(), visitor)) {
        var _ = visit(files.current(), from, files.expiry(), visitor);
      }
      return files.end();
    }
  }

  private static boolean visit(
      @Nullable LogSegment segment, long from, long expiry, LogVisitor visitor) throws IOException {
    while (segment != null && segment.next()) {
      long time = segment.time();
      LogStream stream = segment.stream();
      if (time >= expiry
          && visitor.wants(stream, time)
          && segment.end() > from
          && !segment.show(stream, from, visitor)) {
        return false;
      }
    }
    return true;
  }

  /** Both files as they were at one moment. */
  private record Opened(
      @Nullable LogSegment previous,
      @Nullable LogSegment current,
      long end,
      long expiry,
      long flushes)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (previous;
          current) {
        // Closes both, whatever the other does.
      }
    }
  }

  /** Opens the files of which something comes after a position. */
  private Opened open(long position) throws IOException {
    lock.lock();
    try {
      load();
      LogSegment before = position >= base ? null : LogSegment.open(previous);
      return new Opened(before, LogSegment.open(current), end, expiry(), flushes);
    } finally {
      lock.unlock();
    }
  }

  /** False when the log was removed or the thread interrupted instead. */
  private boolean awaitFlushAfter(long seen) {
    lock.lock();
    try {
      while (seen == flushes && !deleted) {
        grown.await();
      }
      return !deleted;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Removes the log with what waits for it; what comes later is lost. */
  void delete() throws IOException {
    synchronized (pendingMonitor) {
      pending = NOTHING;
      pendingText = 0;
      dropped = 0;
    }
    lock.lock();
    try {
      deleted = true;
      grown.signalAll();
      Files.deleteIfExists(current);
      Files.deleteIfExists(previous);
      // Last: without it nobody would find what is left, if there is anything.
      Files.deleteIfExists(groupFile);
    } finally {
      lock.unlock();
    }
  }
}
