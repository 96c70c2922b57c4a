package io.mayfly.sandbox;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The address at {@code AWS_LAMBDA_RUNTIME_API} of one instance and the connections to it, so many
 * at a time. Requests wait for their answers, so there is one at the most on each.
 *
 * <p>One virtual thread accepts; the connections are the watcher's, on whose threads requests are
 * read. Which there are is guarded by this object's monitor, under which nothing else is called.
 */
final class HttpListener implements AutoCloseable {
  private final ServerSocketChannel socket;
  private final SocketWatcher watcher;
  private final int maximumBody;
  private final ReceiveBudget budget;
  private final Service service;
  private final Set<HttpConnection> connections = new HashSet<>();
  private boolean closed;

  /** What answers the requests. */
  interface Service {
    /** How many connections there may be. */
    int connections();

    /** Says who takes the body of a request as it comes, from its head; nobody, as a rule. */
    default Optional<HttpConnection.BodyTaker> takeBody(
        HttpRequest head, HttpConnection connection) {
      return Optional.empty();
    }

    /** Whether a request that came over a connection has no answer yet. */
    boolean isWaiting(HttpConnection connection);

    /** Answers a request, now or later. */
    void serve(HttpConnection connection, HttpRequest request) throws IOException;

    /** What is sent to who sends what is no request, before the connection is closed. */
    byte[] refusal(String reason);

    /**
     * A connection has been closed.
     *
     * @param unsent whether something of what was to be sent over it has not been
     */
    void gone(HttpConnection connection, boolean unsent);

    /** There will be no more connections. */
    void close();
  }

  /**
   * @param maximumBody bytes of a request's body
   * @param budget what its connections may hold of requests, together
   */
  HttpListener(
      ServerSocketChannel socket,
      SocketWatcher watcher,
      int maximumBody,
      ReceiveBudget budget,
      Service service) {
    this.socket = socket;
    this.watcher = watcher;
    this.maximumBody = maximumBody;
    this.budget = budget;
    this.service = service;
  }

  /** Begins to accept, on a thread of that name. */
  void start(String thread) {
    Thread.ofVirtual().name(thread).start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        HttpConnection connection = new HttpConnection(socket.accept(), maximumBody, budget);
        if (register(connection, service.connections())) {
          start(connection);
        } else {
          connection.close();
        }
      }
    } catch (IOException e) {
      // The listener is closed with the instance; without one nothing in it can go on anyway.
      service.close();
    }
  }

  private synchronized boolean register(HttpConnection connection, int most) {
    return !closed && connections.size() < most && connections.add(connection);
  }

  private void start(HttpConnection connection) {
    connection.takeBodies(head -> service.takeBody(head, connection));
    try {
      connection.start(watcher, () -> read(connection), () -> forget(connection));
    } catch (IOException e) {
      // It has been closed meanwhile.
      forget(connection);
    }
  }

  /** There is something to read. */
  private void read(HttpConnection connection) {
    try {
      Optional<HttpRequest> request = connection.read();
      if (request.isPresent()) {
        if (connection.pipelined() || service.isWaiting(connection)) {
          throw new HttpConnection.MalformedException("requests must wait for their answers");
        }
        service.serve(connection, request.get());
      } else if (connection.ended()) {
        forget(connection);
      }
    } catch (HttpConnection.MalformedException e) {
      refuse(connection, String.valueOf(e.getMessage()));
      forget(connection);
    } catch (IOException e) {
      // The client closed its end or is gone; there is nobody to tell.
      forget(connection);
    }
  }

  private void refuse(HttpConnection connection, String reason) {
    try {
      connection.write(service.refusal(reason));
    } catch (IOException e) {
      // It is being closed in any case.
    }
  }

  /** Closes a connection. */
  void forget(HttpConnection connection) {
    boolean unsent = connection.unsent();
    connection.close();
    synchronized (this) {
      connections.remove(connection);
    }
    service.gone(connection, unsent);
  }

  /** Accepts nobody any more, and closes the connections, of which nobody is told. */
  @Override
  public void close() {
    Set<HttpConnection> open;
    synchronized (this) {
      closed = true;
      open = Set.copyOf(connections);
    }
    try {
      socket.close();
    } catch (IOException e) {
      // The descriptor is gone whatever close(2) says.
    }
    open.forEach(HttpConnection::close);
  }
}
