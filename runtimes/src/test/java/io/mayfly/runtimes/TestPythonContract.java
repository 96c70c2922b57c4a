package io.mayfly.runtimes;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Python handlers behave under our guest as they do under AWS's client. */
class TestPythonContract {
  /** The client's own oldest. */
  private static final int OLDEST = 10;

  private static final RuntimeCatalog CATALOG = TestGuests.CATALOG;

  static List<RuntimeCatalog.Row> interpreters() {
    List<RuntimeCatalog.Row> all =
        CATALOG.list().stream()
            .filter(row -> row.id().startsWith("python"))
            .filter(row -> Integer.parseInt(row.id().substring("python3.".length())) >= OLDEST)
            .toList();
    return List.of(all.getFirst(), all.getLast()).stream().distinct().toList();
  }

  static Stream<Case> cases() {
    return Stream.of(
        Case.of("cases.echo").events("{\"a\": [1, 2.50, null, true]}", "\"text\"", "0", "[]"),
        Case.of("cases.echo").events("no json"),
        Case.of("cases.echo").event(new byte[] {'"', (byte) 0xff, '"'}),
        Case.of("cases.echo").event(new byte[0]),
        Case.of("cases.context"),
        Case.of("cases.context")
            .caller(
                "{\"client\": {\"installation_id\": \"i\", \"app_title\": \"t\"}, \"custom\":"
                    + " {\"a\": \"b\"}, \"env\": {\"platform\": \"x\"}, \"w3c\": {\"traceparent\":"
                    + " \"00-1-2-01\", \"other\": \"x\"}}",
                "{\"cognitoIdentityId\": \"id\", \"cognitoIdentityPoolId\": \"pool\"}"),
        Case.of("cases.context").caller("no json", ""),
        Case.of("cases.context").tenant("blue/1 @x"),
        Case.of("cases.raises").with("AWS_LAMBDA_LOG_FORMAT", "JSON").tenant("blue"),
        Case.of("cases.context_text"),
        Case.of("cases.environment"),
        Case.of("cases.path"),
        Case.of("cases.raises").events("1", "2"),
        Case.of("cases.raises_own"),
        Case.of("cases.raises_from"),
        Case.of("cases.raises_group_of_lines"),
        Case.of("cases.recurses"),
        Case.of("cases.returns_set"),
        Case.of("cases.returns_decimal"),
        Case.of("cases.returns_nan"),
        Case.of("cases.returns_named_tuple"),
        Case.of("cases.returns_bytes"),
        Case.of("cases.returns_bytes_inside"),
        Case.of("cases.returns_text"),
        Case.of("cases.returns_date"),
        Case.of("cases.returns_circle"),
        Case.of("cases.returns_odd_keys"),
        Case.of("cases.returns_nothing"),
        Case.of("cases.returns_much"),
        Case.of("cases.exits").withoutLog(),
        Case.of("cases.exits_with_text").withoutLog(),
        Case.of("cases.dies"),
        Case.of("cases.interrupts").withoutLog(),
        Case.of("cases.logs").events("1", "2"),
        Case.of("cases.logs_levels").with("AWS_LAMBDA_LOG_LEVEL", "DEBUG"),
        Case.of("cases.logs_levels").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Case.of("cases.logs_error"),
        Case.of("cases.logs_error").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Case.of("cases.raises").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Case.of("cases.counts").events("1", "2", "3"),
        Case.of("cases.bound"),
        Case.of("cases.callable_object"),
        Case.of("cases.Class"),
        Case.of("cases.static"),
        Case.of("cases.Class.method"),
        Case.of("cases.missing"),
        Case.of("cases.number"),
        Case.of("absent.handler"),
        Case.of("nodot"),
        Case.of("sys.exit"),
        Case.of("broken_syntax.handler"),
        Case.of("broken_import.handler"),
        Case.of("broken_name.handler"),
        Case.of("raises_at_import.handler"),
        Case.of("raises_at_import.handler").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Case.of("exits_at_import.handler").withoutLog(),
        Case.of("pkg/inner.handler"),
        Case.of("pkg.inner.handler"));
  }

  /** Every case on the newest, and on the oldest what Python itself has a part in. */
  static Stream<Arguments> all() {
    List<RuntimeCatalog.Row> rows = interpreters();
    return rows.stream()
        .flatMap(
            row ->
                (row.equals(rows.getLast()) ? cases() : someCases())
                    .map(one -> Arguments.of(row.id(), one)));
  }

  private static Stream<Case> someCases() {
    return Stream.of(
        Case.of("cases.context"),
        Case.of("cases.environment"),
        Case.of("cases.raises_from"),
        Case.of("cases.recurses"),
        Case.of("cases.returns_text"),
        Case.of("cases.returns_decimal"),
        Case.of("cases.logs").events("1", "2"),
        Case.of("cases.logs_levels").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Case.of("cases.raises").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Case.of("broken_syntax.handler"),
        Case.of("raises_at_import.handler"),
        Case.of("pkg/inner.handler"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("all")
  void isTheSameUnderBoth(String runtime, Case one) throws Exception {
    RuntimeLaunch launch = CATALOG.launch(runtime);
    java.nio.file.Path python = java.nio.file.Path.of(launch.command().getFirst());
    Contract.compare(launch, Clients.python(python), Handlers.python(), one);
  }
}
