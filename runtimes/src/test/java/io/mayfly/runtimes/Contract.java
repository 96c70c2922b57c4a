package io.mayfly.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Invocation;
import io.mayfly.runtimes.RuntimeApi.Said;
import io.mayfly.runtimes.frame.GuestFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The promise that a handler cannot tell our guest from AWS's own client: the same case is run
 * under both, and what came out is compared as text: answers, error objects, log lines, exit
 * status.
 */
final class Contract {
  /** A line of a trace or log that is about a runtime, not about the handler. */
  private static final Pattern INTERNAL =
      Pattern.compile(
          "target/guest|target/clients|/var/runtime|node:|<anonymous>$|importlib|runpy");

  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");

  private static final long PATIENCE_MILLIS = 20_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private Contract() {}

  /** The variables that the platform gives every function, whatever runs it. */
  static Map<String, String> environment(Case one) {
    Map<String, String> variables = new HashMap<>();
    variables.put("_HANDLER", one.handler());
    variables.put("AWS_REGION", "us-east-1");
    variables.put("AWS_DEFAULT_REGION", "us-east-1");
    variables.put("AWS_LAMBDA_FUNCTION_NAME", "tested");
    variables.put("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
    variables.put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/tested");
    variables.put("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0123456789abcdef");
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    variables.putAll(one.environment());
    return variables;
  }

  static void compare(RuntimeLaunch launch, List<String> client, Path code, Case one)
      throws Exception {
    String theirs = theirs(launch, client, code, one);
    // Where theirs ends after an error, ours is given all the time it needs to.
    boolean ends = theirs.lines().anyMatch(line -> line.startsWith("EXIT "));
    try (GuestProcess guest = GuestProcess.start(launch, code, environment(one))) {
      guest.read();
      assertThat(ours(guest, code, one, ends)).isEqualTo(theirs);
    }
    if (launch.canWait(one.environment().keySet())) {
      try (GuestProcess guest = GuestProcess.startWaiting(launch)) {
        guest.specialise(launch, code, environment(one));
        assertThat(ours(guest, code, one, ends)).as("given its function late").isEqualTo(theirs);
      }
    }
  }

  /** What a guest that has said HELLO does. */
  private static String ours(GuestProcess guest, Path code, Case one, boolean ends)
      throws Exception {
    List<String> seen = new ArrayList<>();
    Optional<GuestFrame> start = guest.read();
    if (start.isPresent() && start.get() instanceof GuestFrame.Ready) {
      for (Invocation event : one.events()) {
        Optional<GuestFrame> answer = guest.invokeIfThere(event);
        if (answer.isPresent() && answer.get() instanceof GuestFrame.Begin begin) {
          seen.add(stream(begin, guest));
        } else {
          answer.ifPresent(frame -> seen.add(describe(frame)));
        }
        if (answer.isEmpty() || guest.endsAfter(answer.get(), ends)) {
          seen.add("EXIT " + guest.status());
          break;
        }
      }
    } else {
      start.ifPresent(frame -> seen.add(describe(frame)));
      seen.add("EXIT " + guest.status());
    }
    return String.join("\n", seen) + (one.logged() ? "\n" + log(guest.log(), code) : "");
  }

  /** Reads a streamed response, and that its call is over. */
  private static String stream(GuestFrame.Begin begin, GuestProcess guest) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    Optional<GuestFrame> next = guest.read();
    while (next.isPresent() && next.get() instanceof GuestFrame.Chunk chunk) {
      body.write(chunk.bytes());
      next = guest.read();
    }
    assertThat(next).contains(new GuestFrame.End(begin.call()));
    assertThat(((GuestFrame.Result) guest.read().orElseThrow()).payload()).isEmpty();
    return "STREAM " + begin.contentType() + " " + RuntimeApi.text(body.toByteArray());
  }

  private static String describe(GuestFrame frame) {
    return switch (frame) {
      case GuestFrame.Result(_, byte[] payload) -> "RESULT " + RuntimeApi.text(payload);
      case GuestFrame.HandlerError(_, _, byte[] error) -> "ERROR " + error(error);
      case GuestFrame.InitError(_, byte[] error) -> "INIT_ERROR " + error(error);
      case GuestFrame.Hello _, GuestFrame.Ready _, GuestFrame.TooLarge _, GuestFrame.Streamed _ ->
          frame.toString();
    };
  }

  private static String theirs(RuntimeLaunch launch, List<String> client, Path code, Case one)
      throws Exception {
    Path log = Files.createTempFile("client", ".log");
    List<String> seen = new ArrayList<>();
    Process process = null;
    try (RuntimeApi api = new RuntimeApi()) {
      List<String> command = new ArrayList<>(client);
      command.add(one.handler());
      ProcessBuilder builder = new ProcessBuilder(command).directory(code.toFile());
      builder.environment().clear();
      builder.environment().putAll(launch.environment());
      builder.environment().put("LAMBDA_TASK_ROOT", code.toString());
      builder.environment().putAll(environment(one));
      builder.environment().put("AWS_LAMBDA_RUNTIME_API", api.address());
      process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      Said first = next(api, process);
      if (first.kind().equals("NEXT")) {
        serve(api, process, one, seen);
      } else {
        seen.add(describe(first, process));
        if (!first.kind().equals("EXIT")) {
          // Node's client still asks for an event while it reports a rejected promise.
          Said after = next(api, process);
          seen.add(describe(after.equals(Said.NEXT) ? next(api, process) : after, process));
        }
      }
      return String.join("\n", seen)
          + (one.logged() ? "\n" + log(Files.readString(log), code) : "");
    } finally {
      if (process != null) {
        process.destroyForcibly().onExit().join();
      }
      Files.delete(log);
    }
  }

  private static void serve(RuntimeApi api, Process process, Case one, List<String> seen)
      throws Exception {
    for (Invocation event : one.events()) {
      api.send(event);
      Said answer = next(api, process);
      seen.add(describe(answer, process));
      if (answer.kind().equals("EXIT")) {
        return;
      }
      // It has written its log lines once it asks for more, or is gone.
      Said after = next(api, process);
      // Node's client asks for an event while it reports a rejected promise, and may get to serve
      // it.
      while (answer.kind().equals("INIT_ERROR") && !after.kind().equals("EXIT")) {
        after = next(api, process);
      }
      if (!after.kind().equals("NEXT")) {
        seen.add(describe(after, process));
        return;
      }
    }
  }

  /** The next thing the client says, or that it is gone. */
  private static Said next(RuntimeApi api, Process process) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (System.nanoTime() < until) {
      boolean alive = process.isAlive();
      Said said = api.said().poll(alive ? 20 : 0, TimeUnit.MILLISECONDS);
      if (said != null) {
        return said;
      }
      if (!alive) {
        return new Said("EXIT", new byte[0]);
      }
    }
    throw new IllegalStateException("the client says nothing");
  }

  private static String describe(Said said, Process process) {
    return switch (said.kind()) {
      case "RESULT" -> "RESULT " + RuntimeApi.text(said.body());
      case "EXIT" -> "EXIT " + process.exitValue();
      case "NEXT" -> "NEXT";
      case String kind when kind.startsWith("STREAM ") -> kind + " " + RuntimeApi.text(said.body());
      default -> said.kind() + " " + error(said.body());
    };
  }

  /** The error object without the runtime's own frames. */
  private static String error(byte[] json) {
    JsonNode error = JSON.readTree(json);
    for (String name : List.of("stackTrace", "trace")) {
      if (error instanceof ObjectNode object && object.get(name) instanceof ArrayNode trace) {
        ArrayNode kept = JSON.createArrayNode();
        for (JsonNode line : trace) {
          if (!INTERNAL.matcher(line.asString()).find()) {
            kept.add(line);
          }
        }
        object.set(name, kept);
      }
    }
    return withoutRuntime(error.toString());
  }

  private static String withoutRuntime(String text) {
    return text.replaceAll("(\\\\n)?- [^\\\\\"]*/(index\\.mjs|guest\\.cjs)", "")
        .replaceAll("\\\\nRequire stack:", "");
  }

  /** The log without times, without the runtime's own frames and without what AWS alone says. */
  private static String log(String log, Path code) {
    List<String> kept = new ArrayList<>();
    // Node's client leaves the last word on a failed start to Node itself.
    String own = log.replaceAll("(?s)node:internal/process/promises.*?\nNode.js v[^\n]*\n", "");
    for (String line : own.replace(code.toString(), "CODE").split("\n", -1)) {
      if (!line.contains("LAMBDA_WARNING") && !line.startsWith("Executing '")) {
        String plain = TIME.matcher(line).replaceAll("TIME");
        plain = plain.replaceAll("\\\\n\\s+at [^\\\\\"]*", "");
        plain =
            plain.replaceAll(
                ",?\"\\s+at [^\"]*(target/|/var/runtime|node:|<anonymous>)[^\"]*\"", "");
        plain =
            plain.replaceAll(
                "\\r\\s+at [^\\r]*(target/|/var/runtime|node:|<anonymous>)[^\\r]*", "");
        plain = plain.replaceAll("\\r[^\\r]*(importlib|target/)[^\\r]*(\\r[\\h]+[^\\r]*)?", "");
        kept.add(withoutRuntime(plain));
      }
    }
    return String.join("\n", kept);
  }
}
