package io.mayfly.aws;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.smithy.model.Model;
import software.amazon.smithy.model.node.Node;
import software.amazon.smithy.model.node.NumberNode;
import software.amazon.smithy.model.node.ObjectNode;
import software.amazon.smithy.model.traits.SparseTrait;

/** The parameters of a Smithy test case as values of the engine (see {@link Shape}). */
record SmithyValues(Model model) {
  Map<String, Object> structure(
      ObjectNode params, software.amazon.smithy.model.shapes.Shape shape) {
    Map<String, Object> values = new LinkedHashMap<>();
    params
        .getStringMap()
        .forEach(
            (name, value) -> {
              if (!value.isNullNode()) {
                values.put(
                    name,
                    value(
                        value, model.expectShape(shape.getMember(name).orElseThrow().getTarget())));
              }
            });
    return values;
  }

  private Object value(Node node, software.amazon.smithy.model.shapes.Shape shape) {
    return switch (shape.getType()) {
      case STRUCTURE, UNION -> structure(node.expectObjectNode(), shape);
      case LIST, SET -> {
        var element = model.expectShape(shape.asListShape().orElseThrow().getMember().getTarget());
        List<Object> elements = new ArrayList<>();
        node.expectArrayNode().forEach(value -> elements.add(element(value, element, shape)));
        yield elements;
      }
      case MAP -> {
        var entry = model.expectShape(shape.asMapShape().orElseThrow().getValue().getTarget());
        Map<String, Object> entries = new LinkedHashMap<>();
        node.expectObjectNode()
            .getStringMap()
            .forEach((key, value) -> entries.put(key, element(value, entry, shape)));
        yield entries;
      }
      case STRING, ENUM -> node.expectStringNode().getValue();
      case BLOB -> node.expectStringNode().getValue().getBytes(StandardCharsets.UTF_8);
      case BOOLEAN -> node.expectBooleanNode().getValue();
      case TIMESTAMP -> instant(node.expectNumberNode());
      case BYTE -> node.expectNumberNode().getValue().byteValue();
      case SHORT -> node.expectNumberNode().getValue().shortValue();
      case INTEGER, INT_ENUM -> node.expectNumberNode().getValue().intValue();
      case LONG -> node.expectNumberNode().getValue().longValue();
      case FLOAT ->
          node.isStringNode()
              ? Float.valueOf(node.expectStringNode().getValue())
              : (Object) node.expectNumberNode().getValue().floatValue();
      case DOUBLE ->
          node.isStringNode()
              ? Double.valueOf(node.expectStringNode().getValue())
              : (Object) node.expectNumberNode().getValue().doubleValue();
      case DOCUMENT -> document(node);
      default -> throw new IllegalArgumentException("no values of type " + shape.getType());
    };
  }

  private Object element(
      Node node,
      software.amazon.smithy.model.shapes.Shape element,
      software.amazon.smithy.model.shapes.Shape container) {
    if (!container.hasTrait(SparseTrait.class)) {
      return value(node, element);
    }
    return node.isNullNode() ? Optional.empty() : Optional.of(value(node, element));
  }

  private static Instant instant(NumberNode seconds) {
    BigDecimal decimal = new BigDecimal(seconds.getValue().toString());
    return Instant.ofEpochSecond(0, decimal.movePointRight(9).longValueExact());
  }

  private static Object document(Node node) {
    return switch (node.getType()) {
      case STRING -> node.expectStringNode().getValue();
      case BOOLEAN -> node.expectBooleanNode().getValue();
      case NUMBER -> number(node.expectNumberNode());
      case ARRAY ->
          node.expectArrayNode().getElements().stream().map(SmithyValues::document).toList();
      case OBJECT -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        node.expectObjectNode()
            .getStringMap()
            .forEach((key, value) -> entries.put(key, document(value)));
        yield entries;
      }
      case NULL -> throw new IllegalArgumentException("no case has a null in a document");
    };
  }

  private static Object number(NumberNode node) {
    String text = node.getValue().toString();
    return text.matches("-?[0-9]+") ? new BigInteger(text) : (Object) new BigDecimal(text);
  }

  /** A value as text that differs for different values; for assertions. */
  static String text(Object value) {
    return switch (value) {
      case byte[] bytes -> "blob " + Base64.getEncoder().encodeToString(bytes);
      case Map<?, ?> entries -> {
        Map<String, String> texts = new TreeMap<>();
        entries.forEach((key, entry) -> texts.put((String) key, text(entry)));
        yield texts.toString();
      }
      case Optional<?> sparse -> sparse.map(SmithyValues::text).orElse("null");
      case List<?> elements -> elements.stream().map(SmithyValues::text).toList().toString();
      default -> value.getClass().getSimpleName() + " " + value;
    };
  }
}
