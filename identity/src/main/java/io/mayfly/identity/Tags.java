package io.mayfly.identity;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Tags, as IAM bounds them. */
final class Tags {
  private static final int MOST = 50;

  /** The API's {@code Tag} shape. */
  record Tag(String key, String value) {}

  private Tags() {}

  static Map<String, String> map(List<Tag> tags) {
    Map<String, String> map = new TreeMap<>();
    for (Tag tag : tags) {
      if (map.put(tag.key(), tag.value()) != null) {
        throw IdentityErrors.invalid(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
    }
    return map;
  }

  static List<Tag> list(Map<String, String> tags) {
    return new TreeMap<>(tags)
        .entrySet().stream().map(tag -> new Tag(tag.getKey(), tag.getValue())).toList();
  }

  static Map<String, String> checked(Map<String, String> tags) {
    if (tags.size() > MOST) {
      throw IdentityErrors.limit(
          "Failed to create/update tags. The maximum number of tags is " + MOST + ".");
    }
    for (String key : tags.keySet()) {
      if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
        throw IdentityErrors.invalid("System tags cannot be added: keys must not begin with aws:");
      }
    }
    return tags;
  }
}
