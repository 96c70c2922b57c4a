package io.mayfly.aws;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Structures as XML elements, for rest-xml and for the answers of the query protocol. Names are
 * compared without their prefixes: AWS's clients use none. Holds no state.
 */
final class XmlBody implements BodyFormat {
  @Override
  public String contentType() {
    return "application/xml";
  }

  @Override
  public Map<String, Object> read(byte[] body, Shape.Structure shape, Optional<String> root) {
    if (body.length == 0) {
      return new LinkedHashMap<>();
    }
    XmlElement element = XmlElement.parse(body);
    if (root.isPresent() && !root.get().equals(element.name())) {
      throw malformed("the root element is <" + element.name() + ">, not <" + root.get() + ">");
    }
    return structure(element, shape);
  }

  /** The members of {@code shape} that stand in {@code element}. */
  static Map<String, Object> structure(XmlElement element, Shape.Structure shape) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (XmlElement child : element.children()) {
      Member member = member(shape, child);
      if (member.flattened()) {
        flattened(values, child, member);
      } else if (values.put(member.name(), value(child, member)) != null) {
        throw malformed("<" + child.name() + "> is given twice");
      }
    }
    for (Member member : shape.members().values()) {
      if (member.xmlAttribute()) {
        Optional.ofNullable(element.attributes().get(member.wireName()))
            .ifPresent(
                text ->
                    values.put(
                        member.name(), TextValues.read(member, text, TimestampFormat.ISO8601)));
      }
    }
    shape.checkUnion(values);
    return values;
  }

  private static Member member(Shape.Structure shape, XmlElement child) {
    for (Member member : shape.members().values()) {
      if (member.location() == Member.Location.BODY
          && !member.xmlAttribute()
          && member.wireName().equals(child.name())) {
        return member;
      }
    }
    throw AwsException.unsupported(Texts.shorten(child.name()));
  }

  private static void flattened(Map<String, Object> values, XmlElement child, Member member) {
    if (member.shape() instanceof Shape.MapShape map) {
      Object entries = values.computeIfAbsent(member.name(), _ -> new LinkedHashMap<>());
      entry(Values.structure(entries), child, map);
    } else if (member.shape() instanceof Shape.ListShape list) {
      Object elements = values.computeIfAbsent(member.name(), _ -> new ArrayList<>());
      Values.list(elements).add(value(child, list.element()));
    }
  }

  private static void entry(Map<String, Object> entries, XmlElement entry, Shape.MapShape map) {
    List<XmlElement> parts = entry.children();
    String key = map.key().explicitWireName().orElse("key");
    String value = map.value().explicitWireName().orElse("value");
    if (parts.size() != 2
        || !parts.getFirst().name().equals(key)
        || !parts.getLast().name().equals(value)) {
      throw malformed("<" + entry.name() + "> must hold <" + key + "> and <" + value + ">");
    }
    if (entries.put(parts.getFirst().text(), value(parts.getLast(), map.value())) != null) {
      throw malformed("the key '" + Texts.shorten(parts.getFirst().text()) + "' is given twice");
    }
  }

  private static Object value(XmlElement element, Member member) {
    return switch (member.shape()) {
      case Shape.Structure structure -> structure(element, structure);
      case Shape.ListShape list -> {
        String name = list.element().explicitWireName().orElse("member");
        List<Object> elements = new ArrayList<>();
        for (XmlElement child : element.children()) {
          if (!child.name().equals(name)) {
            throw malformed(
                "<" + element.name() + "> holds <" + child.name() + "> instead of <" + name + ">");
          }
          elements.add(value(child, list.element()));
        }
        yield elements;
      }
      case Shape.MapShape map -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        element.children().forEach(child -> entry(entries, child, map));
        yield entries;
      }
      case Shape.StringShape _,
          Shape.Blob _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _,
          Shape.Document _ -> {
        if (!element.children().isEmpty()) {
          throw malformed("<" + element.name() + "> must hold text, not elements");
        }
        yield TextValues.read(member, element.text(), TimestampFormat.ISO8601);
      }
    };
  }

  static AwsException malformed(String what) {
    return AwsException.serialization(
        "The XML you provided was not well-formed or did not validate: " + Texts.shorten(what));
  }

  @Override
  public byte[] write(Map<String, Object> values, Shape.Structure shape, Root root) {
    StringBuilder xml = new StringBuilder(512);
    xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<").append(root.name());
    root.namespace().ifPresent(namespace -> xml.append(namespace.declaration()));
    attributes(xml, values, shape);
    xml.append('>');
    members(xml, values, shape);
    close(xml, root.name());
    return SigV4.utf8(xml.toString());
  }

  private static void attributes(
      StringBuilder xml, Map<String, Object> values, Shape.Structure shape) {
    for (Member member : shape.members().values()) {
      Object value = values.get(member.name());
      if (value != null && member.xmlAttribute()) {
        String text = TextValues.write(member, value, TimestampFormat.ISO8601);
        xml.append(' ').append(member.wireName()).append("=\"");
        xml.append(XmlErrors.escape(text)).append('"');
      }
    }
  }

  /** Writes the members of a structure as elements, without an element around them. */
  static void members(StringBuilder xml, Map<String, Object> values, Shape.Structure shape) {
    for (Member member : shape.members().values()) {
      Object value = values.get(member.name());
      if (value == null || member.xmlAttribute() || !member.isInResponseBody()) {
        continue;
      }
      member(xml, value, member);
    }
  }

  /** Writes one member of a structure: an element, or several if it is flattened. */
  static void member(StringBuilder xml, Object value, Member member) {
    if (!member.flattened()) {
      element(xml, member.wireName(), value, member);
    } else if (member.shape() instanceof Shape.MapShape map) {
      entries(xml, member.wireName(), value, map, member.xmlNamespace());
    } else if (member.shape() instanceof Shape.ListShape list) {
      Values.list(value)
          .forEach(element -> element(xml, member.wireName(), element, list.element()));
    }
  }

  private static void element(StringBuilder xml, String name, Object value, Member member) {
    xml.append('<').append(name);
    member.xmlNamespace().ifPresent(namespace -> xml.append(namespace.declaration()));
    switch (member.shape()) {
      case Shape.Structure structure -> {
        attributes(xml, Values.structure(value), structure);
        xml.append('>');
        members(xml, Values.structure(value), structure);
      }
      case Shape.ListShape list -> {
        xml.append('>');
        String elementName = list.element().explicitWireName().orElse("member");
        Values.list(value).forEach(element -> element(xml, elementName, element, list.element()));
      }
      case Shape.MapShape map -> {
        xml.append('>');
        entries(xml, "entry", value, map, Optional.empty());
      }
      case Shape.StringShape _,
          Shape.Blob _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _,
          Shape.Document _ ->
          xml.append('>')
              .append(XmlErrors.escape(TextValues.write(member, value, TimestampFormat.ISO8601)));
    }
    close(xml, name);
  }

  private static void entries(
      StringBuilder xml,
      String name,
      Object value,
      Shape.MapShape map,
      Optional<XmlNamespace> namespace) {
    Values.structure(value)
        .forEach(
            (key, entry) -> {
              xml.append('<').append(name);
              namespace.ifPresent(declared -> xml.append(declared.declaration()));
              xml.append('>');
              element(xml, map.key().explicitWireName().orElse("key"), key, map.key());
              element(xml, map.value().explicitWireName().orElse("value"), entry, map.value());
              close(xml, name);
            });
  }

  private static void close(StringBuilder xml, String name) {
    xml.append("</").append(name).append('>');
  }
}
