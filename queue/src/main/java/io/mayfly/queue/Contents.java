package io.mayfly.queue;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of messages' contents may be in memory, and are. */
final class Contents {
  private final long limit;
  private final AtomicLong used = new AtomicLong();

  Contents(long limit) {
    this.limit = limit;
  }

  /** Takes room for so many bytes, if there is. */
  boolean take(long bytes) {
    if (used.addAndGet(bytes) <= limit) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }
}
