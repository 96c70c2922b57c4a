package io.mayfly.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one queue that are in memory: every one that is leased, delayed or leaving, and
 * of those that are ready the first, up to the {@link #horizon}. Guarded by its queue's lock.
 */
final class Window {
  private final Order order;
  private final Map<Long, Message> messages = new HashMap<>();
  private final TreeSet<Message> deadlines =
      new TreeSet<>(
          Comparator.comparingLong((Message message) -> message.visibleAt)
              .thenComparingLong(message -> message.sequence));
  private int inFlight;
  private int delayed;

  /** Whether a message may have become ready. */
  private boolean news;

  /** Up to which sequence number every message is in memory. */
  long horizon;

  /** How many messages the queue has, in memory or not. */
  long total;

  Window(boolean fifo, long total) {
    this.order = fifo ? new FifoOrder() : new StandardOrder();
    this.total = total;
  }

  /** Whether there are messages on the disk that are not in memory. */
  boolean more() {
    return total > messages.size();
  }

  int size() {
    return messages.size();
  }

  int inFlight() {
    return inFlight;
  }

  int delayed() {
    return delayed;
  }

  /** About how many are ready in memory. */
  int ready() {
    return order.ready();
  }

  boolean hasReady() {
    return order.hasReady(last());
  }

  /** While messages wait on the disk, none behind them may come before them in its group. */
  private long last() {
    return more() ? horizon : Long.MAX_VALUE;
  }

  /** Whether a message may have become ready since this was asked last. */
  boolean news() {
    boolean last = news;
    news = false;
    return last;
  }

  @Nullable Message find(long sequence) {
    return messages.get(sequence);
  }

  /** Adds one, in the state that it says. */
  void add(Message message) {
    messages.put(message.sequence, message);
    news = true;
    switch (message.state) {
      case READY -> order.arrive(message);
      case DELAYED -> {
        delayed++;
        deadlines.add(message);
        order.arrive(message);
      }
      case LEASED -> {
        inFlight++;
        deadlines.add(message);
        order.take(message);
      }
      case LEAVING, GONE -> throw new IllegalArgumentException(message.state.toString());
    }
  }

  /** The first message that may be leased; it counts as in flight, and {@link #lease} says how. */
  @Nullable Message poll() {
    Message message = order.poll(last());
    if (message != null) {
      inFlight++;
      message.state = Message.State.LEAVING;
    }
    return message;
  }

  void passGroup() {
    order.passGroup();
  }

  void endBatch() {
    order.endBatch();
  }

  /** Leases a message that is in flight, until a time. */
  void lease(Message message, long until) {
    deadlines.remove(message);
    message.visibleAt = until;
    message.state = Message.State.LEASED;
    deadlines.add(message);
  }

  /** A message is about to be taken out of the queue. */
  void leave(Message message) {
    switch (message.state) {
      case LEASED -> deadlines.remove(message);
      case READY -> {
        order.take(message);
        inFlight++;
      }
      case DELAYED -> {
        deadlines.remove(message);
        delayed--;
        order.take(message);
        inFlight++;
      }
      case LEAVING, GONE -> {}
    }
    message.state = Message.State.LEAVING;
  }

  /** A message that was leaving stays, leased until a time. */
  void stay(Message message, long until) {
    if (message.state == Message.State.LEAVING) {
      lease(message, until);
    }
  }

  /** A message is out of the queue. */
  void remove(Message message) {
    if (message.state == Message.State.GONE) {
      return;
    }
    leave(message);
    message.state = Message.State.GONE;
    inFlight--;
    messages.remove(message.sequence);
    order.letGo(message);
    // Its group may go on, or the limit of what may be in flight allows more.
    news = true;
  }

  /** Makes ready what is leased or delayed no longer. */
  void expire(long now) {
    while (!deadlines.isEmpty() && deadlines.first().visibleAt <= now) {
      Message message = deadlines.removeFirst();
      news = true;
      if (message.state == Message.State.DELAYED) {
        delayed--;
        message.state = Message.State.READY;
        order.awake(message);
      } else {
        inFlight--;
        message.state = Message.State.READY;
        order.giveBack(message);
      }
    }
  }

  long nextDeadline() {
    return deadlines.isEmpty() ? Timers.NEVER : deadlines.first().visibleAt;
  }

  /** Every message in memory. */
  List<Message> all() {
    return new ArrayList<>(messages.values());
  }
}
