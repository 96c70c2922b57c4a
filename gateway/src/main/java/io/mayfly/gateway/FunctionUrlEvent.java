package io.mayfly.gateway;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireRequest;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.RequestId;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * An HTTP request as the event a handler gets: payload format 2.0, from the developer guide's
 * "Request and response payloads" of function URLs. Members that have no value are left out, as
 * Lambda does.
 */
final class FunctionUrlEvent {
  private static final JsonFactory JSON = new JsonFactory();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private FunctionUrlEvent() {}

  /**
   * Renders the event.
   *
   * @param caller the access key of a signed request; empty when anybody may call
   */
  static byte[] of(
      HttpRequest request,
      FunctionUrl url,
      RequestId requestId,
      Optional<Signer> caller,
      String traceId,
      Instant now) {
    WireRequest wire = request.wire();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024 + wire.body().length * 4 / 3);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("version", "2.0");
      json.writeStringProperty("routeKey", "$default");
      json.writeStringProperty("rawPath", wire.path());
      json.writeStringProperty("rawQueryString", wire.query());
      writeCookies(json, wire.headers());
      writeHeaders(json, request, traceId);
      writeQuery(json, wire.query());
      writeContext(json, request, url, requestId, caller, now);
      writeBody(json, wire);
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /** Who signed a request. */
  record Signer(String accessKeyId, String accountId, String userArn) {}

  private static void writeCookies(JsonGenerator json, Headers headers) {
    if (headers.all("cookie").isEmpty()) {
      return;
    }
    json.writeArrayPropertyStart("cookies");
    for (String line : headers.all("cookie")) {
      for (String cookie : line.split(";", -1)) {
        if (!cookie.isBlank()) {
          json.writeString(cookie.strip());
        }
      }
    }
    json.writeEndArray();
  }

  private static void writeHeaders(JsonGenerator json, HttpRequest request, String traceId) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : request.wire().headers().names()) {
      if (!name.equals("cookie")) {
        headers.put(name, String.join(",", request.wire().headers().all(name)));
      }
    }
    headers.put("x-amzn-trace-id", traceId);
    headers.put("x-forwarded-for", request.remoteAddress());
    headers.put("x-forwarded-proto", "http");
    headers.put("x-forwarded-port", Integer.toString(request.port()));
    writeMap(json, "headers", headers);
  }

  private static void writeQuery(JsonGenerator json, String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
      parameters.merge(name, value, (first, next) -> first + "," + next);
    }
    if (!parameters.isEmpty()) {
      writeMap(json, "queryStringParameters", parameters);
    }
  }

  /**
   * A part that is not percent-encoded UTF-8 is passed as it stands: the handler may know better.
   */
  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }

  private static void writeContext(
      JsonGenerator json,
      HttpRequest request,
      FunctionUrl url,
      RequestId requestId,
      Optional<Signer> caller,
      Instant now) {
    json.writeObjectPropertyStart("requestContext");
    json.writeStringProperty("accountId", caller.map(Signer::accountId).orElse("anonymous"));
    json.writeStringProperty("apiId", url.id());
    caller.ifPresent(signer -> writeAuthorizer(json, signer));
    json.writeStringProperty("domainName", request.host());
    json.writeStringProperty("domainPrefix", url.id());
    json.writeObjectPropertyStart("http");
    json.writeStringProperty("method", request.wire().method());
    json.writeStringProperty("path", request.wire().path());
    json.writeStringProperty("protocol", request.protocol());
    json.writeStringProperty("sourceIp", request.remoteAddress());
    request
        .wire()
        .headers()
        .first("user-agent")
        .ifPresent(agent -> json.writeStringProperty("userAgent", agent));
    json.writeEndObject();
    json.writeStringProperty("requestId", requestId.value());
    json.writeStringProperty("routeKey", "$default");
    json.writeStringProperty("stage", "$default");
    json.writeStringProperty("time", TIME.format(now));
    json.writeNumberProperty("timeEpoch", now.toEpochMilli());
    json.writeEndObject();
  }

  private static void writeAuthorizer(JsonGenerator json, Signer signer) {
    json.writeObjectPropertyStart("authorizer");
    json.writeObjectPropertyStart("iam");
    json.writeStringProperty("accessKey", signer.accessKeyId());
    json.writeStringProperty("accountId", signer.accountId());
    json.writeStringProperty("callerId", signer.accessKeyId());
    json.writeNullProperty("cognitoIdentity");
    json.writeNullProperty("principalOrgId");
    json.writeStringProperty("userArn", signer.userArn());
    json.writeStringProperty("userId", signer.accessKeyId());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeBody(JsonGenerator json, WireRequest wire) {
    byte[] body = wire.body();
    boolean text = isText(wire.headers().first("content-type").orElse("")) && isUtf8(body);
    if (body.length > 0) {
      json.writeName("body");
      if (text) {
        json.writeUTF8String(body, 0, body.length);
      } else {
        json.writeBinary(body);
      }
    }
    json.writeBooleanProperty("isBase64Encoded", body.length > 0 && !text);
  }

  private static boolean isText(String contentType) {
    String type = contentType.toLowerCase(Locale.ROOT);
    int semicolon = type.indexOf(';');
    type = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    return type.startsWith("text/")
        || type.equals("application/json")
        || type.equals("application/javascript")
        || type.equals("application/xml")
        || type.endsWith("+json")
        || type.endsWith("+xml");
  }

  private static boolean isUtf8(byte[] body) {
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static void writeMap(JsonGenerator json, String name, Map<String, String> entries) {
    json.writeObjectPropertyStart(name);
    entries.forEach(json::writeStringProperty);
    json.writeEndObject();
  }
}
