package io.mayfly.sqs;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What names a move of messages to clients: its id and its queue. */
record TaskHandle(String taskId, String sourceArn) {
  /** Reads a handle; empty if it is none. */
  static Optional<TaskHandle> parse(String text) {
    try {
      return Documents.object(new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8))
          .map(TaskHandle::of);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static TaskHandle of(ObjectNode handle) {
    return new TaskHandle(
        handle.path("taskId").asString(""), handle.path("sourceArn").asString(""));
  }

  @Override
  public String toString() {
    return Base64.getEncoder()
        .encodeToString(
            Documents.empty()
                .put("taskId", taskId)
                .put("sourceArn", sourceArn)
                .toString()
                .getBytes(StandardCharsets.UTF_8));
  }
}
