package io.mayfly.triggers;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One field of a cron expression: which values it can have, and how a text that lists some is read:
 * {@code *}, a value, a range, any of them with a step, several with commas between them. A range
 * whose end comes before its start goes over the end of the field, as {@code FRI-MON} does.
 *
 * @param least the least value
 * @param most the greatest
 * @param names for the values from the least on, if it has names
 */
record CronField(String name, int least, int most, List<String> names) {
  private static final Pattern ITEM =
      Pattern.compile("(?:(\\*)|([0-9A-Z]+)(?:-([0-9A-Z]+))?)(?:/([0-9]{1,4}))?");

  CronField(String name, int least, int most) {
    this(name, least, most, List.of());
  }

  boolean outside(int value) {
    return value < least || value > most;
  }

  /**
   * The values that a text lists.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  BitSet values(String text) {
    BitSet values = new BitSet(most + 1);
    for (String item : text.split(",", -1)) {
      add(item.toUpperCase(Locale.ROOT), values);
    }
    return values;
  }

  private void add(String item, BitSet values) {
    Matcher form = ITEM.matcher(item);
    if (!form.matches()) {
      throw wrong(item);
    }
    int step = form.group(4) == null ? 1 : Integer.parseInt(form.group(4));
    if (step == 0) {
      throw wrong(item);
    }
    int from = form.group(1) == null ? value(form.group(2)) : least;
    int to = from;
    if (form.group(3) != null) {
      to = value(form.group(3));
    } else if (form.group(1) != null || form.group(4) != null) {
      to = most;
    }
    int end = to >= from ? to : to + most - least + 1;
    for (int value = from; value <= end; value += step) {
      values.set(value > most ? value - (most - least + 1) : value);
    }
  }

  /**
   * A value by its number or name.
   *
   * @throws IllegalArgumentException if it has no such value
   */
  int value(String text) {
    int named = names.indexOf(text);
    if (named >= 0) {
      return least + named;
    }
    if (!text.matches("[0-9]{1,4}")) {
      throw wrong(text);
    }
    int value = Integer.parseInt(text);
    if (outside(value)) {
      throw wrong(text);
    }
    return value;
  }

  IllegalArgumentException wrong(String item) {
    return new IllegalArgumentException(
        "'%s' is nothing that %s can be, which is from %d to %d"
            .formatted(item.length() > 40 ? item.substring(0, 40) : item, name, least, most));
  }
}
