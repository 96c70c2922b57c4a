package io.mayfly.sns;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.queue.MessageAttribute;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The language of filter policies: what matches, and what is refused. */
class TestFilterPolicy {
  /** Attributes written as {@code name:Type=value}, apart by semicolons. */
  private static Map<String, MessageAttribute> attributes(String text) {
    Map<String, MessageAttribute> attributes = new HashMap<>();
    for (String each : text.isEmpty() ? new String[0] : text.split(";")) {
      int colon = each.indexOf(':');
      int equals = each.indexOf('=');
      attributes.put(
          each.substring(0, colon),
          new MessageAttribute(
              each.substring(colon + 1, equals),
              each.substring(equals + 1).getBytes(StandardCharsets.UTF_8)));
    }
    return attributes;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":[\"x\"]}                                    | a:String=x            | true",
        "{\"a\":[\"x\"]}                                    | a:String=X            | false",
        "{\"a\":[\"x\"]}                                    | a:String=xy           | false",
        "{\"a\":[\"x\"]}                                    | b:String=x            | false",
        "{\"a\":[\"x\"]}                                    | ``                    | false",
        "{\"a\":[\"x\",\"y\"]}                              | a:String=y            | true",
        "{\"a\":[\"x\"],\"b\":[\"y\"]}                      | a:String=x;b:String=y | true",
        "{\"a\":[\"x\"],\"b\":[\"y\"]}                      | a:String=x            | false",
        "{\"a\":[\"x\"]}                                    | a:String.Array=[\"q\",\"x\"] | true",
        "{\"a\":[\"x\"]}                                    | a:String.Array=[\"q\"] | false",
        "{\"a\":[\"x\"]}                                    | a:String.Array=no     | false",
        "{\"a\":[true,null]}                                | a:String.Array=[null] | true",
        "{\"a\":[true]}                                     | a:String=true         | false",
        "{\"a\":[{\"prefix\":\"x\"}]}                       | a:String=xyz          | true",
        "{\"a\":[{\"prefix\":\"y\"}]}                       | a:String=xyz          | false",
        "{\"a\":[{\"suffix\":\"z\"}]}                       | a:String=xyz          | true",
        "{\"a\":[{\"suffix\":\"y\"}]}                       | a:String=xyz          | false",
        "{\"a\":[{\"equals-ignore-case\":\"xY\"}]}          | a:String=Xy           | true",
        "{\"a\":[{\"anything-but\":[\"x\",\"y\"]}]}         | a:String=z            | true",
        "{\"a\":[{\"anything-but\":[\"x\",\"y\"]}]}         | a:String=x            | false",
        "{\"a\":[{\"anything-but\":\"x\"}]}                 | ``                    | false",
        "{\"a\":[{\"anything-but\":[\"x\"]}]}               | a:String.Array=[\"x\",\"z\"] | true",
        "{\"a\":[{\"anything-but\":{\"prefix\":\"x\"}}]}     | a:String=yx           | true",
        "{\"a\":[{\"anything-but\":{\"prefix\":\"x\"}}]}     | a:String=xy           | false",
        "{\"a\":[{\"anything-but\":[100]}]}                 | a:Number=101          | true",
        "{\"a\":[{\"anything-but\":[100]}]}                 | a:Number=100          | false",
        "{\"a\":[{\"numeric\":[\"=\",1.5]}]}                | a:Number=1.50         | true",
        "{\"a\":[{\"numeric\":[\">\",0,\"<=\",5]}]}         | a:Number=5            | true",
        "{\"a\":[{\"numeric\":[\">\",0,\"<=\",5]}]}         | a:Number=0            | false",
        "{\"a\":[{\"numeric\":[\">\",0]}]}                  | a:Number.int=1        | true",
        "{\"a\":[{\"numeric\":[\"=\",1]}]}                  | a:String=1            | false",
        "{\"a\":[{\"numeric\":[\"=\",1]}]}                  | a:Number=1e400        | false",
        "{\"a\":[7]}                                        | a:Number=7            | true",
        "{\"a\":[{\"exists\":true}]}                        | a:String=x            | true",
        "{\"a\":[{\"exists\":true}]}                        | a:Number=1            | true",
        "{\"a\":[{\"exists\":true}]}                        | b:String=x            | false",
        "{\"a\":[{\"exists\":false}]}                       | b:String=x            | true",
        "{\"a\":[{\"exists\":false}]}                       | a:String=x            | false",
        "{\"a\":[{\"exists\":false},\"x\"]}                 | a:String=x            | true",
        "{\"a\":[{\"exists\":true}]}                        | a:Binary=x            | false",
        "{\"a\":[{\"cidr\":\"10.0.0.0/24\"}]}               | a:String=10.0.0.255   | true",
        "{\"a\":[{\"cidr\":\"10.0.0.0/24\"}]}               | a:String=10.1.1.0     | false",
        "{\"$or\":[{\"a\":[\"x\"]},{\"b\":[\"y\"]}]}        | b:String=y            | true",
        "{\"$or\":[{\"a\":[\"x\"]},{\"b\":[\"y\"]}]}        | b:String=x            | false",
        "{\"c\":[\"z\"],\"$or\":[{\"a\":[\"x\"]},{\"b\":[\"y\"]}]} | a:String=x;c:String=z | true",
        "{\"c\":[\"z\"],\"$or\":[{\"a\":[\"x\"]},{\"b\":[\"y\"]}]} | a:String=x        | false",
        "{\"$or\":[\"x\"]}                                  | a:String=x            | false",
        "{}                                                 | ``                    | true",
      })
  void attributesMatch(String policy, String given, boolean matches) {
    assertThat(FilterPolicy.compile(policy, false, "").matches("text", attributes(given)))
        .isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"b\":[\"x\"]}}           | {\"a\":{\"b\":\"x\"}}                  | true",
        "{\"a\":{\"b\":[\"x\"]}}           | {\"a\":{\"b\":\"y\"}}                  | false",
        "{\"a\":{\"b\":[\"x\"]}}           | {\"a\":\"x\"}                          | false",
        "{\"a\":{\"b\":[\"x\"]}}           | {\"a\":[{\"b\":\"y\"},{\"b\":\"x\"}]}  | true",
        "{\"a\":[\"x\"]}                   | {\"a\":[\"y\",\"x\"]}                  | true",
        "{\"a\":[1]}                       | {\"a\":1}                              | true",
        "{\"a\":[true]}                    | {\"a\":true}                           | true",
        "{\"a\":[null]}                    | {\"a\":null}                           | true",
        "{\"a\":[null]}                    | {}                                     | false",
        "{\"a\":{\"b\":[{\"exists\":false}]}} | {\"a\":{\"c\":1}}                    | true",
        "{\"a\":[{\"numeric\":[\">\",1]}]} | {\"a\":1.00001}                        | true",
        "{\"a.b\":[\"x\"]}                 | {\"a\":{\"b\":\"x\"}}                  | true",
        "{\"a\":[\"x\"]}                   | [{\"a\":\"x\"}]                        | false",
        "{\"a\":[\"x\"]}                   | text                                   | false",
        "{\"a\":{\"$or\":[{\"b\":[1]},{\"c\":[2]}]}} | {\"a\":{\"c\":2}}               | true",
      })
  void bodiesMatch(String policy, String body, boolean matches) {
    assertThat(FilterPolicy.compile(policy, true, "").matches(body, Map.of())).isEqualTo(matches);
  }

  private static void refused(String policy, boolean body, String reason) {
    Harness.refused(
        () -> FilterPolicy.compile(policy, body, "Attributes Reason: "),
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: " + reason);
  }

  @Test
  void whatIsNoPolicyIsRefusedWithItsReason() {
    refused("{", false, "FilterPolicy: failed to parse JSON.");
    refused("[]", false, "FilterPolicy: failed to parse JSON.");
    refused(
        "{\"key\":[[\"value\"]]}",
        false,
        "FilterPolicy: Match value must be String, number, true, false, or null");
    refused("{\"key\":[{\"wrong\":1}]}", false, "FilterPolicy: Unrecognized match type wrong");
    refused(
        "{\"key\":[{\"wildcard\":\"a*\"}]}",
        false,
        "FilterPolicy: Unrecognized match type wildcard");
    refused(
        "{\"key\":[{\"suffix\":\"v\",\"prefix\":\"w\"}]}",
        false,
        "FilterPolicy: Only one key allowed in match expression");
    refused(
        "{\"key\":[{\"suffix\":100}]}",
        false,
        "FilterPolicy: suffix match pattern must be a string");
    refused(
        "{\"key\":[{\"exists\":\"no\"}]}",
        false,
        "FilterPolicy: exists match pattern must be either true or false.");
    refused(
        "{\"key\":[{\"numeric\":[\">\",3,\"<\",1]}]}",
        false,
        "FilterPolicy: Bottom must be less than top");
    refused("{\"key\":\"value\"}", false, "FilterPolicy: \"key\" must be an object or an array");
    refused("{\"key\":[]}", false, "FilterPolicy: ");
    refused(
        "{\"key\":{\"a\":[1]}}",
        false,
        "Filter policy scope MessageAttributes does not support nested filter policy");
    refused("{\"key\":[{\"numeric\":[\"=\",1000000001]}]}", false, "FilterPolicy: Value must be");
  }

  private static String values(int count) {
    return IntStream.range(0, count)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void aPolicyHasAtMostFiveKeysAnd150Combinations() {
    assertThat(FilterPolicy.compile("{\"a\":%s}".formatted(values(150)), false, "")).isNotNull();
    refused(
        "{\"a\":%s}".formatted(values(151)), false, "FilterPolicy: Filter policy is too complex");
    refused(
        "{\"a\":%s,\"b\":%s}".formatted(values(12), values(13)),
        false,
        "FilterPolicy: Filter policy is too complex");
    // Deeper keys count more: 3 x 4 x 2 x 3 = 72, as in the developer guide.
    String nested = "{\"a\":{\"b\":{\"c\":%s}},\"d\":{\"e\":%s}}";
    assertThat(FilterPolicy.compile(nested.formatted(values(4), values(3)), true, "")).isNotNull();
    refused(
        nested.formatted(values(5), values(6)), true, "FilterPolicy: Filter policy is too complex");
    refused(
        "{\"$or\":[{\"a\":%s},{\"b\":%s}]}".formatted(values(100), values(51)),
        false,
        "FilterPolicy: Filter policy is too complex");
    String six =
        IntStream.range(0, 6)
            .mapToObj("\"k%d\":[1]"::formatted)
            .collect(Collectors.joining(",", "{", "}"));
    refused(six, false, "FilterPolicy: Filter policy can not have more than 5 keys");
    refused(
        "{\"a\":[\"" + "x".repeat(256 * 1024) + "\"]}", false, "FilterPolicy: Filter policy is");
    refused(
        "{\"a\":".repeat(200) + "[1]" + "}".repeat(200), true, "FilterPolicy: Filter policy is");
  }

  @Test
  void aMessageThatCannotBeReadMatchesNothing() {
    FilterPolicy policy = FilterPolicy.compile("{\"a\":[1]}", true, "");
    assertThat(policy.matches("[".repeat(100_000), Map.of())).isFalse();
    assertThat(policy.matches("{\"a\":".repeat(20_000), Map.of())).isFalse();
    assertThat(policy.matches("{\"a\":1} rest", Map.of())).isFalse();
  }
}
