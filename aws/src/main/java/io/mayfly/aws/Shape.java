package io.mayfly.aws;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The type of a value on the wire, with its constraints, as a service model defines it.
 *
 * <p>A value of a shape is a plain Java object, and the whole engine speaks of values in this way:
 * a structure is a {@code Map<String, Object>} by member name that lacks what is absent, a list a
 * {@code List<Object>}, a map a {@code Map<String, Object>}, a string a {@code String}, a blob a
 * {@code byte[]}, a number a {@code Byte}, {@code Short}, {@code Integer}, {@code Long}, {@code
 * Float} or {@code Double}, a boolean a {@code Boolean}, a timestamp an {@code Instant}, a document
 * any of these but the last ({@code BigInteger} and {@code BigDecimal} for its numbers). There are
 * no nulls but within documents.
 */
public sealed interface Shape {
  /** The shape's name in its model. */
  String name();

  /**
   * Named members.
   *
   * @param members in the model's order, by member name
   * @param payload the member that is the whole HTTP body, if one is
   * @param error what a client sees of it, if this is an exception
   * @param union whether exactly one member is set
   * @param xmlName the name of its element where it is the root of a document
   * @param xmlNamespace the namespace of such a document
   */
  record Structure(
      String name,
      Map<String, Member> members,
      Optional<String> payload,
      Optional<ErrorTrait> error,
      boolean union,
      Optional<String> xmlName,
      Optional<XmlNamespace> xmlNamespace)
      implements Shape {
    /**
     * Passes if the values are no union's, or exactly one.
     *
     * @throws AwsException if a union has none of its members, or several
     */
    void checkUnion(Map<String, Object> values) {
      if (union && values.size() != 1) {
        throw AwsException.notOneMember(this);
      }
    }
  }

  /**
   * A sequence of one shape.
   *
   * @param flattened whether it has no wrapping element in XML and query
   * @param sparse whether elements may be missing; each is then an {@code Optional}
   */
  record ListShape(String name, Member element, Bounds size, boolean flattened, boolean sparse)
      implements Shape {}

  /**
   * Text keys to one shape.
   *
   * @param flattened whether it has no wrapping element in XML and query
   * @param sparse whether values may be missing; each is then an {@code Optional}
   */
  record MapShape(
      String name, Member key, Member value, Bounds size, boolean flattened, boolean sparse)
      implements Shape {}

  /**
   * Text.
   *
   * @param length in code points
   * @param enumeration the only values allowed; empty: any
   * @param sensitive whether the value must never be shown, for example in an error
   */
  record StringShape(
      String name,
      Bounds length,
      Optional<TextPattern> pattern,
      Set<String> enumeration,
      boolean sensitive)
      implements Shape {}

  /** Bytes; {@code length} counts them. */
  record Blob(String name, Bounds length, boolean streaming) implements Shape {}

  /** A number; {@code range} limits its value. */
  record NumberShape(String name, NumberKind kind, Bounds range) implements Shape {}

  /** True or false. */
  record BooleanShape(String name) implements Shape {}

  /** JSON of any kind. */
  record Document(String name) implements Shape {}

  /** A point in time; without a format the protocol's default for the place applies. */
  record Timestamp(String name, Optional<TimestampFormat> format) implements Shape {}

  /** The Java type of a number. */
  enum NumberKind {
    BYTE,
    SHORT,
    INTEGER,
    LONG,
    FLOAT,
    DOUBLE
  }

  /**
   * How an exception appears to a client.
   *
   * @param code the code on the wire
   * @param status the HTTP status, 0 where the model leaves it to the protocol
   * @param senderFault whether the caller is to blame
   */
  record ErrorTrait(String code, int status, boolean senderFault) {}
}
