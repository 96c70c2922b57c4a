package io.mayfly.logs;

import io.mayfly.aws.AwsException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to go on in a log: from a position forward, or backward from what stands before it. Looks
 * as CloudWatch's own tokens do.
 */
record Token(boolean forward, long position) {
  private static final Pattern FORM = Pattern.compile("([fb])/0{37}([0-9]{19})/s");

  /**
   * Reads a token.
   *
   * @throws AwsException if it is none
   */
  static Optional<Token> parse(Optional<String> text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(text.get());
    if (!form.matches()) {
      throw invalid();
    }
    try {
      return Optional.of(new Token(form.group(1).equals("f"), Long.parseLong(form.group(2))));
    } catch (NumberFormatException e) {
      throw invalid();
    }
  }

  static AwsException invalid() {
    return Errors.invalidParameter("The specified nextToken is invalid.");
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s/%056d/s", forward ? "f" : "b", position);
  }
}
