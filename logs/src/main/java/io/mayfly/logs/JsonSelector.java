package io.mayfly.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which values of a JSON object are meant: {@code $.requestParameters.items[0].id}, with {@code *}
 * for any member or element, and names that hold other characters in brackets and quotes.
 */
record JsonSelector(List<Step> steps) {
  private static final String NAME_ENDS = ".[]=!<>&|(){}\"";
  private static final int LONGEST_INDEX = 9;

  /** From a value to some that are within it. */
  private sealed interface Step {
    Stream<Json> from(Json value);
  }

  private record Named(String name) implements Step {
    @Override
    public Stream<Json> from(Json value) {
      return value instanceof Json.Members members
          ? Stream.ofNullable(members.byName().get(name))
          : Stream.empty();
    }
  }

  private record Numbered(int index) implements Step {
    @Override
    public Stream<Json> from(Json value) {
      return value instanceof Json.Elements elements && index < elements.inOrder().size()
          ? Stream.of(elements.inOrder().get(index))
          : Stream.empty();
    }
  }

  private record Every() implements Step {
    @Override
    public Stream<Json> from(Json value) {
      return switch (value) {
        case Json.Members members -> members.byName().values().stream();
        case Json.Elements elements -> elements.inOrder().stream();
        case Json.Scalar _ -> Stream.empty();
      };
    }
  }

  static JsonSelector parse(PatternText text) {
    text.require("$");
    List<Step> steps = new ArrayList<>();
    for (Optional<Step> step = step(text); step.isPresent(); step = step(text)) {
      steps.add(step.get());
    }
    if (steps.isEmpty()) {
      throw text.invalid("a property is missing");
    }
    return new JsonSelector(List.copyOf(steps));
  }

  private static Optional<Step> step(PatternText text) {
    boolean dot = text.take(".");
    if (text.take("[")) {
      Step step = inBrackets(text);
      text.require("]");
      return Optional.of(step);
    }
    return dot ? Optional.of(afterDot(text)) : Optional.empty();
  }

  private static Step afterDot(PatternText text) {
    String name = text.takeUntil(NAME_ENDS);
    if (name.isEmpty()) {
      throw text.invalid("a property's name is missing");
    }
    return name.equals("*") ? new Every() : new Named(name);
  }

  private static Step inBrackets(PatternText text) {
    if (text.peek() == '"') {
      return new Named(text.takeQuoted());
    }
    String index = text.takeUntil(NAME_ENDS);
    if (index.equals("*")) {
      return new Every();
    }
    if (index.startsWith("'") && index.endsWith("'") && index.length() > 2) {
      return new Named(index.substring(1, index.length() - 1));
    }
    if (index.isEmpty()
        || index.length() > LONGEST_INDEX
        || !index.chars().allMatch(each -> each >= '0' && each <= '9')) {
      throw text.invalid("an element's number is missing");
    }
    return new Numbered(Integer.parseInt(index));
  }

  /** The values that are meant; none if they are not there. */
  List<Json> select(Json json) {
    List<Json> values = List.of(json);
    for (Step step : steps) {
      values = values.stream().flatMap(step::from).toList();
    }
    return values;
  }
}
