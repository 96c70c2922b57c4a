package io.mayfly.logs;

import io.mayfly.logs.Json.Scalar;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Conditions on lines that are JSON objects: {@code { $.level = "ERROR" && $.n > 3 }}. A comparison
 * holds if it does for one of the values that are selected, so never for what is not there.
 */
record JsonPattern(Predicate<Json> condition) implements FilterPattern {
  static JsonPattern parse(PatternText text) {
    text.require("{");
    Predicate<Json> condition = new JsonConditions(text).parse();
    text.require("}");
    text.requireEnd();
    return new JsonPattern(condition);
  }

  @Override
  public boolean matches(String message) {
    return Json.object(message).filter(condition).isPresent();
  }

  private static final class JsonConditions extends Conditions<Json> {
    JsonConditions(PatternText text) {
      super(text);
    }

    @Override
    Predicate<Json> condition() {
      JsonSelector selector = JsonSelector.parse(text);
      text.skipSpaces();
      Optional<Comparison> comparison = Comparison.parse(text);
      if (comparison.isPresent()) {
        return anyScalar(selector, value -> comparison.get().holds(value.text(), value.number()));
      }
      if (text.takeWord("IS")) {
        text.skipSpaces();
        Scalar.Kind kind = kind();
        return anyScalar(selector, value -> value.kind() == kind);
      }
      if (text.takeWord("EXISTS")) {
        return json -> !selector.select(json).isEmpty();
      }
      if (text.takeWord("NOT")) {
        text.skipSpaces();
        if (text.takeWord("EXISTS")) {
          return json -> selector.select(json).isEmpty();
        }
      }
      throw text.invalid("an operator, IS, EXISTS or NOT EXISTS is missing");
    }

    private Scalar.Kind kind() {
      for (Scalar.Kind kind : Scalar.Kind.values()) {
        boolean named = kind != Scalar.Kind.STRING && kind != Scalar.Kind.NUMBER;
        if (named && text.takeWord(kind.name())) {
          return kind;
        }
      }
      throw text.invalid("NULL, TRUE or FALSE is missing");
    }

    private static Predicate<Json> anyScalar(JsonSelector selector, Predicate<Scalar> condition) {
      return json ->
          selector.select(json).stream()
              .anyMatch(value -> value instanceof Scalar scalar && condition.test(scalar));
    }
  }
}
