import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.Context;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a function can see and do, one action for each event. */
public class App {
  private static int calls;

  public static class Own extends Exception {
    Own(String message) {
      super(message);
    }
  }

  public Object handle(Map<String, Object> event, Context context) throws Exception {
    switch ((String) event.get("do")) {
      case "echo":
        return event;
      case "throws":
        throw new Own("no good: ü 😀");
      case "counts":
        return ++calls;
      case "meets":
        return meets(event, context);
      case "shows_context":
        return context(event, context);
      case "shows_environment":
        return System.getenv();
      case "sleeps":
        Thread.sleep(3_600_000);
        return null;
      case "exits":
        System.exit(3);
        return null;
      case "logs":
        System.out.println("printed for " + context.getAwsRequestId());
        context.getLogger().log("logged for " + context.getAwsRequestId() + "\n");
        return null;
      default:
        throw new IllegalArgumentException();
    }
  }

  /** Answers once as many calls of the same meeting as the event says are in this instance. */
  private static Object meets(Map<String, Object> event, Context context) throws Exception {
    String meeting = (String) event.get("meeting");
    Path folder = Path.of("/tmp");
    Files.createFile(folder.resolve(meeting + "-" + context.getAwsRequestId()));
    while (true) {
      try (Stream<Path> files = Files.list(folder)) {
        if (files.filter(file -> file.getFileName().toString().startsWith(meeting)).count()
            >= ((Number) event.get("calls")).intValue()) {
          context.getLogger().log("met " + context.getAwsRequestId() + "\n");
          return context.getAwsRequestId();
        }
      }
      Thread.sleep(2);
    }
  }

  private static Object context(Map<String, Object> event, Context context) {
    Map<String, Object> seen = new LinkedHashMap<>();
    int remaining = context.getRemainingTimeInMillis();
    ClientContext client = context.getClientContext();
    seen.put("requestId", context.getAwsRequestId());
    seen.put("logGroup", context.getLogGroupName());
    seen.put(
        "logStream",
        context.getLogStreamName().equals(System.getenv("AWS_LAMBDA_LOG_STREAM_NAME")));
    seen.put("name", context.getFunctionName());
    seen.put("memory", context.getMemoryLimitInMB());
    seen.put("version", context.getFunctionVersion());
    seen.put("arn", context.getInvokedFunctionArn());
    List<Object> identity = new ArrayList<>();
    if (context.getIdentity() != null) {
      identity.add(context.getIdentity().getIdentityId());
      identity.add(context.getIdentity().getIdentityPoolId());
    }
    seen.put("identity", identity);
    if (client != null) {
      seen.put("custom", client.getCustom());
      seen.put("environment", client.getEnvironment());
      seen.put("title", client.getClient() == null ? null : client.getClient().getAppTitle());
    }
    seen.put("remaining", remaining > 0 && remaining <= (Integer) event.get("timeout"));
    return seen;
  }
}
