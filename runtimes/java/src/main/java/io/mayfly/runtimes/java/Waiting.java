package io.mayfly.runtimes.java;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A guest without a function (docs/design/005-spares.md): does ahead of time what takes time and
 * needs none, then waits for one. Nothing here may read an environment variable: the function's are
 * not there yet, and Java reads them once.
 */
final class Waiting {
  private static final int ROUNDS = 3;

  private static final List<String> EVENTS =
      List.of(
          "{\"name\": \"a\", \"tags\": [\"b\"], \"more\": {\"c\": [1.5, null, true], \"d\": \"e\"}}",
          "{\"count\": 0}",
          "no json");

  private Waiting() {}

  /** Returns when the process is that of a function. */
  static void forFunction(Platform platform) throws IOException {
    ProcessState state = state();
    rehearse();
    platform.hello();
    // A function that comes meanwhile waits for this; one that finds no guest waits for more.
    Rehearsal.trust();
    Map<String, String> variables = platform.variables();
    state.change(variables, variables.getOrDefault("LAMBDA_TASK_ROOT", "/var/task"));
  }

  private static ProcessState state() {
    try {
      return Class.forName("io.mayfly.runtimes.java.NativeProcessState")
          .asSubclass(ProcessState.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException(missing);
    }
  }

  /** Loads and runs what most handlers need: JSON in and out, of maps and of objects. */
  private static void rehearse() {
    // A function's classes may be on the class path already, and none of them may be used yet.
    HandlerLoader loader =
        new HandlerLoader(ClassLoader.getSystemClassLoader(), ClassLoader.getPlatformClassLoader());
    for (String handler : List.of("::handleMap", "")) {
      Handler rehearsed = loader.load(Rehearsal.class.getName() + handler);
      for (int round = 0; round < ROUNDS; round++) {
        EVENTS.forEach(event -> handle(rehearsed, event));
      }
    }
  }

  private static void handle(Handler handler, String event) {
    byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
    Call call = new Call(1, 0, "", "", "", "", "", "", bytes);
    try {
      handler.handle(
          new ByteArrayInputStream(bytes), new ByteArrayOutputStream(), new CallContext(call));
    } catch (Exception expected) {
      Fault.of(Fault.hideGuest(expected), false);
    }
  }
}
