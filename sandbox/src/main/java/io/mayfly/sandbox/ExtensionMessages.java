package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/** What extensions are sent: events as answers to a {@code next}, and answers of other kinds. */
final class ExtensionMessages {
  private ExtensionMessages() {}

  static byte[] invoke(Invocation invocation) {
    return event(
        new JsonFields()
            .text("eventType", "INVOKE")
            .number("deadlineMs", invocation.deadline().toEpochMilli())
            .text("requestId", invocation.requestId().value())
            .text("invokedFunctionArn", invocation.functionArn().toString())
            .object(
                "tracing",
                new JsonFields()
                    .text("type", "X-Amzn-Trace-Id")
                    .text("value", invocation.traceId())));
  }

  static byte[] shutdown(Extensions.ShutdownReason reason, Instant deadline) {
    return event(
        new JsonFields()
            .text("eventType", "SHUTDOWN")
            .text("shutdownReason", reason.wireName())
            .number("deadlineMs", deadline.toEpochMilli()));
  }

  private static byte[] event(JsonFields fields) {
    return bytes(
        "200 OK",
        "Lambda-Extension-Event-Identifier: " + UUID.randomUUID() + "\r\n",
        fields.toString());
  }

  /**
   * @param account told to those who accept it
   */
  static byte[] registered(UUID id, ExtensionsSpec spec, boolean account) {
    JsonFields fields =
        new JsonFields()
            .text("functionName", spec.functionName())
            .text("functionVersion", spec.functionVersion())
            .text("handler", spec.handler());
    if (account) {
      fields.text("accountId", spec.account());
    }
    return bytes("200 OK", "Lambda-Extension-Identifier: " + id + "\r\n", fields.toString());
  }

  static byte[] subscribed() {
    return bytes("200 OK", "", "\"OK\"");
  }

  static byte[] accepted() {
    return bytes("202 Accepted", "", "{\"status\":\"OK\"}\n");
  }

  static byte[] refused(String errorType, String message) {
    return error("403 Forbidden", errorType, message);
  }

  /**
   * @param status the code and its words
   */
  static byte[] error(String status, String errorType, String message) {
    return bytes(
        status,
        "",
        new JsonFields().text("errorMessage", message).text("errorType", errorType) + "\n");
  }

  private static byte[] bytes(String status, String headers, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("HTTP/1.1 "
                + status
                + "\r\nContent-Type: application/json\r\n"
                + headers
                + "Content-Length: "
                + content.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, whole, head.length, content.length);
    return whole;
  }
}
