package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The instances of one revision of one function. Idle ones are taken newest first, so that the
 * oldest fall away. A pool never serves another revision: an update makes a new pool and retires
 * this one.
 *
 * <p>Guarded by its own lock, held for a few instructions; instances are stopped outside of it.
 */
final class FunctionPool {
  private final FunctionConfig config;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<PooledInstance> idle = new ArrayDeque<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /** Instances that are starting, idle, busy or not yet wholly gone. */
  private int live;

  /** Calls that are about to start an instance, maybe a second one after a first that failed. */
  private int starting;

  private boolean retired;

  FunctionPool(FunctionConfig config) {
    this.config = config;
  }

  FunctionConfig config() {
    return config;
  }

  /** Whether this pool's instances are what {@code current} asks for. */
  boolean serves(FunctionConfig current) {
    return config.revisionId().equals(current.revisionId());
  }

  /** What a call got: an instance, leave to start one, or word that this pool is over. */
  sealed interface Claim {
    record Warm(PooledInstance instance) implements Claim {}

    /** The caller starts an instance, and says {@link #endStart} when it is done with that. */
    record Cold() implements Claim {}

    record Retired() implements Claim {}
  }

  Claim claim() {
    lock.lock();
    try {
      if (retired) {
        return new Claim.Retired();
      }
      for (PooledInstance newest = idle.pollFirst(); newest != null; newest = idle.pollFirst()) {
        if (newest.instance().usable()) {
          return new Claim.Warm(newest);
        }
      }
      starting++;
      return new Claim.Cold();
    } finally {
      lock.unlock();
    }
  }

  /** Counts an instance before it is started; {@link #gone} takes it off again. */
  void addInstance() {
    lock.lock();
    try {
      live++;
    } finally {
      lock.unlock();
    }
  }

  /** Ends what {@link Claim.Cold} began, after the instance was counted or could not be started. */
  void endStart() {
    lock.lock();
    try {
      starting--;
      completeIfDrained();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes an instance back after a call; one that cannot serve again, or whose pool is over, is
   * stopped.
   */
  void giveBack(PooledInstance instance, long nanoTime) {
    boolean keep;
    lock.lock();
    try {
      keep = !retired && instance.instance().usable();
      if (keep) {
        instance.idleSince(nanoTime);
        idle.addFirst(instance);
      }
    } finally {
      lock.unlock();
    }
    if (!keep) {
      instance.stop();
    }
  }

  /** An instance that was counted is wholly gone, or never came to be. */
  void gone(Optional<PooledInstance> instance) {
    lock.lock();
    try {
      live--;
      instance.ifPresent(idle::remove);
      completeIfDrained();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets go of idle instances; busy ones go when their call ends. Completes when none is left.
   * Harmless when repeated.
   */
  CompletableFuture<Void> retire() {
    List<PooledInstance> stopping;
    lock.lock();
    try {
      retired = true;
      stopping = List.copyOf(idle);
      idle.clear();
      completeIfDrained();
    } finally {
      lock.unlock();
    }
    stopping.forEach(PooledInstance::stop);
    return drained;
  }

  /** Stops the instances that have been idle since {@code nanoTime} or longer. */
  void stopIdleSince(long nanoTime) {
    List<PooledInstance> stopping = new ArrayList<>();
    lock.lock();
    try {
      for (PooledInstance oldest = idle.peekLast();
          oldest != null && oldest.idleSince() - nanoTime <= 0;
          oldest = idle.peekLast()) {
        stopping.add(idle.removeLast());
      }
    } finally {
      lock.unlock();
    }
    stopping.forEach(PooledInstance::stop);
  }

  /** Freezes the instances that have been idle since {@code nanoTime} or longer. */
  void freezeIdleSince(long nanoTime) {
    List<PooledInstance> freezing = new ArrayList<>();
    lock.lock();
    try {
      for (Iterator<PooledInstance> oldest = idle.descendingIterator(); oldest.hasNext(); ) {
        PooledInstance instance = oldest.next();
        if (instance.idleSince() - nanoTime > 0) {
          break;
        }
        if (instance.markFrozen()) {
          freezing.add(instance);
        }
      }
    } finally {
      lock.unlock();
    }
    // A call that comes between waits for the freezing and thaws.
    freezing.forEach(instance -> instance.instance().freeze());
  }

  /** Retires the pool if it has no instance, so that a function at zero costs nothing. */
  boolean retireIfEmpty() {
    lock.lock();
    try {
      if (live > 0 || starting > 0) {
        return false;
      }
      retired = true;
      completeIfDrained();
      return true;
    } finally {
      lock.unlock();
    }
  }

  int live() {
    lock.lock();
    try {
      return live;
    } finally {
      lock.unlock();
    }
  }

  private void completeIfDrained() {
    if (retired && live == 0 && starting == 0) {
      drained.complete(null);
    }
  }
}
