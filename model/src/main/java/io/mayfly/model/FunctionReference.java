package io.mayfly.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a caller may put where the Lambda API says {@code FunctionName}: a name, a partial ARN
 * ({@code 123456789012:function:name}) or a full ARN, each with an optional qualifier.
 *
 * @param account the account the caller named, if any
 * @param region the region the caller named, if any
 * @param qualifier a version, an alias or {@code $LATEST}, if any
 */
public record FunctionReference(
    FunctionName name,
    Optional<String> account,
    Optional<String> region,
    Optional<String> qualifier) {
  /** The {@code FunctionName} pattern of the Lambda API reference, with its parts named. */
  private static final Pattern PATTERN =
      Pattern.compile(
          "(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?<region>[a-z]{2}(?:-[a-z]+)+-\\d):)?"
              + "(?:(?<account>\\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9-_]{1,64})"
              + "(?::(?<qualifier>\\$LATEST|[a-zA-Z0-9-_]+))?");

  /** The longest reference that is looked at, as in the API reference. */
  public static final int MAX_LENGTH = 170;

  /** Parses a reference; empty when it is none. */
  public static Optional<FunctionReference> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher matcher = PATTERN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new FunctionReference(
            new FunctionName(matcher.group("name")),
            Optional.ofNullable(matcher.group("account")),
            Optional.ofNullable(matcher.group("region")),
            Optional.ofNullable(matcher.group("qualifier"))));
  }
}
