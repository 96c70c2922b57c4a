package io.mayfly.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.AwsException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of AWS's user guide and what lies beside them. */
class TestFilterPattern {
  private static boolean matches(String pattern, String line) {
    return FilterPattern.parse(pattern).matches(line + "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "`` # anything # true",
        "`  ` # anything # true",
        "ERROR # [ERROR 400] BAD REQUEST # true",
        "ERROR # Exiting with ERRORCODE: -1 # true",
        "ERROR # error # false",
        "ERROR ARGUMENTS # [ERROR 419] MISSING ARGUMENTS # true",
        "ERROR ARGUMENTS # [ERROR 401] UNAUTHORIZED # false",
        "?ERROR ?WARN # [WARN] low # true",
        "?ERROR ?WARN # [INFO] fine # false",
        "?ERROR REQUEST # BAD REQUEST # true",
        "?ERROR REQUEST # ERROR # false",
        "`\"INTERNAL SERVER ERROR\"` # [500] INTERNAL SERVER ERROR # true",
        "`\"INTERNAL SERVER ERROR\"` # SERVER ERROR INTERNAL # false",
        "`\"say \\\"hi\\\" \\\\\"` # they say \"hi\" \\ # true",
        "ERROR -ARGUMENTS # [ERROR 400] BAD REQUEST # true",
        "ERROR -ARGUMENTS # [ERROR 419] MISSING ARGUMENTS # false",
        "-ERROR # fine # true",
        "-ERROR # ERROR # false",
        "`-\"BAD REQUEST\" -x` # BAD REQUEST # false",
        "`-\"BAD REQUEST\" -x` # REQUEST BAD # true",
        "`\"\\u0000\"` # x # false",
      })
  void termsAndPhrases(String pattern, String line, boolean expected) {
    assertThat(matches(pattern, line)).isEqualTo(expected);
  }

  private static final String EVENT =
      """
      {"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "n": 4, "big": 1e3,
       "huge": 12345678901234567891, "none": null, "yes": true, "no": false, "text": "7",
       "arrayKey": ["value", "another value"], "key.with dots": {"@x": "deep"},
       "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "empty": {}}
      """
          .replace("\n", " ");

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{ $.eventType = \"UpdateTrail\" } # true",
        "{$.eventType=UpdateTrail} # true",
        "{ $.eventType = \"updatetrail\" } # false",
        "{ $.eventType = \"*Trail\" } # true",
        "{ $.eventType = Up*T*l } # true",
        "{ $.eventType = \"Trail*\" } # false",
        "{ $.sourceIPAddress != 123.123.* } # true",
        "{ $.sourceIPAddress != 111.111.* } # false",
        "{ $.sourceIPAddress = 111.* } # true",
        "{ $.n = 4 } # true",
        "{ $.n = 4.0 } # true",
        "{ $.n = \"4\" } # true",
        "{ $.n != 4 } # false",
        "{ $.n > 3 } # true",
        "{ $.n > 4 } # false",
        "{ $.n >= 4 } # true",
        "{ $.n < 4 } # false",
        "{ $.n <= 4 } # true",
        "{ $.n < -1e2 } # false",
        "{ $.big = 1000 } # true",
        "{ $.big > 999.5 } # true",
        "{ $.huge = 12345678901234567891 } # true",
        "{ $.huge = 12345678901234567890 } # false",
        "{ $.text > 3 } # false",
        "{ $.text = 7 } # true",
        "{ $.missing = \"x\" } # false",
        "{ $.missing != \"x\" } # false",
        "{ $.eventType.deeper = \"x\" } # false",
        "{ $.none IS NULL } # true",
        "{ $.n IS NULL } # false",
        "{ $.missing IS NULL } # false",
        "{ $.yes IS TRUE } # true",
        "{ $.yes is true } # true",
        "{ $.no IS TRUE } # false",
        "{ $.no IS FALSE } # true",
        "{ $.missing NOT EXISTS } # true",
        "{ $.none NOT EXISTS } # false",
        "{ $.empty EXISTS } # true",
        "{ $.objectList[2] EXISTS } # false",
        "{ $.arrayKey[0] = \"value\" } # true",
        "{ $.arrayKey[1] = \"value\" } # false",
        "{ $.arrayKey[*] = \"another value\" } # true",
        "{ $.arrayKey = \"value\" } # false",
        "{ $.objectList[1].id = 2 } # true",
        "{ $.objectList[*].id = 3 } # false",
        "{ $.objectList.*.id = 2 } # true",
        "{ $.*.*.name = \"b\" } # true",
        "{ $[\"key.with dots\"].[\"@x\"] = deep } # true",
        "{ $['eventType'] = UpdateTrail } # true",
        "{ $.n = 4 && $.yes IS TRUE } # true",
        "{ $.n = 5 && $.yes IS TRUE } # false",
        "{ $.n = 5 || $.yes IS TRUE } # true",
        "{ $.n = 4 || $.n = 5 && $.n = 6 } # true",
        "{ ($.n = 4 || $.n = 5) && $.n = 6 } # false",
        "{ ((($.n = 4))) } # true",
      })
  void conditionsOnJson(String pattern, boolean expected) {
    assertThat(matches(pattern, EVENT)).isEqualTo(expected);
    assertThat(matches(pattern, "INFO " + EVENT)).as("no JSON").isFalse();
    assertThat(matches(pattern, EVENT + "{}")).as("two objects").isFalse();
  }

  private static final String ACCESS =
      "127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "[ip, user, username, timestamp, request, status_code, bytes] # true",
        "[ip, user, username, timestamp, request, status_code] # false",
        "[ip, user, username, timestamp, request, status_code, bytes, more] # false",
        "[ip, user, username, timestamp, request, status_code = 404, bytes] # true",
        "[ip, user, username, timestamp, request, status_code = 4*, bytes > 1000] # true",
        "[ip, user, username, timestamp, request, status_code = 4*, bytes > 2000] # false",
        "[..., status_code = 4*, bytes] # true",
        "[..., status_code != 4*, bytes] # false",
        "[ip = 127.*, ...] # true",
        "[ip, ..., bytes = 1534] # true",
        "[a, b, c, ..., d, e, f, g] # true",
        "[a, b, c, d, ..., e, f, g, h] # false",
        "[...] # true",
        "[ip, user, username, timestamp, request = \"GET *.html*\", ...] # true",
        "[ip, user, username, timestamp = *Oct*, ...] # true",
        "[..., status_code = 404 || status_code = 500, bytes] # true",
        "[..., (status_code = 4* && status_code > 403) || status_code = 500, bytes] # true",
        "[..., status_code = 4* && status_code > 404, bytes] # false",
        "[..., user != frank, x, x, x, x] # false",
      })
  void conditionsOnFields(String pattern, boolean expected) {
    assertThat(matches(pattern, ACCESS)).isEqualTo(expected);
  }

  @Test
  void bracketsAndQuotesThatDoNotCloseAreOrdinary() {
    assertThat(matches("[a = x, b = \"[y\", c = z]", "x [y z")).isTrue();
    assertThat(matches("[a = x, b, c = z]", "x \"y z")).isTrue();
    assertThat(matches("[a = \"\", b = \"b c\"]", "[] \"b c\"")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"open",
        "-",
        "? x",
        "%ERR.R%",
        "{",
        "{}",
        "{ $ = 1 }",
        "{ $. = 1 }",
        "{ $.a }",
        "{ $.a = }",
        "{ $.a = 1",
        "{ $.a = 1 } x",
        "{ $.a = 1 && }",
        "{ $.a = 1 $.b = 2 }",
        "{ ($.a = 1 }",
        "{ $.a > x }",
        "{ $.a > \"1\" }",
        "{ $.a IS 1 }",
        "{ $.a NOT NULL }",
        "{ $.a[x] = 1 }",
        "{ $.a[99999999999] = 1 }",
        "{ $.a = %x% }",
        "{ a = 1 }",
        "[",
        "[]",
        "[a,]",
        "[a",
        "[a, ..., b, ...]",
        "[a = ]",
        "[a = 1 && b = 2]",
        "[a] b",
        "[a = %x%]",
      })
  void whatIsNoPatternIsRefusedWithItsPlace(String pattern) {
    assertThatThrownBy(() -> FilterPattern.parse(pattern))
        .isInstanceOfSatisfying(
            AwsException.class,
            refusal -> assertThat(refusal.code()).isEqualTo("InvalidParameterException"))
        .hasMessageMatching("Invalid filter pattern: .* at character [0-9]+");
  }

  @Test
  void starsStandForWhatARegularExpressionSaysTheyDo() {
    Random random = new Random(20261127);
    int matching = 0;
    for (int i = 0; i < 50_000; i++) {
      String pattern = word(random, "ab**", 8);
      String text = word(random, "ab", 12);
      boolean expected = Pattern.matches(pattern.replaceAll("\\*+", ".*"), text);
      assertThat(Wildcards.of(pattern).matches(text))
          .as("'%s' of '%s'", pattern, text)
          .isEqualTo(expected);
      matching += expected ? 1 : 0;
    }
    assertThat(matching).as("both happen").isBetween(5_000, 45_000);
  }

  /** A condition as text, and what it means for a number. */
  private record Condition(String text, IntPredicate meaning) {}

  private static Condition condition(Random random, int depth) {
    int kind = depth == 0 ? 0 : random.nextInt(4);
    if (kind == 0) {
      int number = random.nextInt(10);
      return switch (random.nextInt(6)) {
        case 0 -> new Condition("$.n = " + number, n -> n == number);
        case 1 -> new Condition("$.n != " + number, n -> n != number);
        case 2 -> new Condition("$.n<" + number, n -> n < number);
        case 3 -> new Condition("$.n <=" + number, n -> n <= number);
        case 4 -> new Condition("$.n> " + number, n -> n > number);
        default -> new Condition("$.n >= " + number, n -> n >= number);
      };
    }
    if (kind == 1) {
      Condition inner = condition(random, depth - 1);
      return new Condition("( " + inner.text() + ")", inner.meaning());
    }
    // A disjunction inside a conjunction needs its parentheses.
    List<Condition> parts =
        IntStream.range(0, 2 + random.nextInt(2))
            .mapToObj(i -> condition(random, depth - 1))
            .map(
                part ->
                    kind == 2 && part.text().contains("||")
                        ? new Condition("(" + part.text() + ")", part.meaning())
                        : part)
            .toList();
    IntFunction<Stream<Condition>> holding =
        n -> parts.stream().filter(part -> part.meaning().test(n));
    return new Condition(
        parts.stream().map(Condition::text).collect(Collectors.joining(kind == 2 ? "&&" : " || ")),
        kind == 2
            ? n -> holding.apply(n).count() == parts.size()
            : n -> holding.apply(n).findAny().isPresent());
  }

  @Test
  void joinedConditionsMeanWhatTheyDoInJava() {
    Random random = new Random(42);
    for (int i = 0; i < 5_000; i++) {
      Condition condition = condition(random, 4);
      FilterPattern pattern = FilterPattern.parse("{" + condition.text() + "}");
      for (int n = 0; n < 10; n++) {
        assertThat(pattern.matches("{\"n\":%d}".formatted(n)))
            .as("%s for %d", condition.text(), n)
            .isEqualTo(condition.meaning().test(n));
      }
    }
  }

  @Test
  @Timeout(60)
  void noPatternAndNoLineFailInside() {
    Random random = new Random(7);
    String syntax = "{}[]()$$..**==!<>&&||\"\\-?%, 'ab01eE_@#\u0000é\ud83d\udc1d";
    int parsed = 0;
    for (int i = 0; i < 50_000; i++) {
      String pattern = List.of("", "{ $.a ", "[a ", "{($.a=1)&&$.").get(random.nextInt(4));
      pattern += word(random, syntax, 40) + List.of("", "}", "]").get(random.nextInt(3));
      try {
        FilterPattern filter = FilterPattern.parse(pattern);
        parsed++;
        var _ = filter.matches(word(random, syntax, 60));
        var _ = filter.matches("{\"a\":" + word(random, "{}[]\",:01eE-.ab", 20) + "}\n");
        var _ = filter.matches("{\"a\":{\"b\":[1,null,{\"a\":\"01\"}]}}\r\n");
      } catch (AwsException refusal) {
        assertThat(refusal.code()).isEqualTo("InvalidParameterException");
      }
    }
    assertThat(parsed).as("both happen").isBetween(5_000, 45_000);
  }

  private static String word(Random random, String letters, int most) {
    int length = random.nextInt(most + 1);
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }

  @Test
  @Timeout(60)
  void theWorstPatternsAndLinesEndSoon() {
    String line = "a".repeat(64 * 1024 - 1);
    String stars = "*" + "a*".repeat(400) + "b";
    assertThat(matches("[x = " + stars + "]", line)).isFalse();
    assertThat(matches("{ $.x = \"" + stars + "\" }", "{\"x\":\"" + line + "\"}")).isFalse();
    assertThat(matches("[x = *" + "a".repeat(500) + "b*]", line)).isFalse();
    assertThat(matches("x ".repeat(500), line)).isFalse();
    assertThat(matches("[a = b]", "[a ".repeat(20_000))).isFalse();
    assertThat(matches("[a = b]", "\"a ".repeat(20_000))).isFalse();
    assertThat(matches("[a > 1]", "9".repeat(60_000))).as("no number").isFalse();
    assertThat(matches("{ $.a > 1 }", "{\"a\":1e999999999}")).as("no number").isFalse();
    assertThat(matches("{ $" + ".*".repeat(400) + " = 1 }", EVENT)).isFalse();
    String deep = "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000);
    assertThat(matches("{ $" + ".a".repeat(400) + " = 1 }", deep)).as("too deep").isFalse();
    String wide =
        "{\"a\":[%s]}"
            .formatted(
                IntStream.range(0, 10_000)
                    .mapToObj("[%d]"::formatted)
                    .collect(Collectors.joining(",")));
    assertThat(matches("{ $.a[*][*] = 9999 && $.*.*.* = 1 }", wide)).isTrue();
    assertThatThrownBy(() -> FilterPattern.parse("{" + "(".repeat(1_000)))
        .isInstanceOf(AwsException.class)
        .hasMessageContaining("more than 50 parentheses");
    assertThat(matches("{" + "(".repeat(50) + "$.n = 4" + ")".repeat(50) + "}", EVENT)).isTrue();
    String many =
        IntStream.range(0, 100)
            .mapToObj(i -> String.format(Locale.ROOT, "$.n = %d", i))
            .collect(Collectors.joining("||"));
    assertThat(matches("{" + many + "}", EVENT)).isTrue();
  }
}
