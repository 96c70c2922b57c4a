package io.mayfly.sandbox;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** The network of one jail, into which the platform can connect. Thread-safe. */
final class JailNetwork implements AutoCloseable {
  private final Launcher launcher;
  private final int namespace;
  private boolean closed;

  /**
   * That of a jail that has ended already cannot be reached.
   *
   * @param process the jail's first process, which must not have been reaped
   */
  JailNetwork(Launcher launcher, int process) {
    this.launcher = launcher;
    int found = -1;
    try {
      found = Posix.open("/proc/" + process + "/ns/net", Posix.O_RDONLY);
    } catch (PosixException e) {
      closed = true;
    }
    this.namespace = found;
  }

  /** A socket in the jail's network, not connected yet. */
  synchronized SocketChannel open() throws IOException {
    if (closed) {
      throw new IOException("the jail is gone");
    }
    try {
      return launcher.socketIn(namespace);
    } catch (PosixException e) {
      throw new IOException(e);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Posix.close(namespace);
    }
  }
}
