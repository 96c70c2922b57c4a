package io.mayfly.aws;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A structure's member, a list's element, or a map's key or value: a shape in a place. The shape is
 * looked up on first use, because shapes may contain themselves. Safe for use by many threads.
 */
public final class Member {
  /** Where in an HTTP message a member travels. */
  public enum Location {
    BODY,
    URI,
    QUERY,
    HEADER,
    /** All headers with a common prefix, as a map. */
    HEADERS,
    STATUS_CODE
  }

  private final ServiceModel model;
  private final String shapeName;
  private final String name;
  private final Traits traits;
  // The model hands out one object per shape name, so a race writes the same value twice.
  private volatile @Nullable Shape shape;

  /**
   * What a model says of a member beside its shape.
   *
   * @param wireName the name on the wire, where it is not the member's name
   */
  record Traits(
      Optional<String> wireName,
      Location location,
      boolean required,
      boolean flattened,
      boolean xmlAttribute,
      boolean json,
      Optional<TimestampFormat> timestampFormat,
      Optional<XmlNamespace> xmlNamespace) {}

  Member(ServiceModel model, String name, String shapeName, Traits traits) {
    this.model = model;
    this.name = name;
    this.shapeName = shapeName;
    this.traits = traits;
  }

  /** The member's name in the model: {@code FunctionName}. */
  public String name() {
    return name;
  }

  /** The member's name with a small first letter, as AWS's validation errors spell it. */
  public String lowerName() {
    return Names.lowerFirst(name);
  }

  /** The name on the wire: in the body, the query string or the headers. */
  public String wireName() {
    return traits.wireName().orElse(name);
  }

  /** The name on the wire, where the model sets one that may differ from the member's name. */
  public Optional<String> explicitWireName() {
    return traits.wireName();
  }

  /** Where the member travels. */
  public Location location() {
    return traits.location();
  }

  /** Whether it travels in the body of a response, which has neither path nor query string. */
  public boolean isInResponseBody() {
    return switch (traits.location()) {
      case BODY, URI, QUERY -> true;
      case HEADER, HEADERS, STATUS_CODE -> false;
    };
  }

  /** Whether a request without it is invalid. */
  public boolean required() {
    return traits.required();
  }

  /** Whether a list or map stands without a wrapping element here. */
  public boolean flattened() {
    return traits.flattened()
        || switch (shape()) {
          case Shape.ListShape list -> list.flattened();
          case Shape.MapShape map -> map.flattened();
          case Shape.Structure _,
              Shape.StringShape _,
              Shape.Blob _,
              Shape.NumberShape _,
              Shape.BooleanShape _,
              Shape.Timestamp _,
              Shape.Document _ ->
              false;
        };
  }

  /** Whether the value is an attribute of its structure's XML element. */
  public boolean xmlAttribute() {
    return traits.xmlAttribute();
  }

  /** Whether the text is JSON, which stands in base64 where it travels in a header. */
  public boolean json() {
    return traits.json();
  }

  /** The namespace that the value's XML element declares. */
  Optional<XmlNamespace> xmlNamespace() {
    if (traits.xmlNamespace().isPresent()) {
      return traits.xmlNamespace();
    }
    // A namespace without a prefix is that of a document whose root the structure is.
    return shape() instanceof Shape.Structure structure
        ? structure.xmlNamespace().filter(namespace -> !namespace.prefix().isEmpty())
        : Optional.empty();
  }

  /** The timestamp format of this place: the member's, else its shape's, else {@code fallback}. */
  public TimestampFormat timestampFormat(TimestampFormat fallback) {
    if (traits.timestampFormat().isPresent()) {
      return traits.timestampFormat().get();
    }
    return shape() instanceof Shape.Timestamp timestamp
        ? timestamp.format().orElse(fallback)
        : fallback;
  }

  /** The shape of the value. */
  public Shape shape() {
    Shape known = shape;
    if (known == null) {
      known = model.shape(shapeName);
      shape = known;
    }
    return known;
  }

  @Override
  public String toString() {
    return name + ": " + shapeName;
  }
}
