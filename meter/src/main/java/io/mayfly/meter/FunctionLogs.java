package io.mayfly.meter;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Functions' logs on disk, each within a bound, the oldest lines going first.
 *
 * <p>Whoever writes only copies bytes into memory. One platform thread, {@code mayfly-logs}, moves
 * them to the files; when a function writes faster than the disk takes, the oldest of what waits is
 * dropped and counted in the log itself, so that no function's output slows or fills the platform.
 */
public final class FunctionLogs implements AutoCloseable {
  private final Path folder;
  private final long bound;
  private final Duration pause;
  private final Map<FunctionName, LogFile> files = new ConcurrentHashMap<>();

  /** Logs that have something to flush; empty stands for the end. */
  private final LinkedBlockingQueue<Optional<LogFile>> dirty = new LinkedBlockingQueue<>();

  private final Thread writer;

  /**
   * @param bound the most that one function's log may take on the disk
   * @param pause how long after a write to the disk the next one comes at the earliest: at once,
   *     every line of a busy function would be a write of its own; soon they are one
   */
  public FunctionLogs(Path folder, DataSize bound, Duration pause) {
    this.folder = folder;
    this.bound = bound.bytes();
    this.pause = pause;
    this.writer = Thread.ofPlatform().name("mayfly-logs").daemon(true).start(this::run);
  }

  /** Adds to a function's log. Never blocks on the disk. */
  public void write(FunctionName function, byte[] bytes, int offset, int length) {
    LogFile file = file(function);
    if (file.add(bytes, offset, length)) {
      dirty.add(Optional.of(file));
    }
  }

  /**
   * Copies a function's log to {@code target} from its oldest line; with {@code follow}, goes on
   * with what comes until the target fails or the thread is interrupted.
   *
   * @throws IOException if the target fails
   */
  public void copy(FunctionName function, boolean follow, OutputStream target) throws IOException {
    file(function).copy(follow, target);
  }

  /** Removes the log of a function that is no more. */
  public void remove(FunctionName function) {
    LogFile file = files.remove(function);
    (file == null ? new LogFile(folder, function, bound) : file).delete();
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

  private LogFile file(FunctionName function) {
    LogFile found = files.get(function);
    return found != null
        ? found
        : files.computeIfAbsent(function, name -> new LogFile(folder, name, bound));
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
