package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What an owner may put into a function's environment: Lambda's reserved names and its 4 KB. */
final class EnvironmentRules {
  /** From the developer guide, "Defined runtime environment variables". */
  private static final Set<String> RESERVED =
      Set.of(
          "_HANDLER",
          "_X_AMZN_TRACE_ID",
          "AWS_ACCESS_KEY",
          "AWS_ACCESS_KEY_ID",
          "AWS_DEFAULT_REGION",
          "AWS_EXECUTION_ENV",
          "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
          "AWS_LAMBDA_FUNCTION_NAME",
          "AWS_LAMBDA_FUNCTION_VERSION",
          "AWS_LAMBDA_INITIALIZATION_TYPE",
          "AWS_LAMBDA_LOG_GROUP_NAME",
          "AWS_LAMBDA_LOG_STREAM_NAME",
          "AWS_LAMBDA_RUNTIME_API",
          "AWS_REGION",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SECRET_KEY",
          "AWS_SESSION_TOKEN",
          "LAMBDA_RUNTIME_DIR",
          "LAMBDA_TASK_ROOT",
          "MAYFLY_SOCKET");

  private EnvironmentRules() {}

  static void check(Map<String, String> environment) {
    TreeSet<String> reserved = new TreeSet<>(environment.keySet());
    reserved.retainAll(RESERVED);
    if (!reserved.isEmpty()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: "
              + String.join(", ", reserved));
    }
    String calls = environment.get(FunctionConfig.MAX_CONCURRENCY);
    if (calls != null && !isCallsPerInstance(calls)) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "%s must be a number from 1 to %d, not '%s': it is how many calls one instance takes at a time"
              .formatted(FunctionConfig.MAX_CONCURRENCY, Limits.CALLS_PER_INSTANCE, calls));
    }
    long bytes = 0;
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (variable.getValue().indexOf('\0') >= 0) {
        throw new MayflyException(
            ErrorCode.INVALID_PARAMETER,
            "The value of the environment variable %s holds a NUL character, which no program can receive"
                .formatted(variable.getKey()));
      }
      bytes +=
          variable.getKey().getBytes(StandardCharsets.UTF_8).length
              + variable.getValue().getBytes(StandardCharsets.UTF_8).length;
    }
    if (bytes > Limits.ENVIRONMENT_BYTES) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. Bytes measured: "
              + bytes);
    }
  }

  private static boolean isCallsPerInstance(String calls) {
    return calls.matches("[1-9][0-9]{0,3}") && Integer.parseInt(calls) <= Limits.CALLS_PER_INSTANCE;
  }
}
