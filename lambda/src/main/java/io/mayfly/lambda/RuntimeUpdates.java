package io.mayfly.lambda;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.RuntimeManagementConfig;
import io.mayfly.model.RuntimeManagementConfig.Update;
import java.util.Optional;

/** The API's words for a runtime management configuration, and their translation. */
final class RuntimeUpdates {
  private static final String AUTO = "Auto";
  private static final String FUNCTION_UPDATE = "FunctionUpdate";
  private static final String MANUAL = "Manual";

  private RuntimeUpdates() {}

  /** What put and get return. */
  record Description(
      String updateRuntimeOn, String functionArn, Optional<String> runtimeVersionArn) {
    static Description of(RuntimeManagementConfig config, Account account) {
      return new Description(
          switch (config.update()) {
            case AUTO -> AUTO;
            case FUNCTION_UPDATE -> FUNCTION_UPDATE;
            case MANUAL -> MANUAL;
          },
          FunctionArn.of(account, config.function()).qualified(config.qualifier()).toString(),
          config.runtimeVersionArn());
    }
  }

  /** What the model has allowed to be said. */
  static Update toModel(String updateRuntimeOn) {
    return switch (updateRuntimeOn) {
      case AUTO -> Update.AUTO;
      case FUNCTION_UPDATE -> Update.FUNCTION_UPDATE;
      case MANUAL -> Update.MANUAL;
      default -> throw new IllegalArgumentException("no such update mode: " + updateRuntimeOn);
    };
  }
}
