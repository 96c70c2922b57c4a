package io.mayfly.dispatch;

import io.mayfly.sandbox.Instance;
import java.util.OptionalLong;

/**
 * An instance with its log, in the hands of the pool and of as many calls as it takes at a time.
 * What the pool knows of it is guarded by the pool's lock.
 */
final class PooledInstance {
  private final Instance instance;
  private final InstanceLog log;
  private final int capacity;

  private int calls;
  private boolean leaving;

  /** Whether the pool counts it among those that serve. */
  private boolean counted;

  /** When its last call ended. */
  private long idleSince;

  /** Whether it was started before a call wanted it. */
  private final boolean ahead;

  /** When it was ready, if it was started ahead and no call has had it since. */
  private OptionalLong unusedSince = OptionalLong.empty();

  /** Whether it has been frozen since. */
  private boolean frozen;

  /**
   * @param capacity how many calls it takes at a time
   * @param ahead whether it is started before a call wants it
   */
  PooledInstance(Instance instance, InstanceLog log, int capacity, boolean ahead) {
    this.instance = instance;
    this.log = log;
    this.capacity = capacity;
    this.ahead = ahead;
  }

  Instance instance() {
    return instance;
  }

  InstanceLog log() {
    return log;
  }

  /** Whether a call that takes it as it is need not wait for another. */
  boolean hasRoom() {
    return calls < capacity && !leaving && instance.usable();
  }

  boolean idle() {
    return calls == 0;
  }

  /** Whether it takes no calls any more and goes when it has none. */
  boolean leaving() {
    return leaving;
  }

  void leave() {
    leaving = true;
  }

  /** Remembers whether the pool counts it among those that serve; true if it did before. */
  boolean counted(boolean now) {
    boolean before = counted;
    counted = now;
    return before;
  }

  void begin() {
    calls++;
  }

  void end() {
    calls--;
  }

  long idleSince() {
    return idleSince;
  }

  /** It is ready; nobody may have waited for it. */
  void ready(long nanoTime) {
    if (ahead && idle()) {
      unusedSince = OptionalLong.of(nanoTime);
    }
  }

  /** Whether it is idle, and a call had it, or had it started, since then. */
  boolean usedSince(long nanoTime) {
    boolean unused = unusedSince.isPresent() && unusedSince.getAsLong() == idleSince;
    return idle() && !unused && idleSince - nanoTime >= 0;
  }

  void idleSince(long nanoTime) {
    idleSince = nanoTime;
    frozen = false;
  }

  /** True the first time since it became idle. */
  boolean markFrozen() {
    boolean first = !frozen;
    frozen = true;
    return first;
  }

  void stop() {
    instance.stop();
  }

  /** For want of memory. */
  void stopAtOnce() {
    instance.stopAtOnce();
  }
}
