package io.mayfly.dispatch;

import io.mayfly.sandbox.Instance;
import java.time.Duration;

/** An instance with its log, in the hands of the pool or of one call. */
final class PooledInstance {
  private final Instance instance;
  private final InstanceLog log;
  private final Duration initDuration;

  /** When the pool got it back; guarded by the pool's lock. */
  private long idleSince;

  PooledInstance(Instance instance, InstanceLog log, Duration initDuration) {
    this.instance = instance;
    this.log = log;
    this.initDuration = initDuration;
  }

  Instance instance() {
    return instance;
  }

  InstanceLog log() {
    return log;
  }

  Duration initDuration() {
    return initDuration;
  }

  long idleSince() {
    return idleSince;
  }

  void idleSince(long nanoTime) {
    idleSince = nanoTime;
  }

  void stop() {
    instance.stop();
    log.close();
  }
}
