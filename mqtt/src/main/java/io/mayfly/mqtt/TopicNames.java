package io.mayfly.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What names of topics and filters look like ("Topic Names and Topic Filters" in MQTT 3.1.1 and 5),
 * within AWS IoT Core's limits of length and depth.
 */
final class TopicNames {
  /** Bytes of UTF-8. */
  static final int MOST_BYTES = 256;

  /** So many levels are divided by one slash less. */
  static final int MOST_LEVELS = 8;

  static final String ANY_LEVEL = "+";
  static final String ALL_BELOW = "#";

  private TopicNames() {}

  /**
   * Whether devices may publish on a topic. Those that begin with a dollar sign are the server's,
   * and there is none.
   */
  static boolean isTopic(String text) {
    return isName(text)
        && !text.startsWith("$")
        && !text.contains(ANY_LEVEL)
        && !text.contains(ALL_BELOW);
  }

  /** Whether a text says which topics are meant. */
  static boolean isFilter(String text) {
    if (!isName(text)) {
      return false;
    }
    List<String> levels = levels(text);
    for (int i = 0; i < levels.size(); i++) {
      String level = levels.get(i);
      boolean wild = level.contains(ANY_LEVEL) || level.contains(ALL_BELOW);
      if (wild && level.length() > 1) {
        return false;
      }
      if (level.equals(ALL_BELOW) && i < levels.size() - 1) {
        return false;
      }
    }
    return true;
  }

  static List<String> levels(String text) {
    return List.of(text.split("/", -1));
  }

  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= MOST_BYTES
        && text.getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES
        && text.chars().noneMatch(Character::isISOControl)
        && text.chars().filter(each -> each == '/').count() < MOST_LEVELS;
  }
}
