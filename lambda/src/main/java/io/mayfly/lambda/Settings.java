package io.mayfly.lambda;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings that several actions take. A setting that has one possible value here is accepted with
 * that value and refused with any other, so that none is accepted and ignored.
 */
final class Settings {
  private Settings() {}

  record Environment(Map<String, String> variables) {}

  record EphemeralStorage(int size) {}

  record TracingConfig(Optional<String> mode) {}

  record SnapStart(Optional<String> applyOn) {}

  static void onlyPassThrough(Optional<TracingConfig> tracing) {
    only("TracingConfig.Mode", tracing.flatMap(TracingConfig::mode), "PassThrough");
  }

  static void onlyWithoutSnapStart(Optional<SnapStart> snapStart) {
    only("SnapStart.ApplyOn", snapStart.flatMap(SnapStart::applyOn), "None");
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

  static void onlyUnpublished(Optional<Boolean> publish) {
    if (publish.orElse(false)) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Publish: versions are not supported yet by Mayfly; leave it out");
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
