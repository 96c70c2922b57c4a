package io.mayfly.sandbox;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;

/**
 * What is at {@code AWS_LAMBDA_RUNTIME_API} of an instance whose runtime speaks frames: it serves
 * extensions alone. Runs on the threads of its {@link HttpListener}.
 */
final class ExtensionsServer implements HttpListener.Service, AutoCloseable {
  /** Two for each extension, and some for those that come and go. */
  private static final int CONNECTIONS = 32;

  private final ExtensionsApi api;
  private final HttpListener listener;

  ExtensionsServer(ServerSocketChannel socket, SocketWatcher watcher, ExtensionsApi api) {
    this.api = api;
    this.listener =
        new HttpListener(
            socket,
            watcher,
            ExtensionsApi.BODY_BYTES,
            new ReceiveBudget(ExtensionsApi.BODY_BYTES + HttpConnection.HEADER_BYTES, 1),
            this);
    listener.start("extensions-api");
  }

  @Override
  public int connections() {
    return CONNECTIONS;
  }

  @Override
  public boolean isWaiting(HttpConnection connection) {
    return api.isWaiting(connection);
  }

  @Override
  public void serve(HttpConnection connection, HttpRequest request) throws IOException {
    boolean last = "close".equalsIgnoreCase(request.header("connection").orElse(""));
    if (api.takes(request)) {
      api.serve(connection, request);
      if (last && !api.isWaiting(connection)) {
        listener.forget(connection);
      }
    } else {
      connection.write(
          ExtensionMessages.error(
              "404 Not Found", "NotFound", "There is no such path for this runtime"));
    }
  }

  @Override
  public byte[] refusal(String reason) {
    return ExtensionMessages.error("400 Bad Request", "InvalidRequest", reason);
  }

  @Override
  public void gone(HttpConnection connection, boolean unsent) {
    api.forget(connection);
  }

  @Override
  public void close() {
    listener.close();
  }
}
