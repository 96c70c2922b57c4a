package io.mayfly.events;

import static io.mayfly.events.BridgeHarness.SQS;
import static io.mayfly.events.BridgeHarness.json;
import static io.mayfly.events.BridgeHarness.refused;
import static io.mayfly.events.BridgeHarness.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Events in CloudEvents' format, in its three modes. */
@Timeout(180)
class TestCloudEvents {
  private static final Map<String, String> CONTEXT =
      Map.of("ce-specversion", "1.0", "ce-id", "A-1", "ce-source", "/shop", "ce-type", "placed");
  private static final String EVENT =
      "{\"specversion\":\"1.0\",\"id\":\"A-1\",\"source\":\"/shop\",\"type\":\"placed\"%s}";

  @TempDir Path folder;
  private BridgeHarness harness;

  @BeforeEach
  void open() {
    harness = new BridgeHarness(folder);
    harness.queue("q");
    harness.rule("r", "{\"source\":[{\"prefix\":\"\"}]}", target("t", SQS + "q"));
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private WireResponse put(Map<String, String> headers, String type, byte[] body) {
    Headers all = new Headers();
    headers.forEach(all::set);
    if (!type.isEmpty()) {
      all.set("content-type", type);
    }
    return harness.bridge.putCloudEvents(
        "default", new WireRequest("POST", "/_mayfly/events/default", "", all, body));
  }

  private WireResponse put(String type, String body) {
    return put(Map.of(), type, body.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> all = new HashMap<>(CONTEXT);
    all.put(name, value);
    return all;
  }

  private JsonNode only() {
    List<String> bodies = harness.bodies("q");
    assertThat(bodies).hasSize(1);
    return json(bodies.getFirst());
  }

  @Test
  void binaryModeHasItsAttributesInHeaders() {
    Map<String, String> headers = with("ce-subject", "orders%2F1%20%C3%BC");
    headers.put("ce-time", "2026-02-03T04:05:06.7+01:00");
    headers.put("ce-traceparent", "00-x");
    WireResponse answer =
        put(
            headers,
            "application/json; charset=utf-8",
            "{\"n\":1.50}".getBytes(StandardCharsets.UTF_8));
    assertThat(answer.status()).isEqualTo(200);
    JsonNode event = only();
    assertThat(json(new String(answer.body(), StandardCharsets.UTF_8)).at("/eventIds/0"))
        .isEqualTo(event.path("id"));
    assertThat(event.path("source").asString()).isEqualTo("/shop");
    assertThat(event.path("detail-type").asString()).isEqualTo("placed");
    assertThat(event.path("time").asString()).isEqualTo("2026-02-03T03:05:06Z");
    assertThat(event.path("resources").toString()).isEqualTo("[\"orders/1 ü\"]");
    assertThat(event.path("detail").toString()).startsWith("{\"n\":1.50,\"cloudevents\":{");
    assertThat(event.at("/detail/cloudevents"))
        .isEqualTo(
            json(
                "{\"specversion\":\"1.0\",\"id\":\"A-1\",\"traceparent\":\"00-x\",\"datacontenttype\":\"application/json; charset=utf-8\"}"));
  }

  @Test
  void dataOfEveryKindIsKept() {
    put(CONTEXT, "application/json", "[1]".getBytes(StandardCharsets.UTF_8));
    assertThat(only().at("/detail/data").toString()).isEqualTo("[1]");
    put(CONTEXT, "text/plain", "hi".getBytes(StandardCharsets.UTF_8));
    assertThat(only().at("/detail/data").asString()).isEqualTo("hi");
    put(CONTEXT, "application/octet-stream", new byte[] {(byte) 0xff, 0});
    assertThat(only().at("/detail/data_base64").asString()).isEqualTo("/wA=");
    put(CONTEXT, "", new byte[0]);
    assertThat(only().path("detail").propertyNames()).containsExactly("cloudevents");
    put("application/cloudevents+json", EVENT.formatted(",\"data_base64\":\"/wA=\""));
    assertThat(only().at("/detail/data_base64").asString()).isEqualTo("/wA=");
    put("application/cloudevents+json", EVENT.formatted(",\"data\":{\"cloudevents\":1}"));
    assertThat(only().at("/detail/data").toString()).isEqualTo("{\"cloudevents\":1}");
    put("application/cloudevents+json", EVENT.formatted(",\"data\":null,\"ext\":7"));
    JsonNode last = only();
    assertThat(last.at("/detail/data").isNull()).isTrue();
    assertThat(last.at("/detail/cloudevents/ext").asInt()).isEqualTo(7);
  }

  @Test
  void structuredAndBatchedModesAreTakenAllOrNone() {
    put("application/cloudevents+json; charset=utf-8", EVENT.formatted(",\"data\":{\"n\":1}"));
    assertThat(only().at("/detail/n").asInt()).isEqualTo(1);
    String one = EVENT.formatted("");
    put("application/cloudevents-batch+json", "[" + one + "," + one + "]");
    assertThat(harness.bodies("q")).hasSize(2);
    put("application/cloudevents-batch+json", "[]");
    refused(
        () ->
            put(
                "application/cloudevents-batch+json",
                "[" + one + "," + one.replace("/shop", "aws.x") + "]"),
        "ValidationException",
        "event 2: Not authorized for the source.");
    assertThat(harness.bodies("q")).isEmpty();
  }

  @Test
  void whatIsNoCloudEventIsRefusedInClearWords() {
    refused(() -> put("application/json", "{}"), "ValidationException", "this is no CloudEvent");
    refused(
        () -> put(with("ce-specversion", "0.3"), "", new byte[0]),
        "ValidationException",
        "specversion is not 1.0");
    for (String name : List.of("ce-id", "ce-source", "ce-type", "ce-specversion")) {
      refused(
          () -> put(with(name, ""), "", new byte[0]),
          "ValidationException",
          "the event has no " + name.substring(3));
    }
    refused(() -> put(with("ce-time", "now"), "", new byte[0]), "ValidationException", "RFC 3339");
    refused(
        () -> put(with("ce-a_b", "x"), "", new byte[0]),
        "ValidationException",
        "small letters and digits");
    refused(
        () -> put(CONTEXT, "application/json", "{".getBytes(StandardCharsets.UTF_8)),
        "ValidationException",
        "the body is no JSON");
    refused(
        () -> put(CONTEXT, "application/json", new byte[] {(byte) 0xff}),
        "ValidationException",
        "not in UTF-8");
    refused(
        () -> put("application/cloudevents+json", "[]"),
        "ValidationException",
        "an event is a JSON object");
    refused(
        () -> put("application/cloudevents-batch+json", "{}"),
        "ValidationException",
        "a batch is a JSON array");
    refused(
        () -> put("application/cloudevents-batch+json", "[" + "1,".repeat(100) + "1]"),
        "ValidationException",
        "at most 100 events");
    refused(
        () -> put("application/cloudevents+avro", "x"),
        "UnsupportedMediaTypeException",
        "binary mode");
    refused(
        () ->
            put(
                "application/cloudevents+json",
                EVENT.formatted(",\"data\":1,\"data_base64\":\"AA==\"")),
        "ValidationException",
        "not both");
    refused(
        () -> put("application/cloudevents+json", EVENT.formatted(",\"ext\":{}")),
        "ValidationException",
        "'ext'");
    refused(
        () -> put("application/cloudevents+json", EVENT.formatted(",\"data_base64\":\"*\"")),
        "ValidationException",
        "base64");
    refused(
        () ->
            put(
                "application/cloudevents+json",
                EVENT.formatted(",\"data\":\"%s\"".formatted("x".repeat(Publisher.MOST_BYTES)))),
        "ValidationException",
        "over the limit");
    refused(
        () ->
            harness.bridge.putCloudEvents(
                "none", new WireRequest("POST", "/", "", new Headers(), new byte[0])),
        "ResourceNotFoundException",
        "no event bus none");
    assertThat(harness.bodies("q")).isEmpty();
  }
}
