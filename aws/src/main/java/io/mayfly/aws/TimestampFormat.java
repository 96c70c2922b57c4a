package io.mayfly.aws;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * The three ways in which AWS writes a point in time (Smithy's {@code timestampFormat} trait).
 * Written to the millisecond, {@link #RFC822} to the second.
 */
public enum TimestampFormat {
  /** Seconds since 1970 as a decimal number: {@code 1440938160.123}. */
  UNIX("unixTimestamp"),
  /** {@code 2015-08-30T12:36:00.123Z}. */
  ISO8601("iso8601"),
  /** The format of HTTP's dates: {@code Sun, 30 Aug 2015 12:36:00 GMT}. */
  RFC822("rfc822");

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");
  private static final int LONGEST_TEXT = 64;

  private final String modelName;

  TimestampFormat(String modelName) {
    this.modelName = modelName;
  }

  /** The format that a model calls {@code name}. */
  static TimestampFormat named(String name) {
    for (TimestampFormat format : values()) {
      if (format.modelName.equals(name)) {
        return format;
      }
    }
    throw new IllegalArgumentException("the model names an unknown timestamp format: " + name);
  }

  /** Writes {@code instant} in this format. */
  public String write(Instant instant) {
    return switch (this) {
      case UNIX -> {
        BigDecimal seconds = BigDecimal.valueOf(instant.toEpochMilli(), 3);
        BigDecimal shortest = seconds.stripTrailingZeros();
        yield (shortest.scale() < 0 ? seconds.setScale(0, RoundingMode.UNNECESSARY) : shortest)
            .toPlainString();
      }
      case ISO8601 -> instant.truncatedTo(ChronoUnit.MILLIS).toString();
      case RFC822 -> HTTP_DATE.format(instant);
    };
  }

  /**
   * Reads a point in time written in this format.
   *
   * @throws DateTimeException if the text is not of this format or outside the years 0 to 9999
   */
  public Instant read(String text) {
    if (text.length() > LONGEST_TEXT) {
      throw new DateTimeException("a timestamp is at most " + LONGEST_TEXT + " characters long");
    }
    Instant instant =
        switch (this) {
          case UNIX -> readSeconds(text);
          case ISO8601 -> readDateTime(text);
          case RFC822 ->
              ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        };
    if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
      throw new DateTimeException("a timestamp lies in the years 0 to 9999");
    }
    return instant;
  }

  /** RFC 3339 in UTC: of ISO 8601's many forms the only one that Smithy's servers take. */
  private static Instant readDateTime(String text) {
    if (text.length() < "2015-08-30T12:36:00Z".length()
        || text.charAt(16) != ':'
        || !text.endsWith("Z")) {
      throw new DateTimeException("a timestamp has seconds and ends with Z");
    }
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
  }

  private static Instant readSeconds(String text) {
    try {
      BigDecimal seconds = new BigDecimal(text);
      // Bounded before it becomes an integer: 1e999999 would be one of a million digits.
      if (seconds.precision() - seconds.scale() > 13 || seconds.scale() > 1000) {
        throw new DateTimeException("a timestamp lies in the years 0 to 9999");
      }
      BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
      BigDecimal nanos = seconds.subtract(whole).movePointRight(9);
      return Instant.ofEpochSecond(
          whole.longValueExact(), nanos.setScale(0, RoundingMode.DOWN).longValueExact());
    } catch (ArithmeticException | NumberFormatException notSeconds) {
      throw new DateTimeException("not a number of seconds", notSeconds);
    }
  }
}
