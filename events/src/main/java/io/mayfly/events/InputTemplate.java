package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.model.Limits;
import io.mayfly.triggers.UndeliverableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A template that is filled with what is in an event ("Amazon EventBridge input transformation" in
 * the user guide). A variable stands in angle brackets: outside of quotes it is the JSON of its
 * value, within them its text, escaped, so that what comes out is JSON where the template is. One
 * whose place is not in the event is an empty text. Immutable.
 */
final class InputTemplate {
  private static final String RESERVED = "aws.events.";
  private static final String RULE_ARN = "aws.events.rule-arn";
  private static final String RULE_NAME = "aws.events.rule-name";
  private static final String EVENT = "aws.events.event";
  private static final String EVENT_JSON = "aws.events.event.json";
  private static final String INGESTION_TIME = "aws.events.event.ingestion-time";
  private static final List<String> KNOWN =
      List.of(RULE_ARN, RULE_NAME, EVENT, EVENT_JSON, INGESTION_TIME);

  private static final JsonFactory JSON = new JsonFactory();

  /** Templates with brackets that hold no variable are left as they are. */
  private static final int LONGEST_NAME = 256;

  /**
   * A piece of the template.
   *
   * @param text as it is, or the name of a variable
   * @param quoted whether a variable stands within quotes
   */
  private record Piece(String text, boolean variable, boolean quoted) {}

  private final List<Piece> pieces;
  private final Map<String, EventPath> paths;

  private InputTemplate(List<Piece> pieces, Map<String, EventPath> paths) {
    this.pieces = List.copyOf(pieces);
    this.paths = Map.copyOf(paths);
  }

  /** Reads a template that has been checked. */
  static InputTemplate parse(RuleTarget.Transformer transformer) {
    Map<String, EventPath> paths = new HashMap<>();
    transformer
        .paths()
        .forEach((name, path) -> paths.put(name, EventPath.parse(path).orElseThrow()));
    return new InputTemplate(pieces(transformer.inputTemplate(), paths), paths);
  }

  /**
   * Passes a template whose variables are all there, and which is JSON when they are filled in.
   *
   * @param target for the error
   * @throws AwsException if it is not
   */
  static void check(String target, RuleTarget.Transformer transformer) {
    transformer
        .paths()
        .forEach(
            (name, path) -> {
              if (name.regionMatches(true, 0, "aws.", 0, "aws.".length())) {
                throw EventsErrors.validation(
                    "InputPathsMap for target %s contains the reserved name %s."
                        .formatted(target, EventsErrors.shown(name)));
              }
              if (EventPath.parse(path).isEmpty()) {
                throw EventsErrors.validation(
                    "Invalid InputPathsMap for target %s : %s is no path."
                        .formatted(target, EventsErrors.shown(path)));
              }
            });
    InputTemplate template = parse(transformer);
    for (Piece piece : template.pieces) {
      if (piece.variable()
          && !template.paths.containsKey(piece.text())
          && !KNOWN.contains(piece.text())) {
        throw EventsErrors.validation(
            "Invalid InputTemplate for target %s : the variable <%s> is not in InputPathsMap."
                .formatted(target, EventsErrors.shown(piece.text())));
      }
    }
    template
        .fault()
        .ifPresent(
            fault -> {
              throw EventsErrors.validation(
                  "Invalid InputTemplate for target %s : %s".formatted(target, fault));
            });
  }

  /** What is wrong with it as JSON values, one after another; EventBridge takes several lines. */
  private Optional<String> fault() {
    StringBuilder sample = new StringBuilder();
    pieces.forEach(
        piece -> sample.append(!piece.variable() ? piece.text() : piece.quoted() ? "x" : "\"x\""));
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), sample.toString())) {
      boolean any = false;
      while (parser.nextToken() != null) {
        any = true;
      }
      return any ? Optional.empty() : Optional.of("it is empty");
    } catch (JacksonException e) {
      return Optional.of(Json.reason(e));
    }
  }

  private static List<Piece> pieces(String template, Map<String, EventPath> paths) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    boolean quoted = false;
    int at = 0;
    while (at < template.length()) {
      char each = template.charAt(at);
      if (each == '<') {
        String name = name(template, at + 1);
        if (paths.containsKey(name) || name.startsWith(RESERVED) || (!quoted && !name.isEmpty())) {
          pieces.add(new Piece(text.toString(), false, false));
          text.setLength(0);
          pieces.add(new Piece(name, true, quoted));
          at += name.length() + 2;
          continue;
        }
      } else if (each == '\\' && quoted && at + 1 < template.length()) {
        text.append(each);
        at++;
        each = template.charAt(at);
      } else if (each == '"') {
        quoted = !quoted;
      }
      text.append(each);
      at++;
    }
    pieces.add(new Piece(text.toString(), false, false));
    return pieces;
  }

  /** The name that begins here and ends with a bracket; empty if there is none. */
  private static String name(String template, int from) {
    int end = template.indexOf('>', from);
    if (end < 0 || end - from > LONGEST_NAME) {
      return "";
    }
    for (int i = from; i < end; i++) {
      char each = template.charAt(i);
      if (!Character.isLetterOrDigit(each) && each != '-' && each != '_' && each != '.') {
        return "";
      }
    }
    return template.substring(from, end);
  }

  String fill(Event event, String ruleArn, String rule) {
    StringBuilder filled = new StringBuilder();
    for (Piece piece : pieces) {
      if (!piece.variable()) {
        filled.append(piece.text());
        continue;
      }
      JsonNode value = value(piece.text(), event, ruleArn, rule);
      if (!piece.quoted()) {
        filled.append(value);
      } else {
        JsonStringEncoder.getInstance()
            .quoteAsString(value.isString() ? value.stringValue() : value.toString(), filled);
      }
      if (filled.length() > Limits.EVENT_BYTES) {
        // No target takes so much, and a few variables could make gigabytes of one event.
        throw new UndeliverableException(
            UndeliverableException.Reason.INVALID_PARAMETER,
            "what its template makes of the event has more than %d bytes"
                .formatted(Limits.EVENT_BYTES));
      }
    }
    return filled.toString();
  }

  private JsonNode value(String name, Event event, String ruleArn, String rule) {
    return switch (name) {
      case RULE_ARN -> StringNode.valueOf(ruleArn);
      case RULE_NAME -> StringNode.valueOf(rule);
      case INGESTION_TIME -> StringNode.valueOf(event.ingested().toString());
      case EVENT_JSON -> event.tree();
      case EVENT -> withoutDetail(event.tree());
      default -> {
        @Nullable EventPath path = paths.get(name);
        yield path == null
            ? StringNode.valueOf("")
            : path.of(event.tree()).orElseGet(() -> StringNode.valueOf(""));
      }
    };
  }

  private static JsonNode withoutDetail(JsonNode event) {
    ObjectNode copy = Json.MAPPER.createObjectNode();
    event.forEachEntry(
        (name, value) -> {
          if (!name.equals("detail")) {
            copy.set(name, value);
          }
        });
    return copy;
  }
}
