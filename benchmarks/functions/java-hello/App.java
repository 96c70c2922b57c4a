import java.util.Map;

/** The echo in Java, without a library. */
public class App {
  public Object handle(Map<String, Object> event) {
    return Map.of("statusCode", 200, "body", event.getOrDefault("body", ""));
  }
}
