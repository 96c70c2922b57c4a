package io.mayfly.sqs;

import java.util.Locale;
import java.util.Map;

/** What tags may be ("Amazon SQS cost allocation tags"). */
final class Tags {
  private static final int MOST = 50;
  private static final int LONGEST_KEY = 128;
  private static final int LONGEST_VALUE = 256;

  private Tags() {}

  /** Passes if a queue may have these tags, all together. */
  static Map<String, String> checked(Map<String, String> tags) {
    if (tags.size() > MOST) {
      throw SqsErrors.invalid("Too many tags added for queue: at most %d.".formatted(MOST));
    }
    tags.forEach(
        (key, value) -> {
          if (key.isEmpty() || key.length() > LONGEST_KEY) {
            throw SqsErrors.invalid("Tag keys must be between 1 and 128 characters in length.");
          }
          if (value.length() > LONGEST_VALUE) {
            throw SqsErrors.invalid("Tag values must be between 0 and 256 characters in length.");
          }
          if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
            throw SqsErrors.invalid("Tag keys beginning with aws: are reserved.");
          }
        });
    return tags;
  }
}
