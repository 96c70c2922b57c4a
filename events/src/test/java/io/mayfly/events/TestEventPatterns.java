package io.mayfly.events;

import static io.mayfly.events.BridgeHarness.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Event patterns: what is none, and what AWS says of it. */
@Timeout(180)
class TestEventPatterns {
  @Test
  void whatIsNoPatternIsRefusedInAwssWords() {
    refused(
        () -> EventPattern.check("{\"source\":\"orders\"}"),
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason: \"source\" must be an object or an array\n at [Source: (String)\"{\"source\":\"orders\"}\"; line: 1, column: 12]");
    refused(
        () -> EventPattern.check("{\"source\":[{\"exists\":\"x\"}]}"),
        "InvalidEventPatternException",
        "exists match pattern must be either true or false.");
    for (String none :
        List.of(
            "",
            " ",
            "1",
            "[]",
            "null",
            "{",
            "{}",
            "{\"a\":[]}",
            "{\"a\":{}}",
            "{\"a\":[1]}x",
            "{\"a\":[{\"numeric\":[\"x\",1]}]}",
            "{\"$or\":[{\"a\":[1]}]}",
            "{\"a\":[[1]]}")) {
      refused(
          () -> EventPattern.check(none),
          "InvalidEventPatternException",
          "Event pattern is not valid. Reason: ");
    }
  }

  @Test
  void patternsThatWouldTakeTooMuchAreRefused() {
    StringBuilder or = new StringBuilder("{");
    for (int i = 0; i < 60; i++) {
      or.append(i == 0 ? "" : ",")
          .append("\"a%d\":{\"$or\":[{\"x\":[1]},{\"y\":[1]}]}".formatted(i));
    }
    refused(
        () -> EventPattern.check(or.append('}').toString()),
        "InvalidEventPatternException",
        "combinations");
    refused(
        () -> EventPattern.check("{\"a\":[{\"wildcard\":\"" + "*a".repeat(500) + "\"}]}"),
        "InvalidEventPatternException",
        "Rule is too complex");
    EventPattern.check("{\"a\":[{\"wildcard\":\"*.example.*\"}]}");
    String deep = "{\"a\":".repeat(600) + "[1]" + "}".repeat(600);
    EventPattern.check(deep);
  }

  @Test
  void patternsFindWhatTheyAreAbout() {
    String event =
        "{\"id\":\"1\",\"source\":\"s\",\"detail\":{\"n\":5,\"list\":[\"a\",\"b\"],\"none\":null,\"ip\":\"10.0.0.7\"}}";
    for (String pattern :
        List.of(
            "{\"source\":[\"x\",\"s\"]}",
            "{\"detail\":{\"n\":[{\"numeric\":[\">\",0,\"<=\",5]}]}}",
            "{\"detail\":{\"list\":[\"b\"]}}",
            "{\"detail\":{\"none\":[null]}}",
            "{\"detail\":{\"other\":[{\"exists\":false}]}}",
            "{\"detail\":{\"ip\":[{\"cidr\":\"10.0.0.0/24\"}]}}",
            "{\"source\":[{\"anything-but\":[\"x\"]}]}",
            "{\"$or\":[{\"source\":[\"x\"]},{\"id\":[\"1\"]}]}")) {
      assertThat(EventPattern.matches(pattern, event)).as(pattern).isTrue();
    }
    for (String pattern :
        List.of(
            "{\"source\":[\"x\"]}",
            "{\"source\":[\"s\"],\"id\":[\"2\"]}",
            "{\"detail\":{\"n\":[{\"numeric\":[\">\",5]}]}}",
            "{\"detail\":{\"list\":[\"c\"]}}")) {
      assertThat(EventPattern.matches(pattern, event)).as(pattern).isFalse();
    }
  }
}
