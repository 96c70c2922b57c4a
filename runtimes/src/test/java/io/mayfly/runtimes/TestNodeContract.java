package io.mayfly.runtimes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** JavaScript handlers behave under our guest as they do under AWS's client. */
class TestNodeContract {
  private static final RuntimeCatalog CATALOG = TestGuests.CATALOG;

  static Stream<Case> cases() {
    return Stream.of(
        Case.of("cases.echo").events("{\"a\": [1, 2.50, null, true]}", "\"text\"", "0"),
        Case.of("cases.echo").events("\"😀 ü\""),
        Case.of("cases.asynchronous"),
        Case.of("cases.context"),
        Case.of("cases.context")
            .caller("{\"custom\": {\"a\": \"b\"}}", "{\"cognitoIdentityId\": \"id\"}"),
        Case.of("cases.context").tenant("blue/1 @x"),
        Case.of("cases.environment"),
        Case.of("cases.throws").events("1", "2"),
        Case.of("cases.throwsAtOnce"),
        Case.of("cases.throwsOwn"),
        Case.of("cases.throwsText"),
        Case.of("cases.throwsCause"),
        Case.of("cases.throwsDelete"),
        Case.of("cases.throws").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Case.of("cases.returnsNothing"),
        Case.of("cases.returnsCircle"),
        Case.of("cases.returnsBigInt"),
        Case.of("cases.returnsDate"),
        Case.of("cases.returnsOdd"),
        Case.of("cases.returnsText"),
        Case.of("cases.returnsMuch"),
        Case.of("cases.exits"),
        Case.of("cases.exitsWell"),
        Case.of("cases.thenable"),
        Case.of("cases.logs"),
        Case.of("cases.logs").with("AWS_LAMBDA_LOG_LEVEL", "WARN"),
        Case.of("cases.logsObjects"),
        Case.of("cases.logsObjects").with("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Case.of("cases.counts").events("1", "2", "3"),
        Case.of("cases.nested.deeper.handler"),
        Case.of("cases.missing"),
        Case.of("cases.nested.missing"),
        Case.of("cases.number"),
        Case.of("absent.handler"),
        Case.of("nodot"),
        Case.of("../cases.echo"),
        Case.of("module.handler"),
        Case.of("esm/index.handler"),
        Case.of("esm/old.handler"),
        Case.of("folder/inner.handler"),
        Case.of("syntax.handler"),
        Case.of("syntaxmodule.handler"),
        Case.of("import.handler"),
        Case.of("importmodule.handler"),
        Case.of("throws.handler"),
        Case.of("throwsmodule.handler"),
        Case.of("exits.handler"),
        Case.of("logs.handler"));
  }

  /**
   * What only the runtimes up to nodejs22.x have. The client of nodejs24.x names no tenant in its
   * lines of JSON; ours does with every runtime.
   */
  static Stream<Case> callbackCases() {
    return Stream.of(
        Case.of("cases.logsObjects").with("AWS_LAMBDA_LOG_FORMAT", "JSON").tenant("blue"),
        Case.of("cases.throws").with("AWS_LAMBDA_LOG_FORMAT", "JSON").tenant("blue"),
        Case.of("cases.echo").events("no json"),
        Case.of("cases.plain"),
        Case.of("cases.throwsNothing"),
        Case.of("cases.throwsNull"),
        Case.of("cases.throwsObject"),
        Case.of("cases.context").caller("no json", ""),
        Case.of("cases.callback").events("1", "2"),
        Case.of("cases.callbackError"),
        Case.of("cases.callbackText"),
        Case.of("cases.callbackLater"),
        Case.of("cases.callbackThenWork"),
        Case.of("cases.callbackThenLeave").events("1", "2"),
        Case.of("cases.callbackTwice"),
        Case.of("cases.callbackNever").events("1", "2"),
        Case.of("cases.callbackCircle"),
        Case.of("cases.neverResolves").events("1", "2"),
        Case.of("cases.done"),
        Case.of("cases.doneError"),
        Case.of("cases.succeed"),
        Case.of("cases.fail"),
        Case.of("cases.failNothing"),
        Case.of("cases.keepsTimer"),
        Case.of("cases.rejectsUnhandled"),
        Case.of("cases.throwsLater"),
        Case.of("module.callback"),
        Case.of("rejects.handler"));
  }

  /** What only the runtimes from nodejs24.x on have. */
  static Stream<Case> promiseCases() {
    return Stream.of(
        Case.of("cases.plain"),
        Case.of("module.inner"),
        Case.of("cases.keepsTimer"),
        Case.of("cases.rejectsUnhandled").withoutLog(),
        Case.of("cases.throwsLater").withoutLog());
  }

  /** Handlers that stream their responses. */
  private static Stream<Case> streamCases() {
    return Stream.of(
        Case.of("streams.text"),
        Case.of("streams.bytes"),
        Case.of("streams.metadata"),
        Case.of("streams.piped"),
        Case.of("streams.nothing"),
        Case.of("streams.context"),
        Case.of("streams.returns"),
        Case.of("streams.says"),
        Case.of("streams.counts").events("1", "2", "3"));
  }

  static Stream<Case> casesWithCallbacks() {
    return Stream.of(cases(), callbackCases(), streamCases(), Stream.of(Case.of("streams.worksOn")))
        .flatMap(each -> each);
  }

  static Stream<Case> casesWithPromises() {
    return Stream.of(cases(), promiseCases(), streamCases()).flatMap(each -> each);
  }

  @ParameterizedTest
  @MethodSource("casesWithCallbacks")
  void isTheSameUnderBothWithCallbacks(Case one) throws Exception {
    String runtime =
        CATALOG.list().stream()
            .map(RuntimeCatalog.Row::id)
            .filter(id -> List.of("nodejs18.x", "nodejs20.x", "nodejs22.x").contains(id))
            .findFirst()
            .orElseThrow();
    RuntimeLaunch launch = CATALOG.launch(runtime);
    Path node = Path.of(launch.command().getFirst());
    Contract.compare(launch, Clients.nodeWithCallbacks(node), Handlers.node(), one);
  }

  @ParameterizedTest
  @MethodSource("casesWithPromises")
  void isTheSameUnderBothWithPromises(Case one) throws Exception {
    Path node = Clients.node24();
    RuntimeLaunch like = CATALOG.launch("nodejs20.x");
    List<String> command = new ArrayList<>(like.command());
    command.set(0, node.toString());
    RuntimeLaunch launch =
        new RuntimeLaunch(command, like.mounts(), like.environment(), like.channel());
    Contract.compare(launch, Clients.node(node), Handlers.node(), one);
  }
}
