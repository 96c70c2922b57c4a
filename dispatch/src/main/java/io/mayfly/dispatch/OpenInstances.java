package io.mayfly.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a pool that have room for a call, those that had one most lately first, so that
 * the others fall away; and how many serve at all. Guarded by the pool's lock.
 */
final class OpenInstances {
  private final Deque<PooledInstance> open = new ArrayDeque<>();
  private int serving;

  /** How many have started and are not going, with room or without. */
  int serving() {
    return serving;
  }

  /** Counts an instance among those that serve. */
  void count(PooledInstance instance) {
    instance.counted(true);
    serving++;
  }

  /** An instance serves no more; harmless when repeated. */
  void remove(PooledInstance instance) {
    uncount(instance);
    open.remove(instance);
  }

  private void uncount(PooledInstance instance) {
    if (instance.counted(false)) {
      serving--;
    }
  }

  /** Leaves an instance to the next calls. */
  void add(PooledInstance instance, long nanoTime) {
    if (instance.idle()) {
      instance.idleSince(nanoTime);
    }
    open.remove(instance);
    open.addFirst(instance);
  }

  /** Takes room in the instance that was used last, passing over those that have ended. */
  @Nullable PooledInstance takeNewest() {
    for (PooledInstance first = open.peekFirst(); first != null; first = open.peekFirst()) {
      if (first.hasRoom()) {
        take(first);
        return first;
      }
      open.removeFirst();
    }
    return null;
  }

  /** Takes room in an instance that has some. */
  void take(PooledInstance instance) {
    instance.begin();
    if (!instance.hasRoom()) {
      open.remove(instance);
    }
  }

  int idle() {
    return (int) open.stream().filter(PooledInstance::idle).count();
  }

  /** Those that are idle and that a call had since then. */
  List<PooledInstance> usedSince(long nanoTime) {
    return open.stream().filter(instance -> instance.usedSince(nanoTime)).toList();
  }

  /** Takes out all, and gives the idle ones; those that are busy go when their calls end. */
  List<PooledInstance> clear() {
    List<PooledInstance> idle = open.stream().filter(PooledInstance::idle).toList();
    open.clear();
    return idle;
  }

  /**
   * Takes out idle ones, the oldest first.
   *
   * @param most how many idle ones stay
   * @param least how many that serve stay, idle or not
   */
  List<PooledInstance> removeIdle(int most, int least) {
    List<PooledInstance> removed = new ArrayList<>();
    int idle = idle();
    Iterator<PooledInstance> oldest = open.descendingIterator();
    while (oldest.hasNext() && idle > most && serving > least) {
      PooledInstance instance = oldest.next();
      if (instance.idle()) {
        oldest.remove();
        uncount(instance);
        removed.add(instance);
        idle--;
      }
    }
    return removed;
  }

  /** Marks as frozen those that have been idle since then or longer, and gives the new ones. */
  List<PooledInstance> markFrozen(long nanoTime) {
    return open.stream()
        .filter(PooledInstance::idle)
        .filter(instance -> instance.idleSince() - nanoTime <= 0)
        .filter(PooledInstance::markFrozen)
        .toList();
  }
}
