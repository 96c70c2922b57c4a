package io.mayfly.aws;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The query protocol: parameters of a form, such as {@code Tags.member.1.Key=a}, go in and XML
 * comes out.
 */
final class QueryProtocol implements Protocol {
  static final QueryProtocol INSTANCE = new QueryProtocol();
  private static final int DEEPEST = 100;

  private QueryProtocol() {}

  /** A parameter's value and the parameters whose names go on after a dot. */
  private static final class Node {
    final List<String> values = new ArrayList<>(1);
    final Map<String, Node> children = new LinkedHashMap<>();

    String value(String place) {
      if (values.size() != 1 || !children.isEmpty()) {
        throw AwsException.serialization(
            "the parameter '" + Texts.shorten(place) + "' must have exactly one value");
      }
      return values.getFirst();
    }
  }

  @Override
  public Map<String, Object> parse(Route route) {
    QueryString parameters =
        ServiceRouter.parameters(route.request().query(), ContentCoding.body(route));
    Node root = new Node();
    for (String name : parameters.keys()) {
      // A presigned call carries its signature among the parameters.
      if (!name.equals("Action") && !name.equals("Version") && !name.startsWith("X-Amz-")) {
        Node node = root;
        String[] parts = name.split("\\.", DEEPEST + 1);
        if (parts.length > DEEPEST) {
          throw AwsException.serialization("a parameter's name has too many parts");
        }
        for (String part : parts) {
          node = node.children.computeIfAbsent(part, _ -> new Node());
        }
        node.values.addAll(parameters.all(name));
      }
    }
    return structure(root, route.service().input(route.operation()), "");
  }

  private static Map<String, Object> structure(Node node, Shape.Structure shape, String path) {
    Map<String, Object> values = new LinkedHashMap<>();
    int found = 0;
    for (Member member : shape.members().values()) {
      Node child = node.children.get(member.wireName());
      if (child != null) {
        found++;
        values.put(
            member.name(), value(child, member, path + member.wireName(), member.flattened()));
      }
    }
    if (found < node.children.size()) {
      for (String name : node.children.keySet()) {
        if (shape.members().values().stream().noneMatch(m -> m.wireName().equals(name))) {
          throw AwsException.unsupported(Texts.shorten(path + name));
        }
      }
    }
    shape.checkUnion(values);
    return values;
  }

  private static Object value(Node node, Member member, String place, boolean flattened) {
    return switch (member.shape()) {
      case Shape.Structure structure -> structure(node, structure, place + ".");
      case Shape.ListShape list -> {
        String wrapper = list.element().explicitWireName().orElse("member");
        List<Object> elements = new ArrayList<>();
        numbered(node, flattened ? "" : wrapper, place)
            .forEach(
                (index, child) ->
                    elements.add(value(child, list.element(), place + "." + index, false)));
        yield elements;
      }
      case Shape.MapShape map -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        numbered(node, flattened ? "" : "entry", place)
            .forEach((index, child) -> entry(entries, child, map, place + "." + index));
        yield entries;
      }
      case Shape.StringShape _,
          Shape.Blob _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _,
          Shape.Document _ ->
          TextValues.read(member, node.value(place), TimestampFormat.ISO8601);
    };
  }

  private static void entry(
      Map<String, Object> entries, Node node, Shape.MapShape map, String place) {
    Node key = node.children.get(map.key().explicitWireName().orElse("key"));
    Node value = node.children.get(map.value().explicitWireName().orElse("value"));
    if (key == null || value == null || node.children.size() != 2) {
      throw AwsException.serialization(
          "'" + Texts.shorten(place) + "' must have one key and one value");
    }
    Object converted = value(value, map.value(), place, false);
    if (entries.put(key.value(place), converted) != null) {
      throw AwsException.serialization("the key of '" + Texts.shorten(place) + "' is given twice");
    }
  }

  /** The children by their numbers; a node with an empty value has none: it is an empty list. */
  private static Map<Integer, Node> numbered(Node node, String wrapper, String place) {
    Node holder = node;
    if (!wrapper.isEmpty() && !node.children.isEmpty()) {
      Node wrapped = node.children.get(wrapper);
      if (wrapped == null || node.children.size() != 1) {
        throw AwsException.serialization(
            "the elements of '" + Texts.shorten(place) + "' must be named '" + wrapper + ".N'");
      }
      holder = wrapped;
    }
    if (!holder.values.isEmpty() && !holder.values.equals(List.of(""))) {
      throw AwsException.serialization(
          "the elements of '" + Texts.shorten(place) + "' must be numbered from 1");
    }
    Map<Integer, Node> numbered = new TreeMap<>();
    holder.children.forEach(
        (name, child) -> {
          if (!isNumber(name) || numbered.put(Integer.valueOf(name), child) != null) {
            throw AwsException.serialization(
                "the elements of '" + Texts.shorten(place) + "' must be numbered from 1");
          }
        });
    return numbered;
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= 9
        && text.chars().allMatch(character -> character >= '0' && character <= '9');
  }

  @Override
  public WireResponse result(
      ServiceModel service,
      OperationModel operation,
      Map<String, Object> output,
      String requestId) {
    String response = operation.name() + "Response";
    StringBuilder xml = new StringBuilder(512);
    xml.append('<').append(response).append(" xmlns=\"");
    xml.append(XmlErrors.escape(service.metadata().xmlNamespace().orElse(""))).append("\">");
    operation
        .resultWrapper()
        .ifPresent(
            wrapper -> {
              xml.append('<').append(wrapper).append('>');
              XmlBody.members(xml, output, service.output(operation));
              xml.append("</").append(wrapper).append('>');
            });
    xml.append("<ResponseMetadata><RequestId>");
    xml.append(XmlErrors.escape(requestId));
    xml.append("</RequestId></ResponseMetadata></").append(response).append('>');
    return new WireResponse(200, headers(requestId), SigV4.utf8(xml.toString()));
  }

  @Override
  public WireResponse error(ServiceModel service, AwsException error, String requestId) {
    return XmlErrors.query(service, error, requestId, headers(requestId));
  }

  private static Headers headers(String requestId) {
    return new Headers().set("x-amzn-RequestId", requestId).set("Content-Type", "text/xml");
  }
}
