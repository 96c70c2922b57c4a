package cases;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.List;
import java.util.Map;

/** A handler that knows its types, also by way of a class above. */
public class Typed extends Base<Map<String, Integer>> {
  @Override
  public List<Integer> handleRequest(Map<String, Integer> event, Context context) {
    return List.copyOf(event.values());
  }

  /** Leaves both open. */
  @SuppressWarnings("rawtypes")
  public static class Raw implements RequestHandler {
    @Override
    public Object handleRequest(Object event, Context context) {
      return event;
    }
  }

  /** Leaves one open for good. */
  public static class Open<T> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T event, Context context) {
      return "open";
    }
  }

  /** Leaves one open, with a bound. */
  public static class Bound<T extends Handlers.Pojo> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T event, Context context) {
      return event.name;
    }
  }

  /** Takes text and gives nothing. */
  public static class Silent implements RequestHandler<String, Void> {
    @Override
    public Void handleRequest(String event, Context context) {
      System.out.println("got " + event);
      return null;
    }
  }

  /** Cannot be made from outside. */
  public static class NoConstructor implements RequestHandler<String, String> {
    public NoConstructor(String needed) {}

    @Override
    public String handleRequest(String event, Context context) {
      return event;
    }
  }

  /** Needs an instance around it. */
  public class Inner implements RequestHandler<String, String> {
    @Override
    public String handleRequest(String event, Context context) {
      return event;
    }
  }

  /** Fails when it is made. */
  public static class FailingConstructor implements RequestHandler<String, String> {
    public FailingConstructor() {
      throw new IllegalStateException("in the constructor");
    }

    @Override
    public String handleRequest(String event, Context context) {
      return event;
    }
  }

  /** Fails when its class is loaded. */
  public static class FailingClass implements RequestHandler<String, String> {
    static final int VALUE = Integer.parseInt("no number");

    @Override
    public String handleRequest(String event, Context context) {
      return event;
    }
  }

  /** Ends the process when its class is loaded. */
  public static class Exiting implements RequestHandler<String, String> {
    static {
      System.exit(5);
    }

    @Override
    public String handleRequest(String event, Context context) {
      return event;
    }
  }

  /** No handler at all. */
  public static class Other {}
}
