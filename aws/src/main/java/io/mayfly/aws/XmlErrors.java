package io.mayfly.aws;

import java.util.Map;
import java.util.Optional;

/** Errors in XML, as S3 (rest-xml) and the query protocol write them. */
final class XmlErrors {
  // The older protocols call the faults of a signature by older names.
  private static final Map<String, String> QUERY_CODES =
      Map.of(
          "MissingAuthenticationTokenException", "MissingAuthenticationToken",
          "IncompleteSignatureException", "IncompleteSignature",
          "InvalidSignatureException", "SignatureDoesNotMatch",
          "UnrecognizedClientException", "InvalidClientTokenId",
          "ValidationException", "ValidationError",
          "AccessDeniedException", "AccessDenied",
          "ExpiredTokenException", "ExpiredToken",
          "UnknownOperationException", "InvalidAction");
  private static final Map<String, String> S3_CODES =
      Map.of(
          "MissingAuthenticationTokenException", "AccessDenied",
          "IncompleteSignatureException", "AuthorizationHeaderMalformed",
          "InvalidSignatureException", "SignatureDoesNotMatch",
          "UnrecognizedClientException", "InvalidAccessKeyId",
          "ValidationException", "InvalidArgument",
          "InvalidParameterValueException", "InvalidArgument",
          "SerializationException", "MalformedXML",
          "UnknownOperationException", "MethodNotAllowed",
          "NotImplementedException", "NotImplemented",
          "ServiceException", "InternalError");

  private XmlErrors() {}

  /**
   * An error of rest-xml. S3 writes the {@code Error} element as the root, other services as the
   * query protocol does.
   */
  static WireResponse rest(
      ServiceModel service, AwsException error, String requestId, Headers headers) {
    if (!service.metadata().isS3()) {
      return query(service, error, requestId, headers);
    }
    StringBuilder xml = start();
    xml.append("<Error>");
    element(xml, "Code", code(service, error, S3_CODES));
    members(xml, service, error, headers);
    element(xml, "RequestId", requestId);
    xml.append("</Error>");
    headers.set("x-amz-request-id", requestId);
    return new WireResponse(status(service, error), headers, SigV4.utf8(xml.toString()));
  }

  /** An error of the query protocol. */
  static WireResponse query(
      ServiceModel service, AwsException error, String requestId, Headers headers) {
    int status = status(service, error);
    StringBuilder xml = start();
    xml.append("<ErrorResponse");
    service
        .metadata()
        .xmlNamespace()
        .ifPresent(uri -> xml.append(" xmlns=\"").append(escape(uri)).append('"'));
    xml.append("><Error>");
    element(xml, "Type", status < 500 ? "Sender" : "Receiver");
    element(xml, "Code", code(service, error, QUERY_CODES));
    members(xml, service, error, headers);
    xml.append("</Error>");
    element(xml, "RequestId", requestId);
    xml.append("</ErrorResponse>");
    return new WireResponse(status, headers, SigV4.utf8(xml.toString()));
  }

  private static void members(
      StringBuilder xml, ServiceModel service, AwsException error, Headers headers) {
    if (!error.getMessage().isEmpty()) {
      element(xml, "Message", error.getMessage());
    }
    Map<String, Member> members =
        service.error(error.code()).map(Shape.Structure::members).orElse(Map.of());
    error
        .details()
        .forEach(
            (name, value) -> {
              Member member = members.get(name);
              if (member == null || (value instanceof String && member.isInResponseBody())) {
                element(xml, member == null ? name : member.wireName(), value.toString());
              } else if (member.isInResponseBody()) {
                XmlBody.member(xml, value, member);
              } else {
                headers.set(member.wireName(), TextValues.writeHeader(member, value));
              }
            });
  }

  private static String code(
      ServiceModel service, AwsException error, Map<String, String> otherNames) {
    return trait(service, error)
        .map(Shape.ErrorTrait::code)
        .orElse(otherNames.getOrDefault(error.code(), error.code()));
  }

  private static int status(ServiceModel service, AwsException error) {
    int modelled = trait(service, error).map(Shape.ErrorTrait::status).orElse(0);
    return modelled == 0 ? error.status() : modelled;
  }

  private static Optional<Shape.ErrorTrait> trait(ServiceModel service, AwsException error) {
    return service.error(error.code()).flatMap(Shape.Structure::error);
  }

  private static StringBuilder start() {
    return new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  }

  private static void element(StringBuilder xml, String name, String text) {
    xml.append('<').append(name).append('>');
    xml.append(escape(Texts.shorten(text, 64 * 1024)));
    xml.append("</").append(name).append('>');
  }

  /** Text for an element or attribute; what XML cannot hold becomes the replacement character. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      switch (character) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        // A parser would otherwise fold these into spaces or drop them.
        case '\r' -> escaped.append("&#13;");
        case '\n', '\t' -> escaped.append("&#").append((int) character).append(';');
        default -> {
          boolean impossible = character < 0x20 || character == 0xfffe || character == 0xffff;
          escaped.append(impossible ? '\ufffd' : character);
        }
      }
    }
    return escaped.toString();
  }
}
