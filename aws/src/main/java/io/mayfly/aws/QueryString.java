package io.mayfly.aws;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The decoded pairs of a query string or form, in order; keys may repeat. */
final class QueryString {
  private static final int MOST_PAIRS = 100_000;

  private final Map<String, List<String>> values;

  private QueryString(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * Decodes {@code raw}.
   *
   * @throws AwsException if the encoding is broken
   */
  static QueryString parse(String raw) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    int pairs = 0;
    for (int start = 0; start < raw.length(); ) {
      int end = raw.indexOf('&', start);
      end = end < 0 ? raw.length() : end;
      if (end > start) {
        if (++pairs > MOST_PAIRS) {
          throw AwsException.serialization("more than " + MOST_PAIRS + " parameters");
        }
        int equals = raw.indexOf('=', start);
        boolean hasValue = equals >= 0 && equals < end;
        String key = Percent.decodeForm(raw.substring(start, hasValue ? equals : end));
        String value = hasValue ? Percent.decodeForm(raw.substring(equals + 1, end)) : "";
        values.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(value);
      }
      start = end + 1;
    }
    return new QueryString(values);
  }

  Optional<String> first(String key) {
    return all(key).stream().findFirst();
  }

  List<String> all(String key) {
    return values.getOrDefault(key, List.of());
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  Set<String> keys() {
    return values.keySet();
  }
}
