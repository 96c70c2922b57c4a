package io.mayfly.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which filters a topic matches: the examples of MQTT's specification, and a slow way beside it.
 */
class TestTopicTree {
  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#, sport/tennis/player1, true",
    "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
    "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
    "sport/#, sport, true",
    "sport/tennis/+, sport/tennis/player1, true",
    "sport/tennis/+, sport/tennis/player1/ranking, false",
    "sport/+, sport, false",
    "sport/+, sport/, true",
    "+/+, /finance, true",
    "/+, /finance, true",
    "+, /finance, false",
    "#, $SYS/uptime, false",
    "+/uptime, $SYS/uptime, false",
    "$SYS/#, $SYS/uptime, true",
    "$SYS/monitor/+, $SYS/monitor/clients, true",
    "a, A, false"
  })
  void filtersMatchAsTheSpecificationSays(String filter, String topic, boolean matches) {
    TopicTree<String> tree = new TopicTree<>();
    tree.add(filter, "x");
    assertThat(tree.find(topic)).hasSize(matches ? 1 : 0);
    tree.remove(filter, "x");
    assertThat(tree.find(topic)).isEmpty();
    assertThat(tree.empty()).isTrue();
  }

  @Test
  void manyFiltersAreFoundAsOneByOne() {
    Random random = new Random(11);
    TopicTree<String> tree = new TopicTree<>();
    List<String> filters = new ArrayList<>();
    for (int step = 0; step < 3_000; step++) {
      if (random.nextInt(3) == 0 && !filters.isEmpty()) {
        String filter = filters.remove(random.nextInt(filters.size()));
        tree.remove(filter, filter);
        filters.removeIf(filter::equals);
      } else {
        String filter = filter(random);
        tree.add(filter, filter);
        filters.add(filter);
      }
      String topic = topic(random);
      Set<String> slowly = new HashSet<>();
      filters.stream().filter(each -> matches(each, topic)).forEach(slowly::add);
      assertThat(tree.find(topic)).as(topic).isEqualTo(slowly);
    }
  }

  private static String filter(Random random) {
    String filter = topic(random);
    if (random.nextBoolean()) {
      filter = filter.replaceFirst("[a-c]", "+");
    }
    return random.nextInt(4) == 0 ? filter + "/#" : filter;
  }

  private static String topic(Random random) {
    StringBuilder topic = new StringBuilder();
    int levels = 1 + random.nextInt(4);
    for (int i = 0; i < levels; i++) {
      topic.append(i == 0 ? "" : "/").append((char) ('a' + random.nextInt(3)));
    }
    return topic.toString();
  }

  private static boolean matches(String filter, String topic) {
    String[] wanted = filter.split("/", -1);
    String[] levels = topic.split("/", -1);
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].equals("#")) {
        return true;
      }
      if (i >= levels.length || !(wanted[i].equals("+") || wanted[i].equals(levels[i]))) {
        return false;
      }
    }
    return wanted.length == levels.length;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a#", "#/a", "a/#/b", "a+", "+a/b", "a\0b", "a\nb", "1/2/3/4/5/6/7/8/9"})
  void whatIsNoFilterIsTold(String text) {
    assertThat(TopicNames.isFilter(text)).isFalse();
    assertThat(TopicNames.isTopic(text)).isFalse();
  }

  @Test
  void lengthAndDepthAreThoseOfAwsIot() {
    assertThat(TopicNames.isTopic("1/2/3/4/5/6/7/8")).isTrue();
    assertThat(TopicNames.isTopic("x".repeat(256))).isTrue();
    assertThat(TopicNames.isTopic("x".repeat(257))).isFalse();
    assertThat(TopicNames.isTopic("ü".repeat(129))).isFalse();
    assertThat(TopicNames.isTopic("a/+")).isFalse();
    assertThat(TopicNames.isTopic("$SYS/a")).isFalse();
  }
}
