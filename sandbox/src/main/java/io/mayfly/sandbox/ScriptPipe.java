package io.mayfly.sandbox;

import java.nio.charset.StandardCharsets;

/** The platform's end of the standard input of a jail's shell. Thread-safe. */
final class ScriptPipe implements AutoCloseable {
  private final int writeEnd;
  private boolean open = true;

  ScriptPipe(int writeEnd) {
    this.writeEnd = writeEnd;
  }

  /**
   * Gives the shell a part of its script; a shell that is gone gets none, and its end tells why.
   *
   * @throws PosixException if it would have to wait and is not to ({@link #waitForNobody})
   */
  synchronized void write(String part) {
    if (!open) {
      return;
    }
    try {
      Posix.write(writeEnd, part.getBytes(StandardCharsets.UTF_8));
    } catch (PosixException e) {
      if (e.errno() != Errno.EPIPE) {
        throw e;
      }
    }
  }

  /**
   * Has what is written from now on fail where it would wait for the shell: code of the function's
   * runs beside it, and may have stopped it or filled the pipe.
   */
  synchronized void waitForNobody() {
    if (open) {
      Posix.setNonBlocking(writeEnd);
    }
  }

  /** Gives the shell the rest of its script. */
  void end(String rest) {
    write(rest);
    close();
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      Posix.close(writeEnd);
    }
  }
}
