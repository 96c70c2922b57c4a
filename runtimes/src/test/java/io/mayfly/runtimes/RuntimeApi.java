package io.mayfly.runtimes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mayfly.model.Invocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** Enough of the Lambda Runtime API for AWS's own clients. */
final class RuntimeApi implements AutoCloseable {
  static {
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** What a client said. */
  record Said(String kind, byte[] body) {
    static final Said NEXT = new Said("NEXT", new byte[0]);
  }

  private static final String PREFIX = "/2018-06-01/runtime/";

  private final HttpServer server;
  private final BlockingQueue<Invocation> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();

  RuntimeApi() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(PREFIX, this::handle);
    server.start();
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  void send(Invocation invocation) {
    events.add(invocation);
  }

  BlockingQueue<Said> said() {
    return said;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring(PREFIX.length());
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.equals("invocation/next")) {
      next(exchange);
      return;
    }
    if (path.equals("init/error")) {
      said.add(new Said("INIT_ERROR", body));
    } else if (path.endsWith("/response")) {
      var headers = exchange.getRequestHeaders();
      String type = headers.getFirst("Content-Type");
      said.add(
          "streaming".equals(headers.getFirst("Lambda-Runtime-Function-Response-Mode"))
              ? new Said("STREAM " + type, body)
              : new Said("RESULT", body));
    } else {
      said.add(new Said("ERROR", body));
    }
    exchange.sendResponseHeaders(202, -1);
    exchange.close();
  }

  private void next(HttpExchange exchange) throws IOException {
    said.add(Said.NEXT);
    Invocation event;
    try {
      event = events.take();
    } catch (InterruptedException closed) {
      exchange.close();
      return;
    }
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", "application/json");
    headers.set("Lambda-Runtime-Aws-Request-Id", event.requestId().value());
    headers.set("Lambda-Runtime-Deadline-Ms", Long.toString(event.deadline().toEpochMilli()));
    headers.set("Lambda-Runtime-Invoked-Function-Arn", event.functionArn().toString());
    headers.set("Lambda-Runtime-Trace-Id", event.traceId());
    event.clientContext().ifPresent(text -> headers.set("Lambda-Runtime-Client-Context", text));
    event.cognitoIdentity().ifPresent(text -> headers.set("Lambda-Runtime-Cognito-Identity", text));
    event.tenant().ifPresent(id -> headers.set("Lambda-Runtime-Aws-Tenant-Id", id.value()));
    exchange.sendResponseHeaders(200, event.payload().length == 0 ? -1 : event.payload().length);
    exchange.getResponseBody().write(event.payload());
    exchange.close();
  }

  static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
