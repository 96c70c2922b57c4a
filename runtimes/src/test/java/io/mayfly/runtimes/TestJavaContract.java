package io.mayfly.runtimes;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Java handlers behave under our guest as they do under AWS's client. */
class TestJavaContract {
  private static final RuntimeCatalog CATALOG = TestGuests.CATALOG;

  private static final String POJO =
      "{\"name\": \"n\", \"count\": 3, \"unknown\": 1, \"tags\": \"single\", \"inner\": {\"count\":"
          + " 1}}";

  static Stream<Case> cases() {
    return Stream.of(
        method("map").events("{\"a\": [1, 2.50, null, true], \"ü\": \"😀\"}", "{}", "null"),
        method("map").events("no json"),
        method("map").events("[1"),
        method("withContext"),
        method("onlyContext"),
        method("nothing"),
        method("noResult"),
        method("ofClass").events("\"text\""),
        method("number").events("41", "\"7\"", "\"x\""),
        method("list").events("[1, 2]", "5", "[\"a\"]"),
        method("object").events("1", "1.5", "\"text\"", "[]", "{}", "true"),
        method("pojo").events(POJO, "\"\"", "[]"),
        method("optional").events("\"text\"", "null"),
        method("streams"),
        method("streamsWithContext"),
        method("onlyInput"),
        method("onlyInputWithContext"),
        method("onlyOutput"),
        method("onlyOutputWithContext"),
        method("overloaded").events("\"text\""),
        method("throwsChecked").events("1", "2"),
        method("throwsUnchecked"),
        method("throwsSilent"),
        method("throwsOwn"),
        method("throwsError"),
        method("throwsAssertion"),
        method("throwsFromLambda"),
        method("returnsNull"),
        method("returnsUnserialisable"),
        method("returnsOdd"),
        method("returnsMuch"),
        method("exits"),
        method("halts"),
        method("interrupts").events("1", "2"),
        method("counts").events("1", "2", "3"),
        method("trace"),
        method("environment"),
        method("loader"),
        method("context"),
        method("context")
            .caller(
                "{\"client\": {\"installation_id\": \"i\", \"app_title\": \"t\"}, \"custom\":"
                    + " {\"a\": \"b\"}, \"env\": {\"platform\": \"x\"}}",
                "{\"cognitoIdentityId\": \"id\", \"cognitoIdentityPoolId\": \"pool\"}"),
        method("context").tenant("blue/1 @x"),
        method("logs").with("AWS_LAMBDA_LOG_FORMAT", "JSON").tenant("blue"),
        method("android").events(POJO).caller("{\"env\": {\"platform\": \"Android\"}}", ""),
        method("logs"),
        method("logs").with("AWS_LAMBDA_LOG_LEVEL", "ERROR"),
        method("logs").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        method("throwsChecked").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        // AWS's client says in the log which overloads it passes over, and why.
        method("unfitting").withoutLog(),
        method("tooMany").withoutLog(),
        method("hidden"),
        method("missing"),
        Case.of("cases.Echo"),
        Case.of("cases.Echo::handleRequest"),
        Case.of("cases.Typed").events("{\"a\": 1}"),
        Case.of("cases.Typed::handleRequest").events("{\"a\": 1}"),
        Case.of("cases.Typed$Raw"),
        Case.of("cases.Typed$Open"),
        Case.of("cases.Typed$Bound").events(POJO),
        Case.of("cases.Typed$Silent").events("\"text\""),
        Case.of("cases.Typed$NoConstructor"),
        Case.of("cases.Typed$Inner"),
        Case.of("cases.Typed$FailingConstructor"),
        Case.of("cases.Typed$FailingClass"),
        Case.of("cases.Typed$Exiting"),
        Case.of("cases.Typed$Other").events("1", "2"),
        Case.of("cases.Absent").events("1", "2"),
        Case.of("cases.Absent::method"),
        Case.of("::"),
        Case.of("cases.Echo::"));
  }

  private static Case method(String name) {
    return Case.of("cases.Handlers::" + name);
  }

  /** Every case on the newest JDK, and on the older ones what the JDK itself has a part in. */
  static Stream<Arguments> all() {
    List<String> ids =
        CATALOG.list().stream()
            .map(RuntimeCatalog.Row::id)
            .filter(id -> id.startsWith("java"))
            .toList();
    return ids.stream()
        .flatMap(
            id ->
                (id.equals(ids.getLast()) ? cases() : someCases())
                    .map(one -> Arguments.of(id, one)));
  }

  private static Stream<Case> someCases() {
    return Stream.of(
        method("pojo").events(POJO, "\"\"", "[]"),
        method("streams"),
        method("throwsUnchecked"),
        method("throwsSilent"),
        method("returnsOdd"),
        method("exits"),
        method("environment"),
        method("loader"),
        method("context"),
        method("logs"),
        Case.of("cases.Typed").events("{\"a\": 1}"),
        Case.of("cases.Typed$FailingConstructor"),
        Case.of("cases.Absent"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("all")
  void isTheSameUnderBoth(String runtime, Case one) throws Exception {
    RuntimeLaunch launch = CATALOG.launch(runtime);
    Path java = Path.of(launch.command().get(2));
    Contract.compare(launch, Clients.java(java), Handlers.java(), one);
  }
}
