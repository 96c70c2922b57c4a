package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import org.junit.jupiter.api.Test;

final class TestLineage {
  private static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  private static final FunctionArn ONE = FunctionArn.of(ACCOUNT, new FunctionName("one"));
  private static final FunctionArn TWO = FunctionArn.of(ACCOUNT, new FunctionName("two"));
  private static final String TRACE =
      "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

  @Test
  void aChainCountsHowOftenEachOfItsFunctionsHasRun() {
    assertThat(Lineage.runs(TRACE, ONE)).isZero();
    String first = Lineage.next(TRACE, ONE);
    assertThat(first).matches(TRACE + ";Lineage=1:[0-9a-f]{8}:0");
    String second = Lineage.next(first, TWO);
    String third = Lineage.next(second, ONE.qualified("live"));
    assertThat(third).matches(TRACE + ";Lineage=1:[0-9a-f]{8}:1\\|[0-9a-f]{8}:0");
    assertThat(Lineage.runs(third, ONE)).isEqualTo(2);
    assertThat(Lineage.runs(third, TWO)).isEqualTo(1);
  }

  @Test
  void aLongChainOfManyFunctionsStaysWithinWhatAHeaderMayHave() {
    String trace = TRACE;
    for (int i = 0; i < 100; i++) {
      trace = Lineage.next(trace, FunctionArn.of(ACCOUNT, new FunctionName("f" + i)));
      assertThat(trace.length()).isLessThanOrEqualTo(256);
    }
    FunctionArn last = FunctionArn.of(ACCOUNT, new FunctionName("f99"));
    assertThat(Lineage.runs(trace, last)).isEqualTo(1);
  }

  @Test
  void whatAnybodyMayHaveWrittenIntoTheHeaderIsTakenForNothing() {
    String hash = Lineage.next(TRACE, ONE).replaceAll(".*1:([0-9a-f]{8}):.*", "$1");
    for (String lineage :
        new String[] {
          "",
          ":",
          "::",
          "|||",
          hash,
          hash + ":",
          hash + ":-1",
          hash + ":999999999999",
          "x:1",
          "1:2:3"
        }) {
      String header = TRACE + ";Lineage=" + lineage;
      assertThat(Lineage.runs(header, ONE)).as(header).isZero();
      assertThat(Lineage.next(header, ONE)).isEqualTo(Lineage.next(TRACE, ONE));
    }
    assertThat(Lineage.runs(TRACE + ";Lineage=" + hash + ":15", ONE)).isEqualTo(16);
    assertThat(Lineage.next("", ONE)).startsWith("Lineage=1:" + hash);
  }
}
