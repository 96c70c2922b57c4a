package io.mayfly.server;

import io.mayfly.gateway.HttpThreads;
import io.mayfly.sandbox.SocketWatcher;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Has the threads that read requests read what instances say, too. */
record GuestSockets(HttpThreads threads) implements SocketWatcher {
  @Override
  public Watch watch(SocketChannel socket, Runnable readable, Runnable writable)
      throws IOException {
    HttpThreads.Watch watch = threads.watch(socket, readable, writable);
    return new Watch() {
      @Override
      public void awaitRoom(boolean wanted) throws IOException {
        watch.awaitRoom(wanted);
      }

      @Override
      public void awaitData(boolean wanted) throws IOException {
        watch.awaitData(wanted);
      }

      @Override
      public void end() {
        watch.end();
      }
    };
  }
}
