package io.mayfly.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** The network of one jail, into which the platform can connect. Thread-safe. */
final class JailNetwork implements AutoCloseable {
  private final Launcher launcher;
  private final int namespace;
  private boolean closed;

  /**
   * @param process the jail's first process, which must not have been reaped
   */
  JailNetwork(Launcher launcher, int process) {
    this.launcher = launcher;
    this.namespace = Posix.open("/proc/" + process + "/ns/net", Posix.O_RDONLY);
  }

  /** Connects to a port of the jail's own loopback. */
  SocketChannel connect(int port) throws IOException {
    SocketChannel socket = open();
    try {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private synchronized SocketChannel open() throws IOException {
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
