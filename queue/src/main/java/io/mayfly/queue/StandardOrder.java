package io.mayfly.queue;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The oldest message that is ready comes first. */
final class StandardOrder implements Order {
  private final TreeSet<Message> ready =
      new TreeSet<>(Comparator.comparingLong((Message message) -> message.sequence));

  @Override
  public void arrive(Message message) {
    if (message.state == Message.State.READY) {
      ready.add(message);
    }
  }

  @Override
  public void awake(Message message) {
    ready.add(message);
  }

  @Override
  public @Nullable Message poll(long last) {
    return ready.pollFirst();
  }

  @Override
  public void passGroup() {}

  @Override
  public void endBatch() {}

  @Override
  public void giveBack(Message message) {
    ready.add(message);
  }

  @Override
  public void letGo(Message message) {}

  @Override
  public void take(Message message) {
    ready.remove(message);
  }

  @Override
  public boolean hasReady(long last) {
    return !ready.isEmpty();
  }

  @Override
  public int ready() {
    return ready.size();
  }
}
