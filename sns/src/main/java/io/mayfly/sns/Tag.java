package io.mayfly.sns;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One tag, as it travels. */
record Tag(String key, String value) {
  private static final int MOST = 50;

  /** Tags by key, in their order; each key once. */
  static Map<String, String> map(List<Tag> tags) {
    Map<String, String> map = new LinkedHashMap<>();
    for (Tag tag : tags) {
      if (tag.key().toLowerCase(Locale.ROOT).startsWith("aws:")) {
        throw SnsErrors.invalid("Tags", "keys that begin with aws: are reserved");
      }
      if (map.put(tag.key(), tag.value()) != null) {
        throw SnsErrors.invalid("Duplicated keys are not allowed.");
      }
    }
    return checked(map);
  }

  /** Passes if a topic may have these, all together. */
  static Map<String, String> checked(Map<String, String> tags) {
    if (tags.size() > MOST) {
      throw SnsErrors.tags("Could not complete request: tag quota of per resource exceeded");
    }
    return tags;
  }

  static List<Tag> list(Map<String, String> tags) {
    return tags.entrySet().stream().map(each -> new Tag(each.getKey(), each.getValue())).toList();
  }
}
