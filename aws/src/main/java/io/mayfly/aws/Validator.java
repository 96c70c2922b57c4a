package io.mayfly.aws;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Checks values against the constraints of their model, in AWS's own words. Of a request's faults
 * the first hundred are reported. Made for one request, used by one thread.
 */
final class Validator {
  private static final int MOST_FAULTS = 100;

  private final List<String> faults = new ArrayList<>();

  private Validator() {}

  /**
   * Passes if every value keeps its constraints.
   *
   * @throws AwsException a {@code ValidationException} that lists every fault
   */
  static void check(Map<String, Object> values, Shape.Structure shape) {
    Validator validator = new Validator();
    validator.structure(values, shape, "");
    int count = validator.faults.size();
    if (count > 0) {
      String start =
          count == 1 ? "1 validation error detected: " : count + " validation errors detected: ";
      throw new AwsException(
          "ValidationException", 400, start + String.join("; ", validator.faults));
    }
  }

  private void structure(Map<String, Object> values, Shape.Structure shape, String path) {
    for (Member member : shape.members().values()) {
      String place = path + member.lowerName();
      Object value = values.get(member.name());
      if (value != null) {
        value(value, member.shape(), place);
      } else if (member.required()) {
        fault(
            "Value null at '" + place + "' failed to satisfy constraint: Member must not be null");
      }
    }
  }

  private void value(Object value, Shape shape, String place) {
    if (faults.size() >= MOST_FAULTS) {
      return;
    }
    switch (shape) {
      case Shape.Structure structure -> structure(Values.structure(value), structure, place + ".");
      case Shape.ListShape list -> list(Values.list(value), list, place);
      case Shape.MapShape map -> map(Values.structure(value), map, place);
      case Shape.StringShape _, Shape.Blob _, Shape.NumberShape _ -> {
        for (String constraint : broken(value, shape)) {
          fault(
              shown(value, shape)
                  + " at '"
                  + place
                  + "' failed to satisfy constraint: "
                  + constraint);
        }
      }
      case Shape.BooleanShape _, Shape.Timestamp _, Shape.Document _ -> {}
    }
  }

  private void list(List<Object> elements, Shape.ListShape list, String place) {
    length(elements.size(), list.size())
        .forEach(
            constraint ->
                fault(
                    "Value '"
                        + Texts.shorten(display(elements, list))
                        + "' at '"
                        + place
                        + "' failed to satisfy constraint: "
                        + constraint));
    Shape elementShape = list.element().shape();
    for (int i = 0; i < elements.size() && faults.size() < MOST_FAULTS; i++) {
      Object element = Values.element(elements.get(i));
      if (element == null) {
        continue;
      }
      if (isScalar(elementShape)) {
        List<String> constraints = broken(element, elementShape);
        if (!constraints.isEmpty()) {
          fault(
              "Value '"
                  + Texts.shorten(display(elements, list))
                  + "' at '"
                  + place
                  + "' failed to satisfy constraint: Member must satisfy constraint: ["
                  + String.join(", ", constraints)
                  + "]");
          return;
        }
      } else {
        value(element, elementShape, place + "." + (i + 1) + ".member");
      }
    }
  }

  private void map(Map<String, Object> entries, Shape.MapShape map, String place) {
    String start = "Value '" + "%s" + "' at '" + place + "' failed to satisfy constraint: ";
    length(entries.size(), map.size())
        .forEach(constraint -> fault(withValue(start, entries, map) + constraint));
    Shape valueShape = map.value().shape();
    for (Map.Entry<String, Object> entry : entries.entrySet()) {
      if (faults.size() >= MOST_FAULTS) {
        return;
      }
      List<String> keys = broken(entry.getKey(), map.key().shape());
      if (!keys.isEmpty()) {
        fault(
            withValue(start, entries, map)
                + "Map keys must satisfy constraint: ["
                + String.join(", ", keys)
                + "]");
        return;
      }
      Object value = Values.element(entry.getValue());
      if (value == null) {
        continue;
      }
      if (!isScalar(valueShape)) {
        value(value, valueShape, place + "." + Texts.shorten(entry.getKey()) + ".member");
        continue;
      }
      List<String> values = broken(value, valueShape);
      if (!values.isEmpty()) {
        fault(
            withValue(start, entries, map)
                + "Map value must satisfy constraint: ["
                + String.join(", ", values)
                + "]");
        return;
      }
    }
  }

  private static String withValue(String start, Map<String, Object> entries, Shape.MapShape map) {
    return start.replace("%s", Texts.shorten(display(entries, map)));
  }

  /** The constraints that a scalar breaks. */
  private static List<String> broken(Object value, Shape shape) {
    return switch (shape) {
      case Shape.StringShape string -> brokenText((String) value, string);
      case Shape.Blob blob -> length(((byte[]) value).length, blob.length());
      case Shape.NumberShape number -> brokenRange((Number) value, number.range());
      case Shape.Structure _,
          Shape.ListShape _,
          Shape.MapShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _,
          Shape.Document _ ->
          List.of();
    };
  }

  private static List<String> brokenText(String value, Shape.StringShape shape) {
    List<String> broken =
        new ArrayList<>(length(value.codePointCount(0, value.length()), shape.length()));
    if (!shape.enumeration().isEmpty() && !shape.enumeration().contains(value)) {
      broken.add(
          "Member must satisfy enum value set: [" + String.join(", ", shape.enumeration()) + "]");
    }
    // A value that is too long is wrong already; its pattern is not worth the time.
    boolean tooLong = shape.length().isAbove(value.length());
    shape
        .pattern()
        .filter(pattern -> !tooLong && !pattern.matches(value))
        .ifPresent(
            pattern ->
                broken.add("Member must satisfy regular expression pattern: " + pattern.source()));
    return broken;
  }

  private static List<String> brokenRange(Number value, Bounds range) {
    if (range.isBelow(value.doubleValue())) {
      return List.of("Member must have value greater than or equal to " + Bounds.text(range.min()));
    }
    if (range.isAbove(value.doubleValue())) {
      return List.of("Member must have value less than or equal to " + Bounds.text(range.max()));
    }
    return List.of();
  }

  private static List<String> length(int length, Bounds bounds) {
    if (bounds.isBelow(length)) {
      return List.of(
          "Member must have length greater than or equal to " + Bounds.text(bounds.min()));
    }
    if (bounds.isAbove(length)) {
      return List.of("Member must have length less than or equal to " + Bounds.text(bounds.max()));
    }
    return List.of();
  }

  private static boolean isScalar(Shape shape) {
    return !(shape instanceof Shape.Structure
        || shape instanceof Shape.ListShape
        || shape instanceof Shape.MapShape);
  }

  private static boolean isHidden(Shape shape) {
    return switch (shape) {
      case Shape.StringShape string -> string.sensitive();
      case Shape.Blob _, Shape.Structure _, Shape.ListShape _, Shape.MapShape _, Shape.Document _ ->
          true;
      case Shape.NumberShape _, Shape.BooleanShape _, Shape.Timestamp _ -> false;
    };
  }

  private static String shown(Object value, Shape shape) {
    return isHidden(shape) ? "Value" : "Value '" + Texts.shorten(value.toString()) + "'";
  }

  private static String display(List<Object> elements, Shape.ListShape list) {
    if (isHidden(list.element().shape())) {
      return "[" + elements.size() + " elements]";
    }
    return elements.stream()
        .limit(100)
        .map(element -> String.valueOf(Values.element(element)))
        .toList()
        .toString();
  }

  private static String display(Map<String, Object> entries, Shape.MapShape map) {
    StringBuilder shown = new StringBuilder("{");
    boolean hidden = isHidden(map.value().shape());
    entries.entrySet().stream()
        .limit(100)
        .forEach(
            entry ->
                shown
                    .append(shown.length() > 1 ? ", " : "")
                    .append(entry.getKey())
                    .append(hidden ? "" : "=" + Values.element(entry.getValue())));
    return shown.append('}').toString();
  }

  private void fault(String fault) {
    if (faults.size() < MOST_FAULTS) {
      faults.add(fault);
    }
  }
}
