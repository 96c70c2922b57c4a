package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.Client;
import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a handler may know about its call. */
@SuppressWarnings("NullAway") // Context's own contract has nulls, without saying so in its types.
final class CallContext implements Context {
  private final Call call;
  private final @Nullable Identity identity;
  private final @Nullable Caller clientContext;

  CallContext(Call call) {
    this.call = call;
    this.identity = parse(call.cognitoIdentity(), Identity.class);
    this.clientContext = parse(call.clientContext(), Caller.class);
  }

  private static <T> @Nullable T parse(String json, Class<T> type) {
    return json.isEmpty() ? null : GsonFactory.getInstance().getSerializer(type).fromJson(json);
  }

  @Override
  public String getAwsRequestId() {
    return call.requestId();
  }

  @Override
  public String getLogGroupName() {
    return System.getenv("AWS_LAMBDA_LOG_GROUP_NAME");
  }

  @Override
  public String getLogStreamName() {
    return System.getenv("AWS_LAMBDA_LOG_STREAM_NAME");
  }

  @Override
  public String getFunctionName() {
    return System.getenv("AWS_LAMBDA_FUNCTION_NAME");
  }

  @Override
  public String getFunctionVersion() {
    return System.getenv("AWS_LAMBDA_FUNCTION_VERSION");
  }

  @Override
  public String getInvokedFunctionArn() {
    return call.functionArn();
  }

  @Override
  public @Nullable CognitoIdentity getIdentity() {
    return identity;
  }

  @Override
  public @Nullable ClientContext getClientContext() {
    return clientContext;
  }

  @Override
  public int getRemainingTimeInMillis() {
    return (int) Math.max(0, call.deadline() - System.currentTimeMillis());
  }

  @Override
  public int getMemoryLimitInMB() {
    return Integer.parseInt(System.getenv().getOrDefault("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"));
  }

  @Override
  public LambdaLogger getLogger() {
    return LambdaRuntime.getLogger();
  }

  @Override
  public @Nullable String getTenantId() {
    return call.tenantId().isEmpty() ? null : call.tenantId();
  }

  @Override
  public @Nullable String getXrayTraceId() {
    return call.traceId().isEmpty() ? null : call.traceId();
  }

  /** Filled from JSON by field name. */
  private static final class Identity implements CognitoIdentity {
    private @Nullable String cognitoIdentityId;
    private @Nullable String cognitoIdentityPoolId;

    @Override
    public @Nullable String getIdentityId() {
      return cognitoIdentityId;
    }

    @Override
    public @Nullable String getIdentityPoolId() {
      return cognitoIdentityPoolId;
    }
  }

  /** Filled from JSON by field name. */
  private static final class Caller implements ClientContext {
    private @Nullable App client;
    private @Nullable Map<String, String> custom;
    private @Nullable Map<String, String> env;

    @Override
    public @Nullable Client getClient() {
      return client;
    }

    @Override
    public @Nullable Map<String, String> getCustom() {
      return custom;
    }

    @Override
    public @Nullable Map<String, String> getEnvironment() {
      return env;
    }
  }

  /** Filled from JSON by field name. */
  @SuppressWarnings("MemberName") // The names are those of the JSON object.
  private static final class App implements Client {
    private @Nullable String installation_id;
    private @Nullable String app_title;
    private @Nullable String app_version_name;
    private @Nullable String app_version_code;
    private @Nullable String app_package_name;

    @Override
    public @Nullable String getInstallationId() {
      return installation_id;
    }

    @Override
    public @Nullable String getAppTitle() {
      return app_title;
    }

    @Override
    public @Nullable String getAppVersionName() {
      return app_version_name;
    }

    @Override
    public @Nullable String getAppVersionCode() {
      return app_version_code;
    }

    @Override
    public @Nullable String getAppPackageName() {
      return app_package_name;
    }
  }
}
