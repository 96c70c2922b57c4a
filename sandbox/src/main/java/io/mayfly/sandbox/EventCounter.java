package io.mayfly.sandbox;

import java.lang.foreign.Arena;

/** A counter that the kernel raises when something happens (eventfd(2)). Thread-safe. */
final class EventCounter implements AutoCloseable {
  private final int descriptor = Posix.eventCounter();
  private boolean open = true;

  /** For the kernel and the pump; valid until {@link #close}. */
  int descriptor() {
    return descriptor;
  }

  /** Whether it has been raised since the last question. */
  synchronized boolean raised() {
    if (!open) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      return Posix.read(descriptor, arena.allocate(8)) > 0;
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
