package io.mayfly.gateway;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireRequest;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one port, on Jetty, which nothing outside this package knows. A request whose handler never
 * blocks is handled by the thread that has read it, and answered by the one that brings the answer;
 * any other runs on a virtual thread of its own from reading the body to writing the answer.
 *
 * <p>Bodies are held in memory. Each route bounds its own; all together are bounded by a budget,
 * for which a request waits, so that many large uploads at once cost time and not the platform's
 * heap.
 */
public final class Listener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  /** A quarter of the heap, but enough for the largest request there is. */
  private static final int BODY_BUDGET_KILOBYTES =
      Math.clamp(Runtime.getRuntime().maxMemory() / 4 / 1024, 96 * 1024, 1024 * 1024);

  private final Server server;
  private final ServerConnector connector;

  private Listener(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /**
   * Starts listening.
   *
   * @param threads not to be closed before this is
   * @param address port 0 takes any free one
   * @throws MayflyException if the address is in use or not this machine's
   */
  public static Listener start(HttpThreads threads, InetSocketAddress address, Router router) {
    Server server = threads.server();
    ServerConnector connector = threads.connector();
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    connector.setAcceptQueueSize(1024);
    server.setHandler(new Adapter(router));
    server.setErrorHandler(Listener::refuse);
    Listener listener = new Listener(server, connector);
    try {
      server.start();
    } catch (Exception e) {
      listener.close();
      throw new MayflyException(
          ErrorCode.CONFLICT,
          isInUse(e)
              ? "port %d of %s is in use; stop what listens there, or give another with --port"
                  .formatted(address.getPort(), address.getHostString())
              : "cannot listen on %s: %s; give another address with --host or --port"
                  .formatted(address, rootMessage(e)),
          e);
    }
    return listener;
  }

  /** Jetty's own answers, to what is no HTTP and to what went wrong; it says no more than that. */
  private static boolean refuse(Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    byte[] body =
        "{\"message\":\"%s\"}"
            .formatted(HttpStatus.getMessage(response.getStatus()))
            .getBytes(StandardCharsets.US_ASCII);
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }

  /** The port that is listened on. */
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
      connector.getConnectedEndPoints().forEach(EndPoint::close);
    } catch (Exception e) {
      log.warn("the listener did not stop cleanly: {}", e.toString());
    }
  }

  private static boolean isInUse(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException && String.valueOf(cause.getMessage()).contains("in use")) {
        return true;
      }
    }
    return false;
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return String.valueOf(root.getMessage());
  }

  /** Called on the thread that reads requests off many connections: nothing here blocks it. */
  private static final class Adapter extends Handler.Abstract.NonBlocking {
    private final Router router;
    private final Executor virtual = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore budget = new Semaphore(BODY_BUDGET_KILOBYTES, true);

    Adapter(Router router) {
      this.router = router;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      Exchange exchange = new Exchange(request, response, callback);
      // A handler may think for as long as its function may run; only reading and writing time out.
      request.addIdleTimeoutListener(
          idle -> {
            exchange.idle();
            return false;
          });
      try {
        Head head = Head.of(request);
        Router.Route route = router.route(head.host(), head.path());
        RequestBody body = new RequestBody(request, route.bodyBytes());
        if (route.handler().quick() && body.readNow()) {
          exchange.send(route.handler().handle(head.with(request, body.bytes())));
        } else {
          virtual.execute(() -> serve(exchange, head, route, body));
        }
      } catch (IOException | RuntimeException e) {
        exchange.fail(e);
      }
      return true;
    }

    /** The same on a virtual thread, which may wait. */
    private void serve(Exchange exchange, Head head, Router.Route route, RequestBody body) {
      Request request = exchange.request();
      try {
        if (body.announcedTooLarge()) {
          body.discard();
          exchange.send(tooLarge(request, head, route));
          return;
        }
        int kilobytes = body.kilobytes(BODY_BUDGET_KILOBYTES);
        // Even nothing would wait behind others in a fair semaphore.
        if (kilobytes > 0) {
          budget.acquire(kilobytes);
          exchange.hold(budget, kilobytes);
        }
        if (body.read()) {
          exchange.holdOnly(body.kilobytesRead());
          exchange.send(route.handler().handle(head.with(request, body.bytes())));
        } else {
          exchange.send(tooLarge(request, head, route));
        }
      } catch (IOException | RuntimeException e) {
        exchange.fail(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        exchange.fail(e);
      }
    }

    private static HttpResponse tooLarge(Request request, Head head, Router.Route route) {
      return route.handler().tooLarge(head.with(request, new byte[0]), route.bodyBytes());
    }
  }

  /** What a request says of itself before its body. */
  private record Head(String method, String path, String query, String host, int port) {
    static Head of(Request request) {
      String path = request.getHttpURI().getPath();
      String query = request.getHttpURI().getQuery();
      String host = Request.getServerName(request);
      return new Head(
          request.getMethod(),
          path == null || path.isEmpty() ? "/" : path,
          query == null ? "" : query,
          host == null ? "" : host.toLowerCase(Locale.ROOT),
          Request.getServerPort(request));
    }

    HttpRequest with(Request request, byte[] body) {
      Headers headers = new Headers();
      for (HttpField field : request.getHeaders()) {
        headers.add(field.getName(), field.getValue() == null ? "" : field.getValue());
      }
      if (headers.first(HttpHeader.HOST.asString()).isEmpty()) {
        headers.set(HttpHeader.HOST.asString(), host);
      }
      return new HttpRequest(
          new WireRequest(method, path, query, headers, body),
          host,
          port,
          Request.getRemoteAddr(request),
          request.getConnectionMetaData().getProtocol());
    }
  }
}
