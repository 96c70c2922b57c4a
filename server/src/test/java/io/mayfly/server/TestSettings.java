package io.mayfly.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.sandbox.Isolation;
import io.mayfly.store.CredentialFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a platform is told at its start, and what it leaves for others to find. */
class TestSettings {
  @TempDir Path folder;

  private static ServerOptions options(String... arguments) {
    return ServerOptions.of(List.of(arguments), Map.of("PATH", "/bin"));
  }

  private static void assertRefused(
      List<String> arguments, Map<String, String> environment, String... words) {
    assertThatThrownBy(() -> ServerOptions.of(arguments, environment))
        .isInstanceOfSatisfying(
            MayflyException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageContainingAll(words);
  }

  @Test
  void withoutSettingsTheDocumentedDefaultsHold() {
    ServerOptions options = options();
    assertThat(options.port()).isEqualTo(9000);
    assertThat(options.mqttPort()).isEmpty();
    assertThat(options.host()).isEqualTo("127.0.0.1");
    assertThat(options.isolation()).isEqualTo(Isolation.JAIL);
    assertThat(options.concurrency()).isEqualTo(1000);
    assertThat(options.keepAlive()).isEmpty();
    assertThat(options.logLimit().megabytes()).isEqualTo(32);
    assertThat(options.account().region()).isEqualTo("us-east-1");
    assertThat(options.owner()).isEmpty();
    assertThat(options.runtimeAliases()).isEmpty();
  }

  @Test
  void anOptionWinsOverItsVariable() {
    Map<String, String> environment = Map.of("MAYFLY_PORT", "1234", "MAYFLY_REGION", "eu-west-1");
    ServerOptions options = ServerOptions.of(List.of("--port=0"), environment);
    assertThat(options.port()).isZero();
    assertThat(options.account().region()).isEqualTo("eu-west-1");
    assertThat(options("--mqtt-port", "1883").mqttPort()).contains(1883);
  }

  @Test
  void givenSettingsAreTaken() {
    ServerOptions options =
        options(
            "--account",
            "123456789012",
            "--access-key=AKID",
            "--secret-key",
            "s=1",
            "--isolation=none",
            "--runtime-alias",
            "nodejs22.x=nodejs20.x,java17=java21",
            "--runtime-alias=python3.9=python3.11",
            "--keep-alive=0");
    assertThat(options.account().id()).isEqualTo("123456789012");
    assertThat(options.owner()).contains(new CredentialFile("AKID", "s=1"));
    assertThat(options.isolation()).isEqualTo(Isolation.NONE);
    assertThat(options.runtimeAliases())
        .containsOnly(
            Map.entry("nodejs22.x", "nodejs20.x"),
            Map.entry("java17", "java21"),
            Map.entry("python3.9", "python3.11"));
    assertThat(options.keepAlive()).contains(Duration.ZERO);
  }

  @ParameterizedTest
  @CsvSource({
    "--port=65536,--port takes 0 to 65535",
    "--port=-1,--port takes 0 to 65535",
    "--port=http,--port takes 0 to 65535",
    "--concurrency=0,--concurrency takes 1 to",
    "--keep-alive=86401,--keep-alive takes auto or 0 to 86400",
    "--keep-alive=never,--keep-alive takes auto or 0 to 86400",
    "--log-limit=0,--log-limit takes 1 to 102400",
    "--isolation=docker,--isolation takes jail or none",
    "--access-key=AKID,go together",
    "--runtime-alias=java17,--runtime-alias takes NAME=RUNTIME",
    "--account=12,twelve digits",
    "--region=here,us-east-1",
    "--prot=1,there is no option '--prot'",
    "--port,--port needs a value: PORT"
  })
  void whatCannotWorkIsRefusedByName(String argument, String words) {
    assertRefused(List.of(argument), Map.of(), words);
  }

  @Test
  void anUnknownVariableOfOursIsRefusedWithTheKnownOnes() {
    assertRefused(List.of(), Map.of("MAYFLY_PROT", "1"), "MAYFLY_PROT", "MAYFLY_PORT");
  }

  @Test
  void theRunFileIsThereWhileThePlatformServes() throws IOException {
    Path file = folder.resolve("server");
    Files.writeString(file, "left by a crash");
    try (RunFile written =
        RunFile.write(folder, "http://127.0.0.1:9000", new Account("000000000000", "us-east-1"))) {
      assertThat(written).isNotNull();
      assertThat(file)
          .hasContent(
              "pid=%d\nurl=http://127.0.0.1:9000\nregion=us-east-1\naccount=000000000000\n"
                  .formatted(ProcessHandle.current().pid()));
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void everythingIsClosedInTheOppositeOrderWhateverTheOthersDo() {
    List<String> closed = new ArrayList<>();
    Closing closing = new Closing();
    closing.add(() -> closed.add("first"));
    closing.add(
        () -> {
          throw new IOException("no");
        });
    closing.add(() -> closed.add("last"));
    closing.close();
    closing.close();
    assertThat(closed).containsExactly("last", "first");
  }
}
