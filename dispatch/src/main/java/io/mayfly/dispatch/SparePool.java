package io.mayfly.dispatch;

import io.mayfly.sandbox.Spare;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Spares of one kind. Guarded by its own lock, held for a few instructions. */
final class SparePool {
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Spare> ready = new ArrayDeque<>();
  private final SpareDemand demand;

  /** The code that its spares show, if they are for one function, and which folder that was. */
  private final Optional<Path> code;

  private final Optional<FolderIdentity> folder;

  private Optional<Long> failedAt = Optional.empty();
  private int underWay;
  private boolean closed;

  /**
   * @param code the code of the one function its spares are for, if that is so
   */
  SparePool(SpareDemand demand, Optional<Path> code) {
    this.demand = demand;
    this.code = code;
    this.folder = code.flatMap(FolderIdentity::of);
  }

  /**
   * Whether the code its spares show has gone, though the same may have come again; what was made
   * of the code has gone with it. Asks the file system.
   */
  boolean outlivesCode() {
    return code.isPresent()
        && (folder.isEmpty() || !folder.equals(code.flatMap(FolderIdentity::of)));
  }

  /** The spare that has waited longest, if there is one; counts as demand either way. */
  Optional<Spare> take(long now) {
    lock.lock();
    try {
      demand.wanted(now);
      for (Spare oldest = ready.pollFirst(); oldest != null; oldest = ready.pollFirst()) {
        if (oldest.usable()) {
          return Optional.of(oldest);
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  void expect(long now) {
    lock.lock();
    try {
      demand.expected(now);
    } finally {
      lock.unlock();
    }
  }

  /** How many to make now; the caller says {@link #made} or {@link #failed} for each. */
  int claimMissing(long now) {
    lock.lock();
    try {
      boolean failing = failedAt.isPresent() && now - failedAt.get() < AFTER_FAILURE.toNanos();
      int missing =
          closed || failing ? 0 : Math.max(0, demand.target(now) - ready.size() - underWay);
      underWay += missing;
      return missing;
    } finally {
      lock.unlock();
    }
  }

  /** A claimed one is ready; false if it came too late to be of use. */
  boolean made(Spare spare, long tookNanos) {
    lock.lock();
    try {
      underWay--;
      demand.made(tookNanos);
      if (closed) {
        return false;
      }
      ready.addLast(spare);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** A claimed one could not be made; functions start without spares for a while. */
  void failed(long now) {
    lock.lock();
    try {
      underWay--;
      failedAt = Optional.of(now);
    } finally {
      lock.unlock();
    }
  }

  /** Takes out those that ended by themselves and those that are too many; true if it is empty. */
  boolean shrink(long now) {
    List<Spare> stopping = new ArrayList<>();
    boolean empty;
    lock.lock();
    try {
      ready.removeIf(spare -> !spare.usable());
      while (ready.size() > demand.target(now)) {
        stopping.add(ready.removeFirst());
      }
      empty = ready.isEmpty() && underWay == 0 && demand.target(now) == 0;
      closed |= empty;
    } finally {
      lock.unlock();
    }
    stopping.forEach(Spare::stop);
    return empty;
  }

  /** How long nobody has wanted one. */
  long unwantedNanos(long now) {
    lock.lock();
    try {
      return demand.unwantedNanos(now);
    } finally {
      lock.unlock();
    }
  }

  /** Stops those that wait. */
  void stopReady() {
    List<Spare> stopping;
    lock.lock();
    try {
      stopping = List.copyOf(ready);
      ready.clear();
    } finally {
      lock.unlock();
    }
    stopping.forEach(Spare::stop);
  }

  /** Stops all, and those that are under way once they are made. */
  void close() {
    List<Spare> stopping;
    lock.lock();
    try {
      closed = true;
      stopping = List.copyOf(ready);
      ready.clear();
    } finally {
      lock.unlock();
    }
    stopping.forEach(Spare::stop);
  }
}
