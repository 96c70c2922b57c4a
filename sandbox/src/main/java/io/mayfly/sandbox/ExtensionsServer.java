package io.mayfly.sandbox;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The address at {@code AWS_LAMBDA_RUNTIME_API} of an instance whose runtime speaks frames: it
 * serves extensions alone.
 *
 * <p>One virtual thread accepts; the connections are the watcher's. Which there are is guarded by
 * this object's monitor, under which nothing else is called.
 */
final class ExtensionsServer implements AutoCloseable {
  /** Two for each extension, and some for those that come and go. */
  private static final int CONNECTIONS = 32;

  private final ServerSocketChannel listener;
  private final SocketWatcher watcher;
  private final ExtensionsApi api;
  private final ReceiveBudget budget =
      new ReceiveBudget(ExtensionsApi.BODY_BYTES + HttpConnection.HEADER_BYTES, 1);
  private final Set<HttpConnection> connections = new HashSet<>();
  private boolean closed;

  ExtensionsServer(ServerSocketChannel listener, SocketWatcher watcher, ExtensionsApi api) {
    this.listener = listener;
    this.watcher = watcher;
    this.api = api;
    Thread.ofVirtual().name("extensions-api").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel socket = listener.accept();
        HttpConnection connection = new HttpConnection(socket, ExtensionsApi.BODY_BYTES, budget);
        if (register(connection)) {
          start(connection);
        } else {
          connection.close();
        }
      }
    } catch (IOException e) {
      // The listener is closed with the instance.
      close();
    }
  }

  private synchronized boolean register(HttpConnection connection) {
    return !closed && connections.size() < CONNECTIONS && connections.add(connection);
  }

  private void start(HttpConnection connection) {
    try {
      connection.start(watcher, () -> serve(connection), () -> forget(connection));
    } catch (IOException e) {
      // It has been closed meanwhile.
      forget(connection);
    }
  }

  private void serve(HttpConnection connection) {
    try {
      Optional<HttpRequest> request = connection.read();
      if (request.isPresent()) {
        if (connection.pipelined() || api.isWaiting(connection)) {
          throw new HttpConnection.MalformedException("requests must wait for their answers");
        }
        serve(connection, request.get());
      } else if (connection.ended()) {
        forget(connection);
      }
    } catch (HttpConnection.MalformedException e) {
      refuse(connection, String.valueOf(e.getMessage()));
      forget(connection);
    } catch (IOException e) {
      forget(connection);
    }
  }

  private void serve(HttpConnection connection, HttpRequest request) throws IOException {
    boolean last = "close".equalsIgnoreCase(request.header("connection").orElse(""));
    if (api.takes(request)) {
      api.serve(connection, request);
      if (last && !api.isWaiting(connection)) {
        forget(connection);
      }
    } else {
      connection.write(
          ExtensionMessages.error(
              "404 Not Found", "NotFound", "There is no such path for this runtime"));
    }
  }

  private static void refuse(HttpConnection connection, String reason) {
    try {
      connection.write(ExtensionMessages.error("400 Bad Request", "InvalidRequest", reason));
    } catch (IOException e) {
      // It is being closed in any case.
    }
  }

  private void forget(HttpConnection connection) {
    connection.close();
    api.forget(connection);
    synchronized (this) {
      connections.remove(connection);
    }
  }

  @Override
  public void close() {
    Set<HttpConnection> open;
    synchronized (this) {
      closed = true;
      open = Set.copyOf(connections);
    }
    try {
      listener.close();
    } catch (IOException e) {
      // The descriptor is gone whatever close(2) says.
    }
    open.forEach(this::forget);
  }
}
