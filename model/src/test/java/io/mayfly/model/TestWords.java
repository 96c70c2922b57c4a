package io.mayfly.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The words that callers write: names, references, ARNs, sizes, traces. */
class TestWords {
  @ParameterizedTest
  @CsvSource({
    "my-fn_1,my-fn_1,,,",
    "my-fn:$LATEST,my-fn,,,$LATEST",
    "my-fn:prod,my-fn,,,prod",
    "function:my-fn,my-fn,,,",
    "123456789012:function:my-fn,my-fn,123456789012,,",
    "123456789012:my-fn,my-fn,123456789012,,",
    "arn:aws:lambda:us-west-2:123456789012:function:my-fn,my-fn,123456789012,us-west-2,",
    "arn:aws:lambda:us-west-2:123456789012:function:my-fn:7,my-fn,123456789012,us-west-2,7",
    "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f,f,123456789012,us-gov-west-1,"
  })
  void aReferenceIsANameAPartOfAnArnOrAnArn(
      String text, String name, String account, String region, String qualifier) {
    FunctionReference reference = FunctionReference.parse(text).orElseThrow();
    assertThat(reference.name().value()).isEqualTo(name);
    assertThat(reference.account()).isEqualTo(Optional.ofNullable(account));
    assertThat(reference.region()).isEqualTo(Optional.ofNullable(region));
    assertThat(reference.qualifier()).isEqualTo(Optional.ofNullable(qualifier));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        "a/b",
        "../a",
        "a:b:c",
        "a:$OLDEST",
        "é",
        "a\n",
        "arn:aws:s3:::bucket",
        "arn:aws:lambda:us-west-2:12345678901:function:f"
      })
  void whatIsNoReferenceIsNone(String text) {
    assertThat(FunctionReference.parse(text)).isEmpty();
  }

  @Test
  void aNameTakesSixtyFourCharactersAndAReferenceItsOwnLimit() {
    assertThat(FunctionReference.parse("a".repeat(64))).isPresent();
    assertThat(FunctionReference.parse("a".repeat(65))).isEmpty();
    assertThat(FunctionReference.parse("a:" + "b".repeat(168))).isPresent();
    assertThat(FunctionReference.parse("a:" + "b".repeat(169))).isEmpty();
    assertThatThrownBy(() -> new FunctionName("a".repeat(65)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anArnIsReadBackAsItWasWritten() {
    Account account = new Account("000000000000", "us-east-1");
    FunctionArn arn = FunctionArn.of(account, new FunctionName("f"));
    assertThat(arn).hasToString("arn:aws:lambda:us-east-1:000000000000:function:f");
    assertThat(arn.qualified("$LATEST"))
        .hasToString("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST");
    assertThat(FunctionReference.parse(arn.qualified("$LATEST").toString()).orElseThrow())
        .isEqualTo(
            new FunctionReference(
                new FunctionName("f"),
                Optional.of("000000000000"),
                Optional.of("us-east-1"),
                Optional.of("$LATEST")));
  }

  @Test
  void anAccountHasTwelveDigitsAndARegionAName() {
    assertThatThrownBy(() -> new Account("123", "us-east-1"))
        .hasMessageContaining("is not twelve digits");
    assertThatThrownBy(() -> new Account("000000000000", "mars"))
        .hasMessageContaining("is not a region's name");
  }

  @Test
  void sizesRoundUpToMegabytesWithoutOverflow() {
    assertThat(DataSize.ofMegabytes(128).bytes()).isEqualTo(134_217_728);
    assertThat(new DataSize(0).megabytes()).isZero();
    assertThat(new DataSize(1).megabytes()).isEqualTo(1);
    assertThat(new DataSize(1_048_576).megabytes()).isEqualTo(1);
    assertThat(new DataSize(1_048_577).megabytes()).isEqualTo(2);
    assertThat(new DataSize(Long.MAX_VALUE).megabytes()).isPositive();
    assertThatThrownBy(() -> new DataSize(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DataSize.ofMegabytes(Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void aTraceIsContinuedIfTheCallerHasOneAndStartedOtherwise() {
    Instant now = Instant.ofEpochSecond(0x5759e988L);
    String started = TraceId.continueOrStart(Optional.empty(), now, new Random(1));
    assertThat(started).matches("Root=1-5759e988-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0");
    String callers = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    assertThat(TraceId.continueOrStart(Optional.of(callers), now, new Random(1)))
        .isEqualTo(callers);
    for (String useless : new String[] {"nonsense", "Root=" + "a".repeat(300)}) {
      assertThat(TraceId.continueOrStart(Optional.of(useless), now, new Random(1)))
          .isEqualTo(started);
    }
  }

  @Test
  void aRuntimesFamilyIsToldFromItsName() {
    assertThat(RuntimeFamily.of("python3.12")).contains(RuntimeFamily.PYTHON);
    assertThat(RuntimeFamily.of("nodejs22.x")).contains(RuntimeFamily.NODE);
    assertThat(RuntimeFamily.of("java21")).contains(RuntimeFamily.JAVA);
    assertThat(RuntimeFamily.of("provided.al2023")).contains(RuntimeFamily.PROVIDED);
    for (String unknown : new String[] {"python2.7", "nodejs22", "java", "go1.x", "python3.12\n"}) {
      assertThat(RuntimeFamily.of(unknown)).isEmpty();
    }
  }
}
