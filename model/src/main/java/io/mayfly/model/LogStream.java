package io.mayfly.model;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where one instance's output goes within its function's log, named as Lambda names it: {@code
 * 2026/11/27/[$LATEST]0123456789abcdef0123456789abcdef}.
 *
 * @param day when the instance was started, in UTC; of the years 0 to 9999
 * @param version of the function: {@code $LATEST} or a number
 * @param instance which instance it is
 */
public record LogStream(LocalDate day, String version, UUID instance) {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu/MM/dd").withResolverStyle(ResolverStyle.STRICT);

  private static final Pattern NAME =
      Pattern.compile(
          "([0-9]{4}/[0-9]{2}/[0-9]{2})/\\[(\\$LATEST|[1-9][0-9]{0,17})]([0-9a-f]{16})([0-9a-f]{16})");

  public LogStream {
    if (day.getYear() < 0 || day.getYear() > 9999 || !FunctionVersion.isVersion(version)) {
      throw new IllegalArgumentException("not a log stream: " + day + " of version " + version);
    }
  }

  /** The stream of that name; empty if no stream can be called so. */
  public static Optional<LogStream> named(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LogStream(
              LocalDate.parse(parts.group(1), DAY),
              parts.group(2),
              new UUID(
                  Long.parseUnsignedLong(parts.group(3), 16),
                  Long.parseUnsignedLong(parts.group(4), 16))));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The name as Lambda writes it. */
  public String name() {
    return "%s/[%s]%s".formatted(DAY.format(day), version, instance.toString().replace("-", ""));
  }

  @Override
  public String toString() {
    return name();
  }
}
