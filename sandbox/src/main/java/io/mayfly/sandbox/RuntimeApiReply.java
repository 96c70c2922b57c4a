package io.mayfly.sandbox;

import java.nio.charset.StandardCharsets;

/** A short JSON answer. Its texts are this class's own and need no escaping. */
record RuntimeApiReply(int status, String body) {
  static RuntimeApiReply accepted() {
    return new RuntimeApiReply(202, "{\"status\":\"OK\"}\n");
  }

  static RuntimeApiReply empty() {
    return new RuntimeApiReply(200, "");
  }

  static RuntimeApiReply error(int status, String type, String message) {
    return new RuntimeApiReply(
        status, "{\"errorMessage\":\"" + message + "\",\"errorType\":\"" + type + "\"}\n");
  }

  /** The runtime is not where this could be asked of it. */
  static RuntimeApiReply outOfPlace(String message) {
    return error(403, "InvalidStateTransition", message);
  }

  byte[] bytes(boolean last) {
    String reason =
        switch (status) {
          case 200 -> "OK";
          case 202 -> "Accepted";
          case 400 -> "Bad Request";
          case 403 -> "Forbidden";
          case 404 -> "Not Found";
          default -> "Request Entity Too Large";
        };
    String head =
        "HTTP/1.1 "
            + status
            + " "
            + reason
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + (last ? "\r\nConnection: close" : "")
            + "\r\n\r\n";
    return (head + body).getBytes(StandardCharsets.US_ASCII);
  }
}
