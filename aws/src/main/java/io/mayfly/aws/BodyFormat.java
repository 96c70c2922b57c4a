package io.mayfly.aws;

import java.util.Map;
import java.util.Optional;

/** How structures stand in the body of a message. Implementations hold no state. */
sealed interface BodyFormat permits JsonBody, XmlBody {
  /**
   * The root of a document.
   *
   * @param name the root element's name
   * @param namespace its namespace
   */
  record Root(String name, Optional<XmlNamespace> namespace) {}

  /** The media type of the body. */
  String contentType();

  /**
   * The members of {@code shape} that travel in the body; an empty body holds none.
   *
   * @param root the name that the root must have, where the format knows names of roots
   * @throws AwsException if the body is malformed or holds what the shape has not
   */
  Map<String, Object> read(byte[] body, Shape.Structure shape, Optional<String> root);

  /** The body for those members of {@code values} that travel in the body. */
  byte[] write(Map<String, Object> values, Shape.Structure shape, Root root);
}
