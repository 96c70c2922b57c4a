package io.mayfly.lambda;

import io.mayfly.functions.LoggingChange;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogLevel;
import io.mayfly.model.MayflyException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings that several actions take. A setting that has one possible value here is accepted with
 * that value and refused with any other, so that none is accepted and ignored.
 */
final class Settings {
  private static final int MAX_TIMEOUT_SECONDS = 900;
  private static final int MAX_MEMORY_MEGABYTES = 10_240;

  static final String PUBLISHED_VERSIONS = "PublishedVersions";

  private Settings() {}

  record Environment(Map<String, String> variables) {}

  record EphemeralStorage(int size) {}

  record TracingConfig(Optional<String> mode) {}

  record SnapStart(Optional<String> applyOn) {
    boolean on() {
      return applyOn.equals(Optional.of(PUBLISHED_VERSIONS));
    }
  }

  record DeadLetters(Optional<String> targetArn) {}

  record Vpc(
      List<String> subnetIds,
      List<String> securityGroupIds,
      Optional<Boolean> ipv6AllowedForDualStack) {}

  /**
   * @param tenantIsolationMode {@code PER_TENANT}, of which the service model sees to it
   */
  record Tenancy(String tenantIsolationMode) {
    static final Tenancy PER_TENANT = new Tenancy("PER_TENANT");
  }

  record FileSystem(String arn, String localMountPath) {}

  record LoggingConfig(
      Optional<String> logFormat,
      Optional<String> applicationLogLevel,
      Optional<String> systemLogLevel,
      Optional<String> logGroup) {}

  /**
   * The quotas of functions, which are below what the service model allows: 15 minutes and 10 GB.
   */
  static void withinQuotas(Optional<Integer> timeout, Optional<Integer> memory) {
    atMost("timeout", timeout, MAX_TIMEOUT_SECONDS);
    atMost("memorySize", memory, MAX_MEMORY_MEGABYTES);
  }

  private static void atMost(String member, Optional<Integer> value, int most) {
    if (value.orElse(0) > most) {
      throw new MayflyException(
          ErrorCode.VALIDATION,
          "1 validation error detected: Value '%d' at '%s' failed to satisfy constraint: Member must have value less than or equal to %d"
              .formatted(value.orElse(0), member, most));
    }
  }

  static void onlyPassThrough(Optional<TracingConfig> tracing) {
    only("TracingConfig.Mode", tracing.flatMap(TracingConfig::mode), "PassThrough");
  }

  /** Tools send what is empty to say that there is to be nothing of it. */
  static void onlyEmpty(
      Optional<Vpc> vpc, List<FileSystem> fileSystems, Optional<String> kmsKeyArn) {
    vpc.ifPresent(
        network -> {
          empty("VpcConfig.SubnetIds", network.subnetIds().isEmpty());
          empty("VpcConfig.SecurityGroupIds", network.securityGroupIds().isEmpty());
          empty(
              "VpcConfig.Ipv6AllowedForDualStack",
              !network.ipv6AllowedForDualStack().orElse(false));
        });
    empty("FileSystemConfigs", fileSystems.isEmpty());
    empty("KMSKeyArn", kmsKeyArn.orElse("").isEmpty());
  }

  private static void empty(String setting, boolean isEmpty) {
    if (!isEmpty) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          setting + " is not supported yet by Mayfly; leave it out or empty");
    }
  }

  /** What is asked of a function's log, which lies in the group of the function's own. */
  static LoggingChange logging(Optional<LoggingConfig> asked, FunctionName name) {
    only("LoggingConfig.LogGroup", asked.flatMap(LoggingConfig::logGroup), logGroup(name));
    return new LoggingChange(
        asked.flatMap(LoggingConfig::logFormat).map("JSON"::equals),
        asked.flatMap(LoggingConfig::applicationLogLevel).map(LogLevel::valueOf),
        asked.flatMap(LoggingConfig::systemLogLevel).map(LogLevel::valueOf));
  }

  static String logGroup(FunctionName name) {
    return "/aws/lambda/" + name;
  }

  static void onlyThisArchitecture(List<String> architectures) {
    for (String architecture : architectures) {
      if (!architecture.equals(FunctionConfiguration.ARCHITECTURE)) {
        throw new MayflyException(
            ErrorCode.INVALID_PARAMETER,
            "Architectures: this machine runs %s; %s is not offered"
                .formatted(FunctionConfiguration.ARCHITECTURE, architecture));
      }
    }
  }

  static void only(String setting, Optional<String> value, String possible) {
    if (value.isPresent() && !value.get().equals(possible)) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "%s: %s is not supported yet by Mayfly; leave it out or give %s"
              .formatted(setting, value.get(), possible));
    }
  }
}
