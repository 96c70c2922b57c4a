package io.mayfly.server;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The machine's processors, or those of the container that the platform runs in. Safe for use by
 * many threads.
 */
final class Processors {
  /** From this share of their time on they count as busy. */
  private static final double BUSY = 0.8;

  /** Over how much time that is measured; so long is an answer good. */
  private static final Duration PERIOD = Duration.ofMillis(50);

  private final LongSupplier nanoTime;

  /** Takes some time to make, and is not needed for a start. */
  private @Nullable OperatingSystemMXBean system;

  private long measured;
  private boolean busy;

  Processors(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether they have had no time left since this was last asked. */
  synchronized boolean busy() {
    long now = nanoTime.getAsLong();
    OperatingSystemMXBean asked = system;
    if (asked == null) {
      asked = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      system = asked;
      // It tells what has been since it was last asked.
      var _ = asked.getCpuLoad();
      measured = now;
    } else if (now - measured >= PERIOD.toNanos()) {
      busy = asked.getCpuLoad() >= BUSY;
      measured = now;
    }
    return busy;
  }
}
