package io.mayfly.gateway;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that read requests, one for four processors, on Jetty. They watch sockets that are
 * not Jetty's as well: one thread that reads requests and what comes of them has no other to wake
 * on the way of a call.
 *
 * <p>They serve many connections each, so nothing that runs on them may block.
 */
public final class HttpThreads implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpThreads.class);

  private static final int HEADER_BYTES = 64 * 1024;

  private final int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);

  /** Those that read keep one each for good, and so does the one that accepts. */
  private final QueuedThreadPool threads = new QueuedThreadPool(count + 15, count + 1);

  private final Server server = new Server(threads);
  private final ServerConnector connector;
  private final List<ManagedSelector> selectors;
  private final AtomicInteger turn = new AtomicInteger();

  private HttpThreads() throws Exception {
    threads.setName("mayfly-http");
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(HEADER_BYTES);
    configuration.setResponseHeaderSize(HEADER_BYTES);
    // Paths are taken as they came and decoded once, by whoever they are for: ARNs hold %3A and
    // %2F.
    configuration.setUriCompliance(UriCompliance.UNSAFE);
    connector =
        new ServerConnector(
            server,
            new Resuming(threads),
            null,
            null,
            1,
            count,
            new HttpConnectionFactory(configuration));
    server.addConnector(connector);
    // Both go on when the server stops: others' sockets are watched until these are closed.
    server.unmanage(threads);
    connector.unmanage(connector.getSelectorManager());
    threads.start();
    connector.getSelectorManager().start();
    selectors = List.copyOf(connector.getSelectorManager().getBeans(ManagedSelector.class));
  }

  /** Starts the threads; there is no port yet for them to serve. */
  public static HttpThreads start() {
    try {
      return new HttpThreads();
    } catch (Exception e) {
      throw new IllegalStateException("the threads for requests cannot be started", e);
    }
  }

  /**
   * Once an answer has been sent by another thread than the request was read by, Jetty has the
   * connection looked at for the next one by a thread of the pool, which is woken for that: as many
   * wakes as calls. Whoever sent the answer can do so itself, because reading blocks nobody here.
   */
  private record Resuming(QueuedThreadPool threads) implements Executor {
    @Override
    public void execute(Runnable task) {
      if (task instanceof Connection) {
        task.run();
      } else {
        threads.execute(task);
      }
    }
  }

  Server server() {
    return server;
  }

  ServerConnector connector() {
    return connector;
  }

  /** A socket that is watched. */
  public interface Watch {
    /** Whether to be told once there is room for what could not be written. */
    void awaitRoom(boolean wanted) throws IOException;

    /** Whether to be told once there is something to read, which is so from the start. */
    void awaitData(boolean wanted) throws IOException;

    /** Ends it. A socket that has been closed has its descriptor freed by that. */
    void end();
  }

  /**
   * Watches a socket from now on, which does not block any more.
   *
   * @param readable runs when there is something to read, or the other side has closed
   * @param writable runs when there is room again
   * @throws IOException if it is closed already
   */
  public Watch watch(SocketChannel socket, Runnable readable, Runnable writable)
      throws IOException {
    int next = Math.floorMod(turn.getAndIncrement(), selectors.size());
    Watched watched = new Watched(socket, selectors.get(next), readable, writable);
    watched.begin();
    return watched;
  }

  private record Watched(
      SocketChannel socket, ManagedSelector thread, Runnable readable, Runnable writable)
      implements ManagedSelector.Selectable, Watch {
    void begin() throws IOException {
      Selector selector = selector().orElseThrow(ClosedChannelException::new);
      socket.configureBlocking(false);
      socket.register(selector, SelectionKey.OP_READ, this);
      selector.wakeup();
    }

    /** Jetty may replace it; empty once the thread has stopped. */
    private Optional<Selector> selector() {
      return Optional.ofNullable(thread.getSelector());
    }

    private Optional<SelectionKey> key() {
      return selector().map(socket::keyFor);
    }

    @Override
    public @Nullable Runnable onSelected() {
      try {
        SelectionKey key = key().orElseThrow(CancelledKeyException::new);
        if (key.isReadable()) {
          readable.run();
        }
        if (key.isValid() && key.isWritable()) {
          writable.run();
        }
      } catch (CancelledKeyException e) {
        // Closed by another thread meanwhile.
        log.trace("a connection was closed", e);
      } catch (RuntimeException e) {
        // One call's trouble must not end the thread that serves all of them.
        log.error("what came over a socket could not be handled", e);
      }
      return null;
    }

    @Override
    public void updateKey() {}

    @Override
    public void replaceKey(SelectionKey newKey) {}

    @Override
    public void awaitRoom(boolean wanted) throws IOException {
      await(SelectionKey.OP_WRITE, wanted);
    }

    @Override
    public void awaitData(boolean wanted) throws IOException {
      await(SelectionKey.OP_READ, wanted);
    }

    /** Each of the two may be asked for by another thread than the other. */
    private void await(int operation, boolean wanted) throws IOException {
      try {
        SelectionKey key = key().orElseThrow(ClosedChannelException::new);
        var _ = wanted ? key.interestOpsOr(operation) : key.interestOpsAnd(~operation);
      } catch (CancelledKeyException e) {
        throw new IOException("the connection has been closed", e);
      }
      selector().ifPresent(Selector::wakeup);
    }

    @Override
    public void end() {
      key().ifPresent(SelectionKey::cancel);
      selector().ifPresent(Selector::wakeup);
    }
  }

  @Override
  public void close() {
    try {
      connector.getSelectorManager().stop();
      threads.stop();
    } catch (Exception e) {
      log.warn("the threads for requests did not stop cleanly: {}", e.toString());
    }
  }
}
