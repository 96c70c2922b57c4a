package io.mayfly.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.testing.Functions;
import io.mayfly.testing.Mayfly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What every echo does, in whatever language it is written. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractTestEcho {
  /** With this much memory a function has one processor, as on Lambda. */
  private static final int MEMORY = 1769;

  private static final JsonMapper JSON = JsonMapper.shared();

  /** Numbers are equal by value: whole ones exactly, others as doubles (RFC 8259, section 6). */
  private static final Comparator<JsonNode> BY_VALUE =
      (one, other) -> {
        if (one.isIntegralNumber() && other.isIntegralNumber()) {
          return one.bigIntegerValue().compareTo(other.bigIntegerValue());
        }
        if (one.isNumber() && other.isNumber()) {
          return Double.compare(one.doubleValue(), other.doubleValue());
        }
        return one.equals(other) ? 0 : 1;
      };

  private final Functions functions = Mayfly.shared().functions();
  private final String example;
  private final String runtime;
  private final String handler;

  AbstractTestEcho(String example, String runtime, String handler) {
    this.example = example;
    this.runtime = runtime;
    this.handler = handler;
  }

  @BeforeAll
  void deploy() throws IOException {
    byte[] zip = Files.readAllBytes(Example.zip(example));
    functions.deploy(example, runtime, handler, zip, request -> request.memorySize(MEMORY));
  }

  @AfterAll
  void delete() {
    functions.delete(List.of(example));
  }

  @Test
  void everyEventComesOutEqual() throws IOException {
    List<Path> events = Samples.of("events");
    assertThat(events).isNotEmpty();
    for (Path event : events) {
      String text = Files.readString(event);
      assertThat(echo(text))
          .as(event.toString())
          .matches(out -> areEqual(out, text), "equals what went in");
    }
  }

  @Test
  void valuesThatAreNoObjectsComeOutEqual() {
    for (String text :
        List.of("null", "true", "\"\"", "[]", "-0.5", "[{\"a\":[null]}, \"\\u2603\"]")) {
      assertThat(echo(text)).as(text).matches(out -> areEqual(out, text), "equals what went in");
    }
  }

  @Test
  void textThatIsNoJsonIsRefusedWithLambdasError() {
    for (String text : List.of("this is no JSON", "{\"cut\": ", "{} {}", "{'a': 1}")) {
      assertThatThrownBy(() -> functions.invoke(example, text))
          .isInstanceOf(InvalidRequestContentException.class)
          .hasMessageContaining("Could not parse request body into json");
    }
    assertThat(echo("1")).as("afterwards").isEqualTo("1");
  }

  /** Calls the function with an event and returns its result. */
  final String echo(String event) {
    InvokeResponse response = functions.invoke(example, event);
    assertThat(response.functionError()).isNull();
    return response.payload().asUtf8String();
  }

  private static boolean areEqual(String one, String other) {
    return JSON.readTree(one).equals(BY_VALUE, JSON.readTree(other));
  }
}
