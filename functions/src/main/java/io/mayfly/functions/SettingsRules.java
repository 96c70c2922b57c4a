package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.MayflyException;
import java.util.regex.Pattern;

/** What of a function's settings goes together. */
final class SettingsRules {
  /** From the developer guide, "Improving startup performance with Lambda SnapStart". */
  private static final Pattern WITH_SNAP_START =
      Pattern.compile(
          "java(1[1-9]|[2-9][0-9])|python3\\.(1[2-9]|[2-9][0-9])|dotnet([89]|[1-9][0-9])");

  private static final Pattern DEAD_LETTERS =
      Pattern.compile("arn:aws[a-zA-Z-]*:(sqs|sns):[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_.-]+");

  private SettingsRules() {}

  /**
   * Checks settings as they would be.
   *
   * @param perTenant whether the function keeps its tenants apart
   * @throws MayflyException if that cannot be
   */
  static void check(FunctionSettings settings, boolean perTenant) {
    EnvironmentRules.check(settings.environment());
    if (settings.snapStart() && !WITH_SNAP_START.matcher(settings.runtime()).matches()) {
      throw invalid(
          "%s is not supported for SnapStart enabled functions.".formatted(settings.runtime()));
    }
    if (settings.snapStart() && perTenant) {
      throw invalid("SnapStart is not supported for functions with tenancy configuration.");
    }
    settings
        .deadLetter()
        .filter(arn -> !DEAD_LETTERS.matcher(arn).matches())
        .ifPresent(
            arn -> {
              throw invalid(
                  "The provided dead-letter target %s is neither the ARN of an SQS queue nor of an SNS topic."
                      .formatted(arn));
            });
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }
}
