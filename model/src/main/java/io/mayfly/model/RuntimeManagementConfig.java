package io.mayfly.model;

import java.util.Optional;

/**
 * When a version of a function is to get another version of its runtime ("Understanding how Lambda
 * manages runtime version updates" in the developer guide).
 *
 * @param qualifier {@code $LATEST} or a published version
 * @param runtimeVersionArn which one it has; given for {@link Update#MANUAL} and for nothing else
 */
public record RuntimeManagementConfig(
    FunctionName function, String qualifier, Update update, Optional<String> runtimeVersionArn) {
  /** When that is. */
  public enum Update {
    /** When there is one. */
    AUTO,
    /** When the function is updated. */
    FUNCTION_UPDATE,
    /** When its owner asks for it. */
    MANUAL
  }

  /** What holds for a version of which nothing has been said. */
  public static RuntimeManagementConfig auto(FunctionName function, String qualifier) {
    return new RuntimeManagementConfig(function, qualifier, Update.AUTO, Optional.empty());
  }
}
