package io.mayfly.aws;

import java.util.List;
import java.util.Locale;

/**
 * Holds a request's {@code Content-Type} and {@code Accept} against what its operation takes and
 * gives. A request that says nothing passes: older clients name no type.
 */
final class MediaTypes {
  /** A body of any type. */
  static final String ANY = "*/*";

  /** No body. */
  static final String NONE = "";

  private MediaTypes() {}

  /**
   * Passes if the request's body is of the type {@code taken}.
   *
   * @throws AwsException {@code UnsupportedMediaTypeException} if it is not
   */
  static void checkContent(WireRequest request, String taken) {
    if (taken.equals(ANY) || request.body().length == 0) {
      return;
    }
    for (String given : request.headers().all("content-type")) {
      if (!isOf(essence(given), taken)) {
        throw new AwsException(
            "UnsupportedMediaTypeException",
            415,
            taken.equals(NONE)
                ? "The operation takes no body"
                : "The body must be " + taken + ", not " + Texts.shorten(given));
      }
    }
  }

  private static boolean isOf(String given, String taken) {
    return given.equals(taken)
        // AWS's first SDK for Java calls every JSON so, in the REST protocol too.
        || (given.startsWith("application/x-amz-json-1.") && taken.equals("application/json"))
        // curl and aws4 call every body so unless told otherwise: they say nothing.
        || (given.equals("application/x-www-form-urlencoded") && !taken.equals(NONE));
  }

  /**
   * Passes if the client takes the type {@code given}.
   *
   * @throws AwsException {@code NotAcceptableException} if it does not
   */
  static void checkAccepted(WireRequest request, String given) {
    List<String> headers = request.headers().all("accept");
    if (headers.isEmpty() || given.equals(ANY) || given.equals(NONE)) {
      return;
    }
    for (String header : headers) {
      for (String range : header.split(",", -1)) {
        if (covers(range, given)) {
          return;
        }
      }
    }
    throw new AwsException(
        "NotAcceptableException",
        406,
        "The answer is " + given + ", which the Accept header does not allow");
  }

  private static boolean covers(String range, String type) {
    String essence = essence(range);
    return essence.equals(ANY)
        || essence.equals(type)
        || (essence.endsWith("/*") && type.startsWith(essence.substring(0, essence.length() - 1)));
  }

  private static String essence(String type) {
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }
}
