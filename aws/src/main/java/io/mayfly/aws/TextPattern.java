package io.mayfly.aws;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression that a value must match as a whole, compiled on first use. Matching a
 * hostile value ends after a bounded number of steps. Safe for use by many threads.
 */
public final class TextPattern {
  // A pattern that needs more looks at its input than this is matching in exponential time; at some
  // hundred million looks a second that is a few milliseconds.
  private static final int LOOKS_PER_CHARACTER = 200;
  private static final int LOOKS_AT_LEAST = 100_000;

  private final String source;
  // Compiling twice in a race gives two equal patterns; either may win.
  private volatile @Nullable Pattern compiled;

  public TextPattern(String source) {
    this.source = source;
  }

  /** The expression as the model spells it. */
  public String source() {
    return source;
  }

  /**
   * Whether the whole of {@code value} matches; false too where finding out would take too long.
   */
  public boolean matches(String value) {
    try {
      long budget = Math.max(LOOKS_AT_LEAST, (long) value.length() * LOOKS_PER_CHARACTER);
      return pattern()
          .matcher(new BoundedText(value, 0, value.length(), new long[] {budget}))
          .matches();
    } catch (TooManyLooks tooLong) {
      return false;
    } catch (StackOverflowError tooDeep) {
      // java.util.regex recurses once per repetition of a group; the stack is whole again here.
      return false;
    }
  }

  Pattern pattern() {
    Pattern pattern = compiled;
    if (pattern == null) {
      pattern = Pattern.compile(source);
      compiled = pattern;
    }
    return pattern;
  }

  @Override
  public String toString() {
    return source;
  }

  /** Counts how often the matcher looks at a character, and stops it. */
  private record BoundedText(String text, int start, int end, long[] budget)
      implements CharSequence {
    @Override
    public int length() {
      return end - start;
    }

    @Override
    public char charAt(int index) {
      if (--budget[0] < 0) {
        throw new TooManyLooks();
      }
      return text.charAt(start + index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return new BoundedText(text, start + from, start + to, budget);
    }

    @Override
    public String toString() {
      return text.substring(start, end);
    }
  }

  private static final class TooManyLooks extends RuntimeException {
    TooManyLooks() {
      super("the value takes too long to match", null, false, false);
    }
  }
}
