package io.mayfly.aws;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An element of a parsed document. Documents are hostile: one with a document type (and so with
 * entities) is refused, and nesting is bounded.
 *
 * @param name without its prefix
 * @param attributes by their names with prefixes; declarations of namespaces are left out
 * @param text all text directly within, joined
 */
record XmlElement(
    String name, Map<String, String> attributes, List<XmlElement> children, String text) {
  private static final int DEEPEST = 100;
  private static final XMLInputFactory XML = factory();

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }

  /**
   * The root element of a document.
   *
   * @throws AwsException if it is not well-formed
   */
  static XmlElement parse(byte[] document) {
    try {
      XMLStreamReader reader;
      // The factory is not said to be safe for many threads; making a reader takes microseconds.
      synchronized (XML) {
        reader = XML.createXMLStreamReader(new StringReader(utf8(document)));
      }
      for (int event = reader.next();
          event != XMLStreamConstants.START_ELEMENT;
          event = reader.next()) {
        refuseDocumentType(event);
      }
      XmlElement root = element(reader, 1);
      while (reader.hasNext()) {
        refuseDocumentType(reader.next());
      }
      reader.close();
      return root;
    } catch (XMLStreamException | RuntimeException malformed) {
      if (malformed instanceof AwsException known) {
        throw known;
      }
      // The JDK's reader answers some broken input with unchecked exceptions of its own.
      throw XmlBody.malformed(String.valueOf(malformed.getMessage()));
    }
  }

  /** The document as text; the JDK's own decoder prints broken bytes to the standard error. */
  private static String utf8(byte[] document) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (CharacterCodingException notUtf8) {
      throw XmlBody.malformed("it is not UTF-8");
    }
  }

  private static void refuseDocumentType(int event) {
    if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
      throw XmlBody.malformed("a document type or entity is not allowed");
    }
  }

  private static XmlElement element(XMLStreamReader reader, int depth) throws XMLStreamException {
    if (depth > DEEPEST) {
      throw XmlBody.malformed("elements are nested more than " + DEEPEST + " deep");
    }
    String name = reader.getLocalName();
    Map<String, String> attributes = new LinkedHashMap<>();
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      String prefix = reader.getAttributePrefix(i);
      String local = reader.getAttributeLocalName(i);
      if (!local.equals("xmlns") && !"xmlns".equals(prefix)) {
        boolean plain = prefix == null || prefix.isEmpty();
        attributes.put(plain ? local : prefix + ":" + local, reader.getAttributeValue(i));
      }
    }
    List<XmlElement> children = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int event = reader.next();
        event != XMLStreamConstants.END_ELEMENT;
        event = reader.next()) {
      refuseDocumentType(event);
      if (event == XMLStreamConstants.START_ELEMENT) {
        children.add(element(reader, depth + 1));
      } else if (event == XMLStreamConstants.CHARACTERS
          || event == XMLStreamConstants.CDATA
          || event == XMLStreamConstants.SPACE) {
        text.append(reader.getText());
      }
    }
    return new XmlElement(
        name.substring(name.indexOf(':') + 1), attributes, children, text.toString());
  }
}
