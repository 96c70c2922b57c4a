package io.mayfly.mqtt;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * When to say again what may happen any number of times: once a second at most, so that no client
 * fills the log. Safe for use by many threads.
 */
final class Sparingly {
  private static final long PAUSE = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanos;
  private final AtomicLong next;

  Sparingly(LongSupplier nanos) {
    this.nanos = nanos;
    this.next = new AtomicLong(nanos.getAsLong());
  }

  boolean now() {
    long at = next.get();
    long time = nanos.getAsLong();
    return time - at >= 0 && next.compareAndSet(at, time + PAUSE);
  }
}
