package io.mayfly.model;

import java.util.Map;

/**
 * A request that cannot be served. The message says what happened, to what, and what to do; it
 * travels to the caller, so it never holds a secret.
 */
public final class MayflyException extends RuntimeException {
  private final ErrorCode code;
  private final Map<String, String> details;

  public MayflyException(ErrorCode code, String message) {
    this(code, message, Map.of());
  }

  /**
   * @param details further members of AWS's error shape, by their wire name (for example {@code
   *     Reason} of a throttle)
   */
  public MayflyException(ErrorCode code, String message, Map<String, String> details) {
    super(message);
    this.code = code;
    this.details = Map.copyOf(details);
  }

  public MayflyException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.details = Map.of();
  }

  public ErrorCode code() {
    return code;
  }

  public Map<String, String> details() {
    return details;
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? code.wireCode() : message;
  }
}
