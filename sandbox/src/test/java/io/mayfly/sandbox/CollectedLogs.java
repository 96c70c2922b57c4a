package io.mayfly.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps an instance's output in memory. */
final class CollectedLogs implements LogSink {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public synchronized void write(byte[] buffer, int offset, int length) {
    bytes.write(buffer, offset, length);
    notifyAll();
  }

  synchronized String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Waits until the output holds a text. */
  synchronized void await(String text) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    try {
      while (!text().contains(text)) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError("nobody wrote '" + text + "' but:\n" + text());
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  synchronized long size() {
    return bytes.size();
  }
}
