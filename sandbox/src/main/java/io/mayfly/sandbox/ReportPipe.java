package io.mayfly.sandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the shell in a jail with extensions says of the processes it has started ({@link
 * ExtensionsScript}), a line each: {@code p PID} of the runtime in the jail, {@code e INDEX STATUS}
 * when an extension has ended, {@code r STATUS} when the runtime has.
 *
 * <p>Read on the pump's thread. Whatever runs in the jail can write to it, so that it is believed
 * about this instance alone, and what is no such line is left.
 */
final class ReportPipe implements AutoCloseable {
  private static final int MOST = 64;

  private final Pump pump;
  private final int readEnd;
  private Optional<Listener> listener = Optional.empty();
  private OptionalLong token = OptionalLong.empty();
  private final StringBuilder line = new StringBuilder();
  private boolean open = true;

  /** Hears what the shell says. Must not block. */
  interface Listener {
    void runtimeStarted(int pid);

    void extensionEnded(int program, int status);

    void runtimeEnded(int status);
  }

  ReportPipe(Pump pump, int readEnd) {
    this.pump = pump;
    this.readEnd = readEnd;
  }

  /** Has a listener hear what there is from now on. */
  synchronized void tell(Listener hears) {
    if (open) {
      listener = Optional.of(hears);
      token = OptionalLong.of(pump.watch(readEnd, this::read));
    }
  }

  private void read() {
    byte[] bytes = take();
    for (byte each : bytes) {
      if (each == '\n') {
        String[] words = line.toString().split(" ", 4);
        listener.ifPresent(hears -> hear(hears, words));
        line.setLength(0);
      } else if (line.length() < MOST) {
        line.append((char) each);
      }
    }
  }

  private synchronized byte[] take() {
    if (!open) {
      return new byte[0];
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(1024);
      int count = Posix.read(readEnd, buffer);
      if (count == 0) {
        close();
      }
      return buffer.asSlice(0, Math.max(0, count)).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static void hear(Listener listener, String[] words) {
    try {
      if (words.length == 2 && words[0].equals("p")) {
        listener.runtimeStarted(Integer.parseInt(words[1]));
      } else if (words.length == 2 && words[0].equals("r")) {
        listener.runtimeEnded(Integer.parseInt(words[1]));
      } else if (words.length == 3 && words[0].equals("e")) {
        listener.extensionEnded(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
      }
    } catch (NumberFormatException e) {
      // Not the shell's.
    }
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      token.ifPresent(registration -> pump.forget(readEnd, registration));
      Posix.close(readEnd);
    }
  }
}
