package io.mayfly.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A thread that watches sockets, where there is no gateway whose threads do. */
final class SocketLoop implements SocketWatcher, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SocketLoop.class.getName());

  private final Selector selector;
  private final Thread thread;
  private volatile boolean closed;

  SocketLoop() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = Thread.ofPlatform().name("sockets").daemon().start(this::run);
  }

  private record Actions(Runnable readable, Runnable writable) {}

  @Override
  public Watch watch(SocketChannel socket, Runnable readable, Runnable writable)
      throws IOException {
    socket.configureBlocking(false);
    SelectionKey key =
        socket.register(selector, SelectionKey.OP_READ, new Actions(readable, writable));
    selector.wakeup();
    return new Watch() {
      @Override
      public void awaitRoom(boolean wanted) throws IOException {
        await(SelectionKey.OP_WRITE, wanted);
      }

      @Override
      public void awaitData(boolean wanted) throws IOException {
        await(SelectionKey.OP_READ, wanted);
      }

      private void await(int operation, boolean wanted) throws IOException {
        try {
          var _ = wanted ? key.interestOpsOr(operation) : key.interestOpsAnd(~operation);
        } catch (CancelledKeyException e) {
          throw new ClosedChannelException();
        }
        selector.wakeup();
      }

      @Override
      public void end() {
        key.cancel();
        selector.wakeup();
      }
    };
  }

  private void run() {
    while (!closed) {
      try {
        selector.select(SocketLoop::handle);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void handle(SelectionKey key) {
    Actions actions = (Actions) key.attachment();
    try {
      if (key.isReadable()) {
        actions.readable().run();
      }
      if (key.isValid() && key.isWritable()) {
        actions.writable().run();
      }
    } catch (CancelledKeyException e) {
      LOG.log(System.Logger.Level.TRACE, "a socket was closed", e);
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
