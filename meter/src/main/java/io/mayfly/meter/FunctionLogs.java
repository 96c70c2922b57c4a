package io.mayfly.meter;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Functions' logs on disk, each within a bound, the oldest lines going first.
 *
 * <p>Whoever writes only copies bytes into memory. One platform thread, {@code mayfly-logs}, moves
 * them to the files; when a function writes faster than the disk takes, the oldest of what waits is
 * dropped and counted in the log itself, so that no function's output slows or fills the platform.
 *
 * <p>A function has a log from its first line on, or from {@link #create}, until {@link #remove}.
 * What cannot be read or stored for the disk's sake is an {@link IOException}.
 */
public final class FunctionLogs implements AutoCloseable {
  /** How the file is called that every log has. */
  static final String GROUP = ".group";

  private static final Pattern GROUP_NAME = Pattern.compile("([A-Za-z0-9-_]{1,64})\\.group");

  private final Path folder;
  private final long bound;
  private final Duration pause;
  private final InstantSource clock;
  private final Map<FunctionName, LogFile> files = new ConcurrentHashMap<>();

  /** Logs that have something to flush; empty stands for the end. */
  private final LinkedBlockingQueue<Optional<LogFile>> dirty = new LinkedBlockingQueue<>();

  private final Thread writer;

  /** Where one instance's output goes. */
  @FunctionalInterface
  public interface Writer {
    /** Adds to the log. Never blocks on the disk; the array can be used again. */
    void write(byte[] bytes, int offset, int length);
  }

  /**
   * @param bound the most that one function's log may take on the disk
   * @param pause how long after a write to the disk the next one comes at the earliest: at once,
   *     every line of a busy function would be a write of its own; soon they are one
   */
  public FunctionLogs(Path folder, DataSize bound, Duration pause, InstantSource clock) {
    this.folder = folder;
    this.bound = bound.bytes();
    this.pause = pause;
    this.clock = clock;
    this.writer = Thread.ofPlatform().name("mayfly-logs").daemon(true).start(this::run);
  }

  /** Where an instance of a function writes: whole lines, as far as it can. */
  public Writer writer(FunctionName function, LogStream stream) {
    byte[] encoded = LogSegment.encode(stream);
    return (bytes, offset, length) -> {
      LogFile file = file(function);
      if (file.add(encoded, bytes, offset, length)) {
        dirty.add(Optional.of(file));
      }
    };
  }

  /**
   * Copies a function's log to {@code target} from its oldest line; with {@code follow}, goes on
   * with what comes until the target fails, the log is removed or the thread is interrupted.
   */
  public void copy(FunctionName function, boolean follow, OutputStream target) throws IOException {
    file(function).copy(follow, target);
  }

  /**
   * Shows a function's log to a visitor, its oldest line first, until it wants no more.
   *
   * @param from a position: what stands before it is not shown
   * @return the position after all that is there
   */
  public long visit(FunctionName function, long from, LogVisitor visitor) throws IOException {
    Optional<LogFile> file = existing(function);
    return file.isPresent() ? file.get().visit(from, visitor) : 0;
  }

  /** Every log there is, by its function's name. */
  public List<LogGroup> groups() throws IOException {
    List<LogGroup> groups = new ArrayList<>();
    for (FunctionName function : functions()) {
      group(function).ifPresent(groups::add);
    }
    return groups;
  }

  private List<FunctionName> functions() throws IOException {
    List<FunctionName> functions = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*" + GROUP)) {
      for (Path file : found) {
        Matcher name = GROUP_NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          functions.add(new FunctionName(name.group(1)));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    functions.sort(null);
    return functions;
  }

  /** A function's log as a whole; empty if it has none. */
  public Optional<LogGroup> group(FunctionName function) throws IOException {
    Optional<LogFile> file = existing(function);
    return file.isPresent() ? file.get().group() : Optional.empty();
  }

  /** Has there be a log before its first line; false if there is one already. */
  public boolean create(FunctionName function) throws IOException {
    return file(function).create();
  }

  /**
   * Sets how many days a function's lines are kept, empty for as long as the bound allows. What is
   * older is not shown from then on, and goes from the disk with the next {@link #expire}. The
   * setting is on the disk when this returns; false if there is no log.
   */
  public boolean retain(FunctionName function, Optional<Integer> days) throws IOException {
    Optional<LogFile> file = existing(function);
    return file.isPresent() && file.get().retain(days);
  }

  /** Takes from the disk what is older than it is to be kept. */
  public void expire() throws IOException {
    for (FunctionName function : functions()) {
      file(function).expire();
    }
  }

  /** Removes a function's log and how long it is kept; what is written later begins another. */
  public void remove(FunctionName function) throws IOException {
    try {
      // Nobody else makes the same files meanwhile.
      var _ =
          files.compute(
              function,
              (name, known) -> {
                delete(known == null ? open(name) : known);
                return null;
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void delete(LogFile file) {
    try {
      file.delete();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes what is still in memory, then ends. */
  @Override
  public void close() {
    // Not by an interrupt, which would close the file under a write.
    dirty.add(Optional.empty());
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing is remembered of a name that somebody only asks for. */
  private Optional<LogFile> existing(FunctionName function) {
    return files.containsKey(function) || Files.exists(folder.resolve(function + GROUP))
        ? Optional.of(file(function))
        : Optional.empty();
  }

  private LogFile file(FunctionName function) {
    LogFile found = files.get(function);
    return found != null ? found : files.computeIfAbsent(function, this::open);
  }

  private LogFile open(FunctionName function) {
    return new LogFile(folder, function, bound, clock);
  }

  private void run() {
    List<Optional<LogFile>> batch = new ArrayList<>();
    try {
      while (true) {
        batch.add(dirty.take());
        dirty.drainTo(batch);
        for (Optional<LogFile> next : batch) {
          if (next.isEmpty()) {
            return;
          }
          next.get().flush();
        }
        batch.clear();
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but a JVM that ends.
      Thread.currentThread().interrupt();
    }
  }
}
