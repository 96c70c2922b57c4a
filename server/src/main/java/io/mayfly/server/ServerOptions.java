package io.mayfly.server;

import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/**
 * The settings of a platform: options of {@code mayfly up}, or variables named {@code MAYFLY_*}.
 */
final class ServerOptions {
  private static final Set<String> VARIABLES =
      Set.of(
          "MAYFLY_HOME",
          "MAYFLY_DATA",
          "MAYFLY_HOST",
          "MAYFLY_PORT",
          "MAYFLY_REGION",
          "MAYFLY_ACCOUNT",
          "MAYFLY_ACCESS_KEY",
          "MAYFLY_SECRET_KEY",
          "MAYFLY_ISOLATION",
          "MAYFLY_RUNTIME_ALIAS",
          "MAYFLY_CONCURRENCY",
          "MAYFLY_KEEP_ALIVE",
          "MAYFLY_LOG_LIMIT",
          "MAYFLY_ANNOUNCE");

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      defaultValue = "${env:MAYFLY_DATA:-.mayfly}",
      description = "The data directory (default: .mayfly beside this command).")
  Path data = Path.of(".mayfly");

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "${env:MAYFLY_HOST:-127.0.0.1}",
      description = "The address to listen on (default: ${DEFAULT-VALUE}).")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "${env:MAYFLY_PORT:-9000}",
      description = "The port to listen on; 0 takes any free one (default: ${DEFAULT-VALUE}).")
  int port = 9000;

  @Option(
      names = "--region",
      paramLabel = "NAME",
      defaultValue = "${env:MAYFLY_REGION:-us-east-1}",
      description = "The region of every ARN (default: ${DEFAULT-VALUE}).")
  String region = "us-east-1";

  @Option(
      names = "--account",
      paramLabel = "ID",
      defaultValue = "${env:MAYFLY_ACCOUNT:-000000000000}",
      description = "The account of every ARN (default: ${DEFAULT-VALUE}).")
  String account = "000000000000";

  @Option(
      names = "--access-key",
      paramLabel = "ID",
      defaultValue = "${env:MAYFLY_ACCESS_KEY}",
      description = "The owner's access key id (default: made at the first start).")
  Optional<String> accessKey = Optional.empty();

  @Option(
      names = "--secret-key",
      paramLabel = "KEY",
      defaultValue = "${env:MAYFLY_SECRET_KEY}",
      description = "The owner's secret key; better given as MAYFLY_SECRET_KEY.")
  Optional<String> secretKey = Optional.empty();

  @Option(
      names = "--isolation",
      paramLabel = "jail|none",
      defaultValue = "${env:MAYFLY_ISOLATION:-jail}",
      description = {
        "jail: every instance in its own jail (default).",
        "none: plain processes, for code you trust on machines that cannot jail."
      })
  String isolation = "jail";

  @Option(
      names = "--runtime-alias",
      paramLabel = "NAME=RUNTIME",
      split = ",",
      defaultValue = "${env:MAYFLY_RUNTIME_ALIAS}",
      description = "Serve one runtime by another, e.g. nodejs22.x=nodejs20.x; may be repeated.")
  Map<String, String> runtimeAliases = Map.of();

  @Option(
      names = "--concurrency",
      paramLabel = "COUNT",
      defaultValue = "${env:MAYFLY_CONCURRENCY:-" + Limits.ACCOUNT_CONCURRENCY + "}",
      description = "The most invocations at the same time (default: ${DEFAULT-VALUE}).")
  int concurrency = Limits.ACCOUNT_CONCURRENCY;

  @Option(
      names = "--keep-alive",
      paramLabel = "SECONDS",
      defaultValue = "${env:MAYFLY_KEEP_ALIVE:-600}",
      description = "How long an idle instance stays warm (default: ${DEFAULT-VALUE}).")
  long keepAliveSeconds = 600;

  @Option(
      names = "--log-limit",
      paramLabel = "MEGABYTES",
      defaultValue = "${env:MAYFLY_LOG_LIMIT:-32}",
      description = "The most that one function's log may take (default: ${DEFAULT-VALUE}).")
  long logLimitMegabytes = 32;

  Account parsedAccount() {
    try {
      return new Account(account, region);
    } catch (IllegalArgumentException e) {
      throw new MayflyException(ErrorCode.INVALID_PARAMETER, String.valueOf(e.getMessage()), e);
    }
  }

  Duration keepAlive() {
    return Duration.ofSeconds(keepAliveSeconds);
  }

  DataSize logLimit() {
    return DataSize.ofMegabytes(logLimitMegabytes);
  }

  /**
   * Refuses what cannot work.
   *
   * @throws MayflyException naming the option and what it takes
   */
  void check(Map<String, String> environment) {
    Set<String> unknown = new TreeSet<>(environment.keySet());
    unknown.removeIf(name -> !name.startsWith("MAYFLY_") || VARIABLES.contains(name));
    require(
        unknown.isEmpty(),
        "unknown settings in the environment: %s; known are %s"
            .formatted(unknown, new TreeSet<>(VARIABLES)));
    require(port >= 0 && port <= 65_535, "--port takes 0 to 65535, not " + port);
    require(concurrency >= 1, "--concurrency takes 1 or more, not " + concurrency);
    require(
        keepAliveSeconds >= 0 && keepAliveSeconds <= 86_400,
        "--keep-alive takes 0 to 86400 seconds, not " + keepAliveSeconds);
    require(
        logLimitMegabytes >= 1 && logLimitMegabytes <= 102_400,
        "--log-limit takes 1 to 102400 megabytes, not " + logLimitMegabytes);
    require(
        isolation.equals("jail") || isolation.equals("none"),
        "--isolation takes jail or none, not " + isolation);
    require(
        accessKey.isPresent() == secretKey.isPresent(),
        "--access-key and --secret-key go together");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new MayflyException(ErrorCode.INVALID_PARAMETER, message);
    }
  }
}
