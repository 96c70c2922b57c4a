package io.mayfly.queue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A receiver that waits. */
final class Waiter {
  final int max;
  final Duration visibility;
  private final Thread thread = Thread.currentThread();
  private volatile @Nullable List<Lease> given;

  Waiter(int max, Duration visibility) {
    this.max = max;
    this.visibility = visibility;
  }

  /** Ends the waiting. */
  void give(List<Lease> leases) {
    given = leases;
    LockSupport.unpark(thread);
  }

  /** Waits for {@link #give}, a time or an interrupt. */
  void await(Duration wait) {
    long end = System.nanoTime() + wait.toNanos();
    for (long left = wait.toNanos(); given == null && left > 0; left = end - System.nanoTime()) {
      if (thread.isInterrupted()) {
        return;
      }
      LockSupport.parkNanos(this, left);
    }
  }

  /** What it was given. */
  List<Lease> given() {
    List<Lease> leases = given;
    return leases == null ? List.of() : leases;
  }
}
