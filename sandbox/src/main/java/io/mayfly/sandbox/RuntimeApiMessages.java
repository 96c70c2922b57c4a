package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** What goes over the Runtime API: events as answers to a {@code next}, and what came of them. */
final class RuntimeApiMessages {
  static final String ERROR_TYPE = "lambda-runtime-function-error-type";
  private static final String ERROR_BODY = "lambda-runtime-function-error-body";
  private static final String RESPONSE_MODE = "lambda-runtime-function-response-mode";
  private static final byte[] NO_ERROR_OBJECT = {'{', '}'};

  private RuntimeApiMessages() {}

  static Outcome outcome(HttpRequest request, boolean error) {
    if (request.oversized()) {
      return new Outcome.ResponseTooLarge(request.bodyBytes());
    }
    if (error) {
      return new Outcome.HandlerError(request.body(), request.header(ERROR_TYPE));
    }
    Optional<String> streamError = request.header(ERROR_BODY);
    if (streamError.isPresent()) {
      return new Outcome.HandlerError(decoded(streamError.get()), request.header(ERROR_TYPE));
    }
    if (streams(request) && request.header(ERROR_TYPE).isPresent()) {
      return new Outcome.HandlerError(NO_ERROR_OBJECT, request.header(ERROR_TYPE));
    }
    return new Outcome.Success(request.body(), contentType(request));
  }

  /** Whether a runtime says that it sends its response as a stream. */
  static boolean streams(HttpRequest request) {
    return request.header(RESPONSE_MODE).filter("streaming"::equalsIgnoreCase).isPresent();
  }

  /** What the runtime says its response is. */
  static String contentType(HttpRequest request) {
    return request
        .header("content-type")
        .orElse(streams(request) ? "application/octet-stream" : "application/json");
  }

  /** A streamed response that fails half-way carries its error as Base64 in a trailer. */
  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  static byte[] event(Invocation invocation) {
    StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\n");
    header(head, "Content-Type", "application/json");
    header(head, "Lambda-Runtime-Aws-Request-Id", invocation.requestId().value());
    header(head, "Lambda-Runtime-Deadline-Ms", Long.toString(invocation.deadline().toEpochMilli()));
    header(head, "Lambda-Runtime-Invoked-Function-Arn", invocation.functionArn().toString());
    header(head, "Lambda-Runtime-Trace-Id", invocation.traceId());
    invocation
        .clientContext()
        .ifPresent(value -> header(head, "Lambda-Runtime-Client-Context", value));
    invocation
        .cognitoIdentity()
        .ifPresent(value -> header(head, "Lambda-Runtime-Cognito-Identity", value));
    invocation
        .tenant()
        .ifPresent(tenant -> header(head, "Lambda-Runtime-Aws-Tenant-Id", tenant.value()));
    header(head, "Content-Length", Integer.toString(invocation.payload().length));
    head.append("\r\n");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(invocation.payload().length + 1024);
    bytes.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(invocation.payload());
    return bytes.toByteArray();
  }

  /** Values come from whoever invokes; none may end its line. */
  private static void header(StringBuilder head, String name, String value) {
    head.append(name).append(": ");
    value.chars().forEach(each -> head.append(each < ' ' || each == 0x7F ? ' ' : (char) each));
    head.append("\r\n");
  }
}
