package io.mayfly.dispatch;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.RuntimeFamily;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A handler's environment variables: the owner's, and those of the developer guide's "Defined
 * runtime environment variables", which an owner cannot replace.
 */
final class HandlerEnvironment {
  private static final String EXECUTABLES = "/usr/local/bin:/usr/bin/:/bin:/opt/bin";
  private static final String LIBRARIES =
      "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib";

  private static final String MEMORY_SIZE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

  private HandlerEnvironment() {}

  /** What every function has that does not set it itself. */
  private static final Map<String, String> COMMON =
      Map.of(
          "PATH", EXECUTABLES,
          "LD_LIBRARY_PATH", LIBRARIES,
          "LANG", "en_US.UTF-8",
          "TZ", ":UTC",
          "AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR",
          "AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2000",
          "_AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129",
          "_AWS_XRAY_DAEMON_PORT", "2000");

  /** What a runtime is started with that waits for a function like this one. */
  static Map<String, String> early(FunctionConfig config, Set<String> names) {
    Map<String, String> variables = new HashMap<>(COMMON);
    if (names.contains(MEMORY_SIZE)) {
      variables.put(MEMORY_SIZE, Long.toString(config.memory().megabytes()));
    }
    return Map.copyOf(variables);
  }

  static Map<String, String> of(
      FunctionConfig config,
      Account account,
      Credentials credentials,
      String logStream,
      Initialization initialization) {
    Map<String, String> variables = new HashMap<>(COMMON);
    variables.putAll(config.environment());
    variables.put("_HANDLER", config.handler());
    variables.put("LAMBDA_TASK_ROOT", "/var/task");
    variables.put("LAMBDA_RUNTIME_DIR", "/var/runtime");
    variables.put("AWS_REGION", account.region());
    variables.put("AWS_DEFAULT_REGION", account.region());
    variables.put("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
    variables.put("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
    variables.put("AWS_SESSION_TOKEN", credentials.sessionToken());
    variables.put("AWS_LAMBDA_FUNCTION_NAME", config.name().value());
    variables.put("AWS_LAMBDA_FUNCTION_VERSION", config.id().version());
    variables.put(MEMORY_SIZE, Long.toString(config.memory().megabytes()));
    variables.put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + config.name());
    variables.put("AWS_LAMBDA_LOG_STREAM_NAME", logStream);
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", initialization.wireName());
    config
        .jsonLog()
        .ifPresent(
            levels -> {
              variables.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
              variables.put("AWS_LAMBDA_LOG_LEVEL", levels.application().name());
            });
    if (RuntimeFamily.of(config.runtime()).orElse(RuntimeFamily.PROVIDED)
        != RuntimeFamily.PROVIDED) {
      variables.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + config.runtime());
    }
    return variables;
  }
}
