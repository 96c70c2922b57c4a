package io.mayfly.model;

/**
 * Every reason for which Mayfly refuses or fails a request: whose fault it is, the HTTP status,
 * AWS's code on the wire, and whether asking again can help.
 *
 * <p>The wire codes and statuses are those of the AWS Lambda API reference ("Errors" of each
 * action) and of the common errors of AWS services.
 */
public enum ErrorCode {
  INVALID_PARAMETER(Category.USER, 400, "InvalidParameterValueException", false),
  VALIDATION(Category.USER, 400, "ValidationException", false),
  INVALID_REQUEST_CONTENT(Category.USER, 400, "InvalidRequestContentException", false),
  SERIALIZATION(Category.USER, 400, "SerializationException", false),
  UNKNOWN_OPERATION(Category.USER, 404, "UnknownOperationException", false),
  NOT_FOUND(Category.USER, 404, "ResourceNotFoundException", false),
  CONFLICT(Category.USER, 409, "ResourceConflictException", false),
  RESOURCE_IN_USE(Category.USER, 400, "ResourceInUseException", true),
  PRECONDITION_FAILED(Category.USER, 412, "PreconditionFailedException", false),
  REQUEST_TOO_LARGE(Category.USER, 413, "RequestTooLargeException", false),
  REQUEST_ENTITY_TOO_LARGE(Category.USER, 413, "RequestEntityTooLargeException", false),
  UNSUPPORTED_MEDIA_TYPE(Category.USER, 415, "UnsupportedMediaTypeException", false),
  CODE_SIGNING_CONFIG_NOT_FOUND(Category.USER, 404, "CodeSigningConfigNotFoundException", false),
  CODE_VERIFICATION_FAILED(Category.USER, 400, "CodeVerificationFailedException", false),
  POLICY_LENGTH_EXCEEDED(Category.USER, 400, "PolicyLengthExceededException", false),
  CODE_STORAGE_EXCEEDED(Category.USER, 400, "CodeStorageExceededException", false),
  MISSING_AUTHENTICATION(Category.USER, 403, "MissingAuthenticationTokenException", false),
  INCOMPLETE_SIGNATURE(Category.USER, 403, "IncompleteSignatureException", false),
  INVALID_SIGNATURE(Category.USER, 403, "InvalidSignatureException", false),
  UNRECOGNIZED_CLIENT(Category.USER, 403, "UnrecognizedClientException", false),
  ACCESS_DENIED(Category.USER, 403, "AccessDeniedException", false),
  THROTTLED(Category.RESOURCES, 429, "TooManyRequestsException", true),
  RESOURCE_NOT_READY(Category.RESOURCES, 502, "ResourceNotReadyException", true),
  SERVICE_UNAVAILABLE(Category.RESOURCES, 503, "ServiceUnavailableException", true),
  SERVICE(Category.INTERNAL, 500, "ServiceException", true);

  /** Whose side a failure is on; failures are counted by it. */
  public enum Category {
    /** The caller sent something that cannot be served. */
    USER,
    /** Mayfly itself failed. */
    INTERNAL,
    /** A limit of the machine or the account was reached. */
    RESOURCES
  }

  private final Category category;
  private final int status;
  private final String wireCode;
  private final boolean retryable;

  ErrorCode(Category category, int status, String wireCode, boolean retryable) {
    this.category = category;
    this.status = status;
    this.wireCode = wireCode;
    this.retryable = retryable;
  }

  public Category category() {
    return category;
  }

  /** The HTTP status of the answer. */
  public int status() {
    return status;
  }

  /** The name of the error on the wire, as in {@code x-amzn-ErrorType}. */
  public String wireCode() {
    return wireCode;
  }

  /** Whether the same request may succeed later. */
  public boolean retryable() {
    return retryable;
  }
}
