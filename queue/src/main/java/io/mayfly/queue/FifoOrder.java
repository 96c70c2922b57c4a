package io.mayfly.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one group come in the order in which they were sent, and none of them while others of
 * the group are taken. Of the groups the one comes first whose first message is the oldest; a batch
 * takes as many of one group as it can before it turns to the next.
 */
final class FifoOrder implements Order {
  private static final Comparator<Message> BY_SEQUENCE =
      Comparator.comparingLong(message -> message.sequence);

  private static final class Group {
    final TreeSet<Message> waiting = new TreeSet<>(BY_SEQUENCE);
    int taken;
  }

  private final Map<String, Group> groups = new HashMap<>();

  /** The first messages of groups that have none taken and do not wait for a delay. */
  private final TreeSet<Message> heads = new TreeSet<>(BY_SEQUENCE);

  /** Groups of which the batch has taken some. */
  private final List<Group> batch = new ArrayList<>();

  /** The group that the batch takes from. */
  private @Nullable Group current;

  private int ready;

  @Override
  public void arrive(Message message) {
    Group group = groups.computeIfAbsent(name(message), _ -> new Group());
    hide(group);
    group.waiting.add(message);
    ready++;
    show(group);
  }

  @Override
  public void awake(Message message) {
    show(group(message));
  }

  @Override
  public @Nullable Message poll(long last) {
    Group group = current;
    if (group == null || !open(group, last)) {
      Message head = heads.isEmpty() ? null : heads.first();
      if (head == null || head.sequence > last) {
        return null;
      }
      group = group(head);
      heads.remove(head);
      batch.add(group);
      current = group;
    }
    Message message = group.waiting.removeFirst();
    group.taken++;
    ready--;
    return message;
  }

  private static boolean open(Group group, long last) {
    return !group.waiting.isEmpty()
        && group.waiting.first().state == Message.State.READY
        && group.waiting.first().sequence <= last;
  }

  @Override
  public void passGroup() {
    current = null;
  }

  @Override
  public void endBatch() {
    current = null;
    batch.clear();
  }

  @Override
  public void giveBack(Message message) {
    Group group = group(message);
    group.taken--;
    group.waiting.add(message);
    ready++;
    show(group);
  }

  @Override
  public void letGo(Message message) {
    Group group = group(message);
    group.taken--;
    if (group.taken == 0 && group.waiting.isEmpty()) {
      groups.remove(name(message));
    } else {
      show(group);
    }
  }

  @Override
  public void take(Message message) {
    Group group = groups.computeIfAbsent(name(message), _ -> new Group());
    hide(group);
    if (group.waiting.remove(message)) {
      ready--;
    }
    group.taken++;
  }

  @Override
  public boolean hasReady(long last) {
    return !heads.isEmpty() && heads.first().sequence <= last;
  }

  @Override
  public int ready() {
    return ready;
  }

  private void hide(Group group) {
    if (!group.waiting.isEmpty()) {
      heads.remove(group.waiting.first());
    }
  }

  private void show(Group group) {
    if (group.taken == 0
        && !group.waiting.isEmpty()
        && group.waiting.first().state == Message.State.READY) {
      heads.add(group.waiting.first());
    }
  }

  private Group group(Message message) {
    Group group = groups.get(name(message));
    if (group == null) {
      throw new IllegalStateException("message " + message.sequence + " is of no group");
    }
    return group;
  }

  private static String name(Message message) {
    return message.group == null ? "" : message.group;
  }
}
