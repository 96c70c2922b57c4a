package io.mayfly.dispatch;

import io.mayfly.sandbox.Instance;

/** An instance with its log, in the hands of the pool or of one call. */
final class PooledInstance {
  private final Instance instance;
  private final InstanceLog log;

  /** When the pool got it back; guarded by the pool's lock. */
  private long idleSince;

  /** Whether it has been frozen since; guarded by the pool's lock. */
  private boolean frozen;

  PooledInstance(Instance instance, InstanceLog log) {
    this.instance = instance;
    this.log = log;
  }

  Instance instance() {
    return instance;
  }

  InstanceLog log() {
    return log;
  }

  long idleSince() {
    return idleSince;
  }

  void idleSince(long nanoTime) {
    idleSince = nanoTime;
    frozen = false;
  }

  /** True the first time since the pool got it back. */
  boolean markFrozen() {
    boolean first = !frozen;
    frozen = true;
    return first;
  }

  void stop() {
    instance.stop();
  }
}
