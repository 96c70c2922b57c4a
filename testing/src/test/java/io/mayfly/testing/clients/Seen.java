package io.mayfly.testing.clients;

import io.mayfly.testing.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a caller sees of a call, in a form in which two functions can be compared: names, request
 * ids, times and the frames of a runtime's own code are taken out, everything else stays.
 */
record Seen(String functionError, String payload, String log) {
  /** A line of a trace that is about a runtime, not about the handler. */
  private static final String INTERNAL =
      "awslambdaric|/var/runtime|importlib|runpy|node:|node_modules|com\\.amazonaws|io\\.mayfly"
          + "|java\\.base|jdk\\.internal|java\\.lang|<frozen";

  private static final Pattern INTERNAL_LINE = Pattern.compile(INTERNAL);

  /** Frames of a runtime in an error that is one line of JSON. */
  private static final Pattern INTERNAL_FRAMES =
      Pattern.compile(",?\"\\s+at [^\"]*(" + INTERNAL + "|<anonymous>\\))[^\"]*\"");

  /**
   * AWS's client for Node ends a failed start by an exception that Node prints, if it lives that
   * long after it has reported the failure.
   */
  private static final Pattern NODES_LAST_WORD =
      Pattern.compile("(?s)node:internal/process/promises.*?\\nNode.js v[^\\n]*\\n");

  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");

  private static final Pattern END = Pattern.compile("END RequestId: (\\S+)");

  static Seen of(String function, InvokeResponse response) {
    String log =
        new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
    Matcher end = END.matcher(log);
    if (!end.find()) {
      throw new AssertionError("the log has no end: " + log);
    }
    String id = end.group(1);
    return new Seen(
        String.valueOf(response.functionError()),
        plain(withoutFrames(response.payload().asUtf8String()), function, id),
        log(plain(log, function, id)));
  }

  private static String plain(String text, String function, String id) {
    String same =
        text.replace(id, "ID")
            .replace(function, "FUNCTION")
            // Node.js names who asked for a missing module; newer clients no longer do by require.
            .replace("\\n- /var/task/node_modules/aws-lambda-ric/index.mjs", "")
            .replace("\\n- /var/runtime/index.mjs", "");
    return TIME.matcher(same).replaceAll("TIME");
  }

  /** The object of an error without the frames of runtimes; any other payload as it is. */
  private static String withoutFrames(String payload) {
    if (!payload.startsWith("{")) {
      return payload;
    }
    if (!(Json.of(payload) instanceof ObjectNode object) || !object.has("errorMessage")) {
      return payload;
    }
    for (String name : List.of("stackTrace", "trace")) {
      if (object.get(name) instanceof ArrayNode trace) {
        ArrayNode kept = object.arrayNode();
        for (JsonNode line : trace) {
          if (!INTERNAL_LINE.matcher(line.asString()).find()) {
            kept.add(line);
          }
        }
        object.set(name, kept);
      }
    }
    return object.toString();
  }

  private static String log(String log) {
    return NODES_LAST_WORD
        .matcher(log)
        .replaceAll("")
        .lines()
        .filter(line -> !line.startsWith("INIT_START"))
        // A hint of AWS's clients to AWS's own documentation.
        .filter(line -> !line.contains("LAMBDA_WARNING"))
        // The client of nodejs24.x has other words for an init error than those of older ones.
        .filter(line -> !line.contains("\tERROR\tInit Error"))
        .filter(line -> !line.contains("\tERROR\tUncaught Exception"))
        .filter(line -> !(line.contains("\tat ") && INTERNAL_LINE.matcher(line).find()))
        .map(line -> INTERNAL_FRAMES.matcher(line).replaceAll(""))
        .map(line -> line.replaceAll("[0-9]+(\\.[0-9]+)? ms", "N ms"))
        .map(line -> line.replaceAll("Max Memory Used: [0-9]+ MB", "Max Memory Used: N MB"))
        // Which parts a start has depends on who started, and on how the runtime is spoken to.
        .map(line -> line.replaceAll("\tCold Start: [^\t]*", ""))
        .collect(Collectors.joining("\n"));
  }
}
