package io.mayfly.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What several actions take: pages, references, settings with one possible value. */
class TestRequestParts {
  private final FunctionReferences references =
      new FunctionReferences(new Account("000000000000", "us-east-1"));

  private static void assertRefused(ErrorCode with, ThrowingCallable call, String word) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MayflyException.class, refusal -> assertThat(refusal.code()).isEqualTo(with))
        .hasMessageContaining(word);
  }

  @Test
  void pagesTogetherAreTheWholeList() {
    List<String> all = IntStream.range(0, 120).mapToObj("f%03d"::formatted).toList();
    List<String> seen = new ArrayList<>();
    Optional<String> marker = Optional.empty();
    int pages = 0;
    do {
      Page<String> page = Page.of(all, Function.identity(), marker, Optional.of(10_000));
      assertThat(page.items()).hasSizeLessThanOrEqualTo(50);
      seen.addAll(page.items());
      marker = page.next();
      pages++;
    } while (marker.isPresent());
    assertThat(seen).isEqualTo(all);
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void whatComesAndGoesBetweenPagesNeitherRepeatsNorHidesOthers() {
    Page<String> first =
        Page.of(List.of("a", "b", "d"), Function.identity(), Optional.empty(), Optional.of(2));
    Page<String> second =
        Page.of(List.of("a", "c", "d"), Function.identity(), first.next(), Optional.of(2));
    assertThat(second.items()).containsExactly("c", "d");
    assertThat(second.next()).isEmpty();
  }

  @Test
  void aMarkerThatIsNoneIsRefused() {
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> Page.of(List.of("a"), Function.identity(), Optional.of("*"), Optional.empty()),
        "Marker");
  }

  @Test
  void aFunctionIsMeantByNameOrArnWithOrWithoutItsVersion() {
    assertThat(references.resolve("f", Optional.empty()).toString())
        .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:f");
    assertThat(references.resolve("f:$LATEST", Optional.of("$LATEST")).qualifier())
        .contains("$LATEST");
    assertThat(references.unqualified("arn:aws:lambda:us-east-1:000000000000:function:f").value())
        .isEqualTo("f");
  }

  @Test
  void functionsElsewhereAreNotFound() {
    for (String text :
        List.of("111111111111:f", "arn:aws:lambda:eu-west-1:000000000000:function:f")) {
      assertRefused(
          ErrorCode.NOT_FOUND,
          () -> references.resolve(text, Optional.empty()),
          "Function not found: ");
    }
  }

  @Test
  void contradictoryOrSenselessReferencesAreRefused() {
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> references.resolve("f:1", Optional.of("2")),
        "does not match the specified qualifier");
    assertRefused(
        ErrorCode.INVALID_PARAMETER, () -> references.resolve("a b", Optional.empty()), "'a b'");
    assertRefused(
        ErrorCode.INVALID_PARAMETER, () -> references.unqualified("f:$LATEST"), "$LATEST");
  }

  @Test
  void aSettingWithOnePossibleValueTakesThatAndNoOther() {
    Settings.only("PackageType", Optional.empty(), "Zip");
    Settings.only("PackageType", Optional.of("Zip"), "Zip");
    Settings.onlyThisArchitecture(List.of(FunctionConfiguration.ARCHITECTURE));
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> Settings.only("PackageType", Optional.of("Image"), "Zip"),
        "PackageType: Image is not supported yet");
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> Settings.onlyThisArchitecture(List.of("riscv")),
        "riscv is not offered");
  }
}
