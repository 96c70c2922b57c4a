package io.mayfly.aws;

import java.util.Map;
import java.util.Optional;

/** Structures as XML elements. */
final class XmlBody implements BodyFormat {
  @Override
  public String contentType() {
    return "application/xml";
  }

  @Override
  public Map<String, Object> read(byte[] body, Shape.Structure shape, Optional<String> root) {
    throw AwsException.unsupported("XML");
  }

  @Override
  public byte[] write(Map<String, Object> values, Shape.Structure shape, Root root) {
    throw AwsException.unsupported("XML");
  }
}
