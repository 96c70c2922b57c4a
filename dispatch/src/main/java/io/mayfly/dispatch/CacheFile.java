package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import io.mayfly.sandbox.LogSink;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Takes what a training writes to its standard output, up to a limit: the code in the jail may
 * write whatever it likes. Written to by one thread at a time.
 */
final class CacheFile implements LogSink, AutoCloseable {
  /** Six times what a function with three SDK clients takes. */
  static final DataSize LIMIT = DataSize.ofMegabytes(384);

  private final OutputStream file;
  private long left = LIMIT.bytes();
  private boolean incomplete;

  CacheFile(Path path) throws IOException {
    file = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    left -= length;
    if (left < 0 || incomplete) {
      incomplete = true;
      return;
    }
    try {
      file.write(bytes, offset, length);
    } catch (IOException e) {
      incomplete = true;
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it has something, and all of what was written. */
  synchronized boolean complete() {
    return !incomplete && left < LIMIT.bytes();
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
