package io.mayfly.scheduler;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A tag on the wire. */
record Tag(String key, String value) {
  /** AWS's limit for each resource. */
  private static final int MOST = 50;

  /**
   * Tags by key.
   *
   * @throws io.mayfly.aws.AwsException if a key comes twice
   */
  static Map<String, String> map(List<Tag> tags) {
    Map<String, String> map = new TreeMap<>();
    for (Tag tag : tags) {
      if (map.put(tag.key(), tag.value()) != null) {
        throw SchedulerErrors.invalid("The tag key %s comes twice.".formatted(tag.key()));
      }
    }
    return map;
  }

  /**
   * Passes tags that a resource may have.
   *
   * @throws io.mayfly.aws.AwsException if there are too many, or one is AWS's own
   */
  static Map<String, String> checked(Map<String, String> tags) {
    if (tags.size() > MOST) {
      throw SchedulerErrors.tooMany("A schedule group can have %d tags.".formatted(MOST));
    }
    if (tags.keySet().stream().anyMatch(key -> key.startsWith("aws:"))) {
      throw SchedulerErrors.invalid("Tag keys that begin with aws: are reserved.");
    }
    return tags;
  }

  static List<Tag> list(Map<String, String> tags) {
    return new TreeMap<>(tags)
        .entrySet().stream().map(each -> new Tag(each.getKey(), each.getValue())).toList();
  }
}
