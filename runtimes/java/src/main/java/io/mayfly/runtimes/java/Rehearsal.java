package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A handler whose classes are those that most handlers need: it is run once for each JDK while the
 * JVM records what it loads, so that functions start faster. An event without a name is an error,
 * for the classes that errors need.
 */
public final class Rehearsal implements RequestHandler<Rehearsal.Event, Map<String, Object>> {
  /** An object with what objects mostly have. */
  public static final class Event {
    private @Nullable String name;
    private int count;
    private @Nullable List<String> tags;
    private @Nullable Map<String, Object> more;

    public @Nullable String getName() {
      return name;
    }

    public void setName(String name) {
      this.name = name;
    }

    public int getCount() {
      return count;
    }

    public void setCount(int count) {
      this.count = count;
    }

    public @Nullable List<String> getTags() {
      return tags;
    }

    public void setTags(List<String> tags) {
      this.tags = tags;
    }

    public @Nullable Map<String, Object> getMore() {
      return more;
    }

    public void setMore(Map<String, Object> more) {
      this.more = more;
    }
  }

  /**
   * Has the JDK read the certificates that it trusts, which takes 60 ms and is done by whoever
   * first makes a TLS client. It keeps them, and compares the settings whenever it is asked for
   * them.
   */
  static void trust() {
    try {
      SSLContext.getInstance("TLS").init(null, null, null);
    } catch (GeneralSecurityException none) {
      // Then functions are told so that want to use TLS.
      return;
    }
  }

  @Override
  public Map<String, Object> handleRequest(Event event, Context context) {
    if (event.getName() == null) {
      throw new IllegalArgumentException("no name");
    }
    if (event.getCount() > 0) {
      context.getLogger().log("rehearsed " + event.getCount() + "\n");
      trust();
    }
    return Map.of("event", event, "id", context.getAwsRequestId());
  }

  /** The form that handlers have which take any object. */
  public Map<String, Object> handleMap(Map<String, Object> event, Context context) {
    if (event.get("name") == null) {
      throw new IllegalArgumentException("no name");
    }
    return Map.of("statusCode", 200, "body", event, "headers", Map.of("a", "b"));
  }
}
