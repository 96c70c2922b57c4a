package io.mayfly.mqtt;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is meant by a topic: a tree of filters' levels, so that finding out takes as long as the
 * topic is deep (each level has two ways on at most), however many filters there are. Not safe for
 * use by many threads.
 *
 * @param <T> who
 */
final class TopicTree<T> {
  private static final class Node<T> {
    private final Map<String, Node<T>> below = new HashMap<>();
    private final Set<T> here = new LinkedHashSet<>();

    boolean empty() {
      return below.isEmpty() && here.isEmpty();
    }
  }

  private final Node<T> root = new Node<>();

  void add(String filter, T value) {
    Node<T> node = root;
    for (String level : TopicNames.levels(filter)) {
      node = node.below.computeIfAbsent(level, _ -> new Node<>());
    }
    node.here.add(value);
  }

  /** Takes one away, and what is of no use without it. */
  void remove(String filter, T value) {
    remove(root, TopicNames.levels(filter), value);
  }

  private static <T> void remove(Node<T> node, List<String> levels, T value) {
    if (levels.isEmpty()) {
      node.here.remove(value);
      return;
    }
    Optional<Node<T>> next = Optional.ofNullable(node.below.get(levels.getFirst()));
    next.ifPresent(
        found -> {
          remove(found, levels.subList(1, levels.size()), value);
          if (found.empty()) {
            node.below.remove(levels.getFirst());
          }
        });
  }

  /** All whose filters match a topic, each once. */
  Set<T> find(String topic) {
    Set<T> found = new LinkedHashSet<>();
    find(root, TopicNames.levels(topic), !topic.startsWith("$"), found);
    return found;
  }

  /**
   * Looks below a node.
   *
   * @param wild whether wildcards count here: none does for what stands in front of the first slash
   *     where that begins with a dollar sign
   */
  private static <T> void find(
      @Nullable Node<T> node, List<String> levels, boolean wild, Set<T> found) {
    if (node == null) {
      return;
    }
    Node<T> all = wild ? node.below.get(TopicNames.ALL_BELOW) : null;
    if (all != null) {
      // Also the level above it: a/# is a as well.
      found.addAll(all.here);
    }
    if (levels.isEmpty()) {
      found.addAll(node.here);
      return;
    }
    List<String> rest = levels.subList(1, levels.size());
    find(node.below.get(levels.getFirst()), rest, true, found);
    if (wild) {
      find(node.below.get(TopicNames.ANY_LEVEL), rest, true, found);
    }
  }

  boolean empty() {
    return root.empty();
  }
}
