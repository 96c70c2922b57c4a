package io.mayfly.sandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A file of the kernel's with one number, held open because it is read after every call: opening it
 * each time takes ten times as long as reading it. Thread-safe.
 */
final class NumberFile implements AutoCloseable {
  private static final int DIGITS = 32;

  private final int descriptor;
  private boolean open = true;

  /**
   * @throws PosixException if it cannot be opened
   */
  NumberFile(Path file) {
    descriptor = Posix.open(file.toString(), Posix.O_RDONLY);
  }

  /** The number in it now; 0 once it is closed or what it is about is gone. */
  synchronized long read() {
    if (!open) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(DIGITS);
      int size = Posix.readStart(descriptor, text);
      long number = 0;
      for (int at = 0; at < size; at++) {
        byte digit = text.get(ValueLayout.JAVA_BYTE, at);
        if (digit < '0' || digit > '9') {
          break;
        }
        number = 10 * number + digit - '0';
      }
      return number;
    }
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      Posix.close(descriptor);
    }
  }
}
