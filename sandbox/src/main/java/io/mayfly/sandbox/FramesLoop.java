package io.mayfly.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Waits for what guests say over their connections, and for room where they do not read: one
 * platform thread for many of them, which never blocks on any.
 *
 * <p>A call's answer is taken, logged and given to its caller on this thread: nothing is handed to
 * another thread on its way, so whatever is called from here must not block.
 */
final class FramesLoop implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FramesLoop.class.getName());

  /** A connection that the loop watches. Both methods run on the loop's thread. */
  interface Watched {
    /** There is something to read, or the other side has closed. */
    void readable();

    /** There is room again for what could not be written. */
    void writable();
  }

  private final Selector selector;
  private final Thread thread;
  private volatile boolean closed;

  FramesLoop(int number) {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("the connections of instances cannot be watched", e);
    }
    thread = Thread.ofPlatform().name("mayfly-frames-" + number).daemon().start(this::run);
  }

  /**
   * Watches a connection from now on, until it is closed; it does not block any more.
   *
   * @throws IOException if it is closed already
   */
  void watch(SocketChannel socket, Watched watched) throws IOException {
    socket.configureBlocking(false);
    socket.register(selector, SelectionKey.OP_READ, watched);
    selector.wakeup();
  }

  /** Whether to call {@link Watched#writable} once there is room. */
  void awaitRoom(SocketChannel socket, boolean wanted) throws IOException {
    SelectionKey key = socket.keyFor(selector);
    if (key == null) {
      throw new ClosedChannelException();
    }
    try {
      key.interestOps(wanted ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    } catch (CancelledKeyException e) {
      throw new IOException("the connection has been closed", e);
    }
    selector.wakeup();
  }

  /** Watches a connection no more. One that is closed has its descriptor freed by that. */
  void forget(SocketChannel socket) {
    SelectionKey key = socket.keyFor(selector);
    if (key != null) {
      key.cancel();
    }
    selector.wakeup();
  }

  private void run() {
    while (!closed) {
      try {
        selector.select(FramesLoop::handle);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "the connections of instances cannot be watched", e);
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the connections of instances stay open", e);
    }
  }

  private static void handle(SelectionKey key) {
    Watched watched = (Watched) key.attachment();
    try {
      if (key.isReadable()) {
        watched.readable();
      }
      if (key.isValid() && key.isWritable()) {
        watched.writable();
      }
    } catch (CancelledKeyException e) {
      // Closed by another thread meanwhile.
      LOG.log(System.Logger.Level.TRACE, "a connection was closed", e);
    } catch (RuntimeException e) {
      // One call's trouble must not end the thread that serves all of them.
      LOG.log(System.Logger.Level.ERROR, "what a guest said could not be handled", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
