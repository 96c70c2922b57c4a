package io.mayfly.aws;

import io.mayfly.model.MayflyException;
import java.util.Map;

/**
 * An error as a client of AWS sees it. Unlike {@link MayflyException} it can carry any code of any
 * service. Carries no stack trace: it is an answer, not a fault.
 */
public final class AwsException extends RuntimeException {
  private final String code;
  private final int status;
  private final String text;
  private final Map<String, Object> details;

  /**
   * @param code the code on the wire, for example {@code ValidationException}
   * @param status the HTTP status
   * @param details further members of the error's shape, by their names in the model: values as
   *     {@link Shape} defines them
   */
  public AwsException(String code, int status, String message, Map<String, ?> details) {
    super(message, null, false, false);
    this.code = code;
    this.status = status;
    this.text = message;
    this.details = Map.copyOf(details);
  }

  public AwsException(String code, int status, String message) {
    this(code, status, message, Map.of());
  }

  /** What the platform threw, as a client sees it. */
  public static AwsException of(MayflyException thrown) {
    return new AwsException(
        thrown.code().wireCode(), thrown.code().status(), thrown.getMessage(), thrown.details());
  }

  /** The request's form is broken. */
  static AwsException serialization(String message) {
    return new AwsException("SerializationException", 400, message);
  }

  /** A union without exactly one of its members. */
  static AwsException notOneMember(Shape.Structure union) {
    return serialization("exactly one member of the union " + union.name() + " must be set");
  }

  /** The request sets something that would have no effect here. */
  static AwsException unsupported(String member) {
    return new AwsException(
        "InvalidParameterValueException",
        400,
        member + " is not supported yet by Mayfly; leave it out");
  }

  /** The code on the wire. */
  public String code() {
    return code;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Further members of the error's shape. */
  public Map<String, Object> details() {
    return details;
  }

  @Override
  public String getMessage() {
    return text;
  }
}
