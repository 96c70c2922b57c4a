package io.mayfly.triggers;

import io.mayfly.dispatch.InvokeResult;
import io.mayfly.model.MayflyException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How it ended with an event.
 *
 * @param invokes about how often the function was to be called with it
 * @param answer what the last call came to; empty if there was none
 */
record Ending(Condition condition, int invokes, Optional<Answer> answer) {
  /**
   * What a call came to.
   *
   * @param status of the answer that a caller would have got: 200 whatever the handler did
   * @param version that ran; empty if none did
   * @param error what kind of failure it was, in Lambda's words; empty if there was none
   * @param payload the answer, or the error object
   * @param json whether the payload is known to be JSON
   */
  record Answer(
      int status, Optional<String> version, Optional<String> error, byte[] payload, boolean json) {
    static Answer of(InvokeResult result) {
      return new Answer(
          200,
          Optional.of(result.version()),
          result.failure().map(outcome -> "Unhandled"),
          result.payload(),
          result.contentType().startsWith("application/json"));
    }

    static Answer of(RuntimeException refusal) {
      return refusal instanceof MayflyException known
          ? refused(known.code().status(), known.code().wireCode(), known.getMessage())
          : refused(500, "ServiceException", "Internal error");
    }

    static Answer refused(int status, String code, String message) {
      return new Answer(
          status,
          Optional.empty(),
          Optional.of(code),
          message.getBytes(StandardCharsets.UTF_8),
          false);
    }
  }

  /** The status of the last answer; that of a throttle where the function was never run. */
  int status() {
    return answer.map(Answer::status).orElse(429);
  }

  boolean success() {
    return condition == Condition.SUCCESS;
  }
}
