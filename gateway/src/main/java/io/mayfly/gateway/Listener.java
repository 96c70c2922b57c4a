package io.mayfly.gateway;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one port, on Jetty, which nothing outside this class knows. Every request runs on a virtual
 * thread of its own from reading the body to writing the answer.
 *
 * <p>Bodies are held in memory. Each route bounds its own; all together are bounded by a budget,
 * for which a request waits, so that many large uploads at once cost time and not the platform's
 * heap.
 */
public final class Listener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private static final int HEADER_BYTES = 64 * 1024;
  private static final int SMALL_BODY = 64 * 1024;

  /** A quarter of the heap, but enough for the largest request there is. */
  private static final int BODY_BUDGET_KILOBYTES =
      Math.clamp(Runtime.getRuntime().maxMemory() / 4 / 1024, 96 * 1024, 1024 * 1024);

  private static final int READ_BYTES = 32 * 1024;
  private static final long BODY_GRACE_SECONDS = 30;
  private static final long BODY_BYTES_PER_SECOND = 16 * 1024;

  /** How much of a body that is too large is read all the same before that is said. */
  private static final long DISCARDED_BYTES = 256L * 1024 * 1024;

  private final Server server;
  private final ServerConnector connector;

  private Listener(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /**
   * Starts listening.
   *
   * @param address port 0 takes any free one
   * @throws MayflyException if the address is in use or not this machine's
   */
  public static Listener start(InetSocketAddress address, Router router) {
    QueuedThreadPool threads = new QueuedThreadPool(16, 2);
    threads.setName("mayfly-http");
    threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
    Server server = new Server(threads);
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(HEADER_BYTES);
    configuration.setResponseHeaderSize(HEADER_BYTES);
    // Paths are taken as they came and decoded once, by whoever they are for: ARNs hold %3A and
    // %2F.
    configuration.setUriCompliance(UriCompliance.UNSAFE);
    ServerConnector connector =
        new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    connector.setAcceptQueueSize(1024);
    server.addConnector(connector);
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

  private static final class Adapter extends Handler.Abstract {
    private static final byte[] NO_BODY = {};

    private final Router router;
    private final Semaphore budget = new Semaphore(BODY_BUDGET_KILOBYTES, true);

    Adapter(Router router) {
      this.router = router;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      // A handler may think for as long as its function may run; only reading and writing time out.
      request.addIdleTimeoutListener(idle -> false);
      Head head = Head.of(request);
      Router.Route route = router.route(head.host(), head.path());
      long limit = route.bodyBytes();
      long declared = length(request);
      if (declared > limit) {
        discard(request, declared);
        send(route.handler().tooLarge(head.with(request, NO_BODY), limit), response, callback);
        return true;
      }
      int kilobytes = kilobytes(bound(declared, limit));
      // Even nothing would wait behind others in a fair semaphore.
      if (kilobytes > 0) {
        budget.acquire(kilobytes);
      }
      try {
        Optional<byte[]> body = readBody(request, declared, limit);
        int held = body.map(whole -> kilobytes(whole.length)).orElse(0);
        budget.release(kilobytes - held);
        kilobytes = held;
        HttpResponse answer =
            body.isEmpty()
                ? route.handler().tooLarge(head.with(request, NO_BODY), limit)
                : route.handler().handle(head.with(request, body.get()));
        send(answer, response, callback);
      } finally {
        budget.release(kilobytes);
      }
      return true;
    }

    /**
     * How long the body is, -1 where only its end will tell: a request that says nothing of its
     * body has none (RFC 9112, 6.3).
     */
    private static long length(Request request) {
      long declared = request.getLength();
      return declared < 0 && !request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
          ? 0
          : declared;
    }

    /** A body's share of the budget; small ones are free. */
    private static int kilobytes(long bytes) {
      return bytes <= SMALL_BODY ? 0 : (int) (bytes / 1024 + 1);
    }

    /**
     * Many clients read no answer before they have sent their whole request, and see a broken
     * connection instead: within a bound they are let.
     */
    private static void discard(Request request, long declared) throws IOException {
      if (declared <= DISCARDED_BYTES && !request.getHeaders().contains(HttpHeader.EXPECT)) {
        try (InputStream in = Content.Source.asInputStream(request)) {
          in.transferTo(OutputStream.nullOutputStream());
        }
      }
    }

    private static long bound(long declared, long limit) {
      return declared >= 0 ? declared : Math.min(limit, BODY_BUDGET_KILOBYTES * 1024L);
    }

    private static Optional<byte[]> readBody(Request request, long declared, long limit)
        throws IOException {
      if (declared == 0) {
        return Optional.of(NO_BODY);
      }
      try (InputStream in = Content.Source.asInputStream(request)) {
        if (declared > 0) {
          byte[] exact = readAtMost(in, declared);
          if (exact.length < declared) {
            throw new IOException("the request ended before its body did");
          }
          return Optional.of(exact);
        }
        byte[] read = readAtMost(in, limit + 1);
        return read.length > limit ? Optional.empty() : Optional.of(read);
      }
    }

    /**
     * Reads to the end or to {@code limit}. A sender that is slow on purpose would hold its part of
     * the budget for as long as it likes, so each byte buys little time.
     *
     * @throws IOException if the body comes too slowly
     */
    private static byte[] readAtMost(InputStream in, long limit) throws IOException {
      long start = System.nanoTime();
      ByteArrayOutputStream body = new ByteArrayOutputStream((int) Math.min(limit, READ_BYTES));
      byte[] buffer = new byte[READ_BYTES];
      while (body.size() < limit) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, limit - body.size()));
        if (read < 0) {
          break;
        }
        body.write(buffer, 0, read);
        long allowed = BODY_GRACE_SECONDS + body.size() / BODY_BYTES_PER_SECOND;
        if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) > allowed) {
          throw new IOException("the body comes too slowly");
        }
      }
      return body.toByteArray();
    }

    private static void send(HttpResponse answer, Response response, Callback callback)
        throws IOException {
      switch (answer) {
        case HttpResponse.Whole whole -> {
          WireResponse wire = whole.wire();
          response.setStatus(wire.status());
          wire.headers().forEach(response.getHeaders()::add);
          response.write(true, ByteBuffer.wrap(wire.body()), callback);
        }
        case HttpResponse.Streamed streamed -> {
          response.setStatus(streamed.status());
          streamed.headers().forEach(response.getHeaders()::add);
          try (OutputStream target = Content.Sink.asOutputStream(response)) {
            target.flush();
            streamed.body().writeTo(target);
          }
          callback.succeeded();
        }
      }
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
