package cases;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Plain methods as handlers. */
public class Handlers {
  private int calls;

  public Map<String, Object> map(Map<String, Object> event) {
    return event;
  }

  public Map<String, Object> withContext(Map<String, Object> event, Context context) {
    return Map.of("id", context.getAwsRequestId());
  }

  public String onlyContext(Context context) {
    return context.getFunctionName();
  }

  public String nothing() {
    return "nothing taken";
  }

  public void noResult(Map<String, Object> event) {}

  public static String ofClass(String event) {
    return "static " + event;
  }

  public int number(int event) {
    return event + 1;
  }

  public List<Integer> list(List<Integer> event) {
    List<Integer> result = new ArrayList<>(event);
    result.add(event.size());
    return result;
  }

  public Object object(Object event) {
    return List.of(event.getClass().getSimpleName(), event);
  }

  public Pojo pojo(Pojo event) {
    event.name = event.name + "!";
    return event;
  }

  public Optional<String> optional(Optional<String> event) {
    return event;
  }

  public void streams(InputStream input, OutputStream output) throws IOException {
    input.transferTo(output);
  }

  public void streamsWithContext(InputStream input, OutputStream output, Context context)
      throws IOException {
    output.write(context.getFunctionName().getBytes(StandardCharsets.UTF_8));
    output.write(input.readAllBytes());
  }

  public void onlyInput(InputStream input) {}

  public void onlyInputWithContext(InputStream input, Context context) {}

  public void onlyOutput(OutputStream output) throws IOException {
    output.write('1');
  }

  public void onlyOutputWithContext(OutputStream output, Context context) throws IOException {
    output.write('2');
  }

  public String overloaded(String event) {
    return "one";
  }

  public String overloaded(String event, Context context) {
    return "two";
  }

  public String tooMany(String a, String b, String c, String d) {
    return "never";
  }

  public String unfitting(String a, String b) {
    return "never";
  }

  private String hidden(String event) {
    return "never";
  }

  public String throwsChecked(Object event) throws IOException {
    throw new IOException("checked: ü");
  }

  public String throwsUnchecked(Object event) {
    return deeper();
  }

  private String deeper() {
    throw new IllegalStateException("unchecked", new RuntimeException("cause"));
  }

  public String throwsSilent(Object event) {
    throw new NullPointerException();
  }

  public String throwsOwn(Object event) {
    throw new OwnException();
  }

  public String throwsError(Object event) {
    throw new StackOverflowError("not really");
  }

  public String throwsAssertion(Object event) {
    throw new AssertionError("asserted");
  }

  public String throwsFromLambda(Object event) {
    return Optional.of(1).map(one -> deeper()).get();
  }

  public Object returnsNull(Object event) {
    return null;
  }

  public Object returnsUnserialisable(Object event) {
    return new Unserialisable();
  }

  public Object returnsOdd(Object event) {
    Map<String, Object> odd = new LinkedHashMap<>();
    odd.put("null", null);
    odd.put("nan", Double.NaN);
    odd.put("char", 'c');
    odd.put("bytes", new byte[] {1, 2, 3});
    odd.put("optional", Optional.of(1));
    odd.put("instant", java.time.Instant.EPOCH);
    odd.put("date", new java.util.Date(0));
    odd.put("decimal", new java.math.BigDecimal("1.10"));
    odd.put("enum", Thread.State.NEW);
    odd.put("text", "ü 😀 \u2028 < & \0 \u007f");
    return odd;
  }

  public String returnsMuch(Object event) {
    return "x".repeat(5_000_000);
  }

  public Object exits(Object event) {
    System.exit(3);
    return null;
  }

  public Object halts(Object event) {
    Runtime.getRuntime().halt(4);
    return null;
  }

  public String interrupts(Object event) {
    Thread.currentThread().interrupt();
    return "interrupted";
  }

  public int counts(Object event) {
    return ++calls;
  }

  public Object trace(Object event, Context context) {
    return List.of(
        String.valueOf(System.getProperty("com.amazonaws.xray.traceHeader")),
        String.valueOf(context.getXrayTraceId()));
  }

  public Object environment(Object event) {
    Map<String, String> all = new TreeMap<>(System.getenv());
    all.remove("MAYFLY_SOCKET");
    all.remove("AWS_LAMBDA_RUNTIME_API");
    return all;
  }

  public Object loader(Object event) {
    ClassLoader own = Handlers.class.getClassLoader();
    return List.of(
        own == Thread.currentThread().getContextClassLoader(),
        own.getParent() == ClassLoader.getSystemClassLoader(),
        own instanceof java.net.URLClassLoader,
        own.getResource("resource.txt") == null);
  }

  public Object context(Object event, Context context) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("awsRequestId", context.getAwsRequestId());
    all.put("logGroupName", context.getLogGroupName());
    all.put("logStreamName", context.getLogStreamName());
    all.put("functionName", context.getFunctionName());
    all.put("functionVersion", context.getFunctionVersion());
    all.put("invokedFunctionArn", context.getInvokedFunctionArn());
    all.put("memoryLimitInMB", context.getMemoryLimitInMB());
    int remaining = context.getRemainingTimeInMillis();
    all.put("remaining", remaining > 0 && remaining <= 3_600_000);
    all.put("tenant", context.getTenantId());
    all.put("logger", context.getLogger() != null);
    all.put("identity", context.getIdentity() != null);
    if (context.getIdentity() != null) {
      all.put("identityId", context.getIdentity().getIdentityId());
      all.put("identityPoolId", context.getIdentity().getIdentityPoolId());
    }
    all.put("client", context.getClientContext() != null);
    if (context.getClientContext() != null) {
      all.put("custom", context.getClientContext().getCustom());
      all.put("environment", context.getClientContext().getEnvironment());
      all.put("app", context.getClientContext().getClient() == null
          ? null : context.getClientContext().getClient().getAppTitle());
    }
    return all;
  }

  public Pojo android(Pojo event, Context context) {
    return event;
  }

  public Object logs(Object event, Context context) {
    System.out.println("printed ü");
    System.out.print("without end");
    System.err.println(" to error");
    LambdaLogger logger = context.getLogger();
    logger.log("plain\n");
    logger.log("bytes\n".getBytes(StandardCharsets.UTF_8));
    logger.log("info\n", LogLevel.INFO);
    logger.log("error ü \"quoted\"\n", LogLevel.ERROR);
    logger.log((String) null);
    logger.log("debug\n", LogLevel.DEBUG);
    return null;
  }

  /** A bean with a field, a getter and a nested bean. */
  public static class Pojo {
    public String name;
    private int count;
    private Pojo inner;
    public List<String> tags;

    public int getCount() {
      return count;
    }

    public void setCount(int count) {
      this.count = count;
    }

    public Pojo getInner() {
      return inner;
    }

    public void setInner(Pojo inner) {
      this.inner = inner;
    }
  }

  /** No message, no cause. */
  public static class OwnException extends RuntimeException {}

  /** A bean whose getter throws. */
  public static class Unserialisable {
    public String getValue() {
      throw new UnsupportedOperationException("no value");
    }
  }
}
