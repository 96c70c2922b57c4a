package io.mayfly.dispatch;

import io.mayfly.sandbox.LogSink;
import java.util.Arrays;

/**
 * What an instance's extensions write, on its way to the instance's log: whole lines, so that they
 * never mix with the runtime's. Called by one thread at a time.
 */
final class ExtensionLines implements LogSink {
  /** A longer line is passed on in pieces. */
  private static final int MAX_LINE = 64 * 1024;

  private final InstanceLog log;
  private byte[] line = new byte[256];
  private int length;

  ExtensionLines(InstanceLog log) {
    this.log = log;
  }

  /** Passes on a last line that has no end. */
  void end() {
    if (length > 0) {
      write(new byte[] {'\n'}, 0, 1);
    }
  }

  @Override
  public void write(byte[] buffer, int offset, int count) {
    for (int at = offset; at < offset + count; at++) {
      if (length == line.length) {
        line = Arrays.copyOf(line, Math.min(MAX_LINE, line.length * 2));
      }
      line[length++] = buffer[at];
      if (buffer[at] == '\n' || length == MAX_LINE) {
        log.extensionLine(line, length);
        length = 0;
      }
    }
  }
}
