package io.mayfly.gateway;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireResponse;
import io.mayfly.dispatch.InvokeResult;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A handler's result as an HTTP response: payload format 2.0. A result without {@code statusCode}
 * is the body of a 200; one that has it is a description of the response.
 */
final class FunctionUrlAnswer {
  /** Headers that belong to the connection and not to the function. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "transfer-encoding",
          "upgrade",
          "content-length",
          "te",
          "trailer");

  private static final Pattern LINE_BREAKS = Pattern.compile("[\r\n]+");

  /** Below are interim answers, after which a client would wait for the real one. */
  private static final int LOWEST_STATUS = 200;

  private static final int HIGHEST_STATUS = 599;

  private final JsonMapper json = JsonMapper.shared();

  /**
   * What came of a call as a response, also if the handler streamed it.
   *
   * @return empty when the result describes none that HTTP can carry
   */
  Optional<WireResponse> of(InvokeResult result) {
    byte[] payload = result.payload();
    if (!result.streamed()) {
      return of(payload);
    }
    StreamedHead head = new StreamedHead(result.contentType());
    if (!head.add(payload) || !head.complete()) {
      return Optional.empty();
    }
    return head(head).map(begun -> new WireResponse(begun.status(), begun.headers(), head.rest()));
  }

  /**
   * A response without its body.
   *
   * @param headers not shared with others
   */
  record Head(int status, Headers headers) {}

  /** How a stream begins; empty when what it begins with describes no response. */
  Optional<Head> head(StreamedHead streamed) {
    Headers headers = new Headers().set("content-type", streamed.contentType());
    if (streamed.metadata().isEmpty()) {
      return Optional.of(new Head(200, headers));
    }
    JsonNode metadata;
    try {
      metadata = json.readTree(streamed.metadata().get());
    } catch (JacksonException e) {
      return Optional.empty();
    }
    JsonNode code = metadata.path("statusCode");
    int status = code.isMissingNode() ? 200 : status(code);
    return metadata.isObject()
            && status >= LOWEST_STATUS
            && status <= HIGHEST_STATUS
            && copyHeaders(metadata.path("headers"), headers)
            && copyCookies(metadata.path("cookies"), headers)
        ? Optional.of(new Head(status, headers))
        : Optional.empty();
  }

  /** The response; empty when the result describes none that HTTP can carry. */
  Optional<WireResponse> of(byte[] payload) {
    JsonNode result;
    try {
      result = json.readTree(payload);
    } catch (JacksonException e) {
      return Optional.empty();
    }
    if (!result.isObject() || !result.has("statusCode")) {
      return Optional.of(
          new WireResponse(200, new Headers().set("content-type", "application/json"), payload));
    }
    return described(result);
  }

  private static Optional<WireResponse> described(JsonNode result) {
    JsonNode code = result.get("statusCode");
    int status = status(code);
    JsonNode body = result.path("body");
    if (status < LOWEST_STATUS
        || status > HIGHEST_STATUS
        || !(body.isString() || body.isMissingNode() || body.isNull())) {
      return Optional.empty();
    }
    Headers headers = new Headers().set("content-type", "application/json");
    if (!copyHeaders(result.path("headers"), headers)
        || !copyCookies(result.path("cookies"), headers)) {
      return Optional.empty();
    }
    byte[] bytes;
    if (!body.isString()) {
      bytes = new byte[0];
    } else if (result.path("isBase64Encoded").asBoolean(false)) {
      try {
        // Line breaks are passed over, as some encoders add them; anything else is a mistake.
        bytes = Base64.getDecoder().decode(LINE_BREAKS.matcher(body.stringValue()).replaceAll(""));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    } else {
      bytes = body.stringValue().getBytes(StandardCharsets.UTF_8);
    }
    return Optional.of(new WireResponse(status, headers, bytes));
  }

  /** A number, or a string that holds one, as Lambda takes both. */
  private static int status(JsonNode code) {
    if (code.isInt()) {
      return code.intValue();
    }
    if (code.isString() && code.stringValue().matches("[0-9]{3}")) {
      return Integer.parseInt(code.stringValue());
    }
    return 0;
  }

  private static boolean copyHeaders(JsonNode from, Headers to) {
    if (!from.isObject()) {
      return from.isMissingNode() || from.isNull();
    }
    for (Map.Entry<String, JsonNode> entry : from.properties()) {
      String name = entry.getKey().toLowerCase(Locale.ROOT);
      JsonNode value = entry.getValue();
      if (HOP_BY_HOP.contains(name)) {
        continue;
      }
      if (!isToken(name) || !(value.isValueNode() || value.isArray())) {
        return false;
      }
      if (!value.isArray()) {
        if (!isFieldValue(value.asString(""))) {
          return false;
        }
        to.set(name, value.asString(""));
        continue;
      }
      boolean first = true;
      for (JsonNode one : value) {
        if (!one.isValueNode() || !isFieldValue(one.asString(""))) {
          return false;
        }
        if (first) {
          to.set(name, one.asString(""));
        } else {
          to.add(name, one.asString(""));
        }
        first = false;
      }
    }
    return true;
  }

  private static boolean copyCookies(JsonNode from, Headers to) {
    if (!from.isArray()) {
      return from.isMissingNode() || from.isNull();
    }
    for (JsonNode cookie : from) {
      if (!cookie.isString() || !isFieldValue(cookie.stringValue())) {
        return false;
      }
      to.add("set-cookie", cookie.stringValue());
    }
    return true;
  }

  /** RFC 9110, section 5.6.2. */
  private static boolean isToken(String name) {
    return name.matches("[!#$%&'*+.^_`|~0-9a-z-]+");
  }

  /**
   * RFC 9110, section 5.5: no line breaks or NUL, which would let a value forge further headers.
   */
  private static boolean isFieldValue(String value) {
    return value
        .chars()
        .noneMatch(character -> (character < ' ' && character != '\t') || character == 0x7f);
  }
}
