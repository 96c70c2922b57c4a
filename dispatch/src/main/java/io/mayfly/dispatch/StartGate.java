package io.mayfly.dispatch;

import io.mayfly.model.FunctionArn;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the number of instances that start at the same moment near what the processors can start,
 * so that many starts at once do not slow each other down. Functions take turns: one that wants a
 * thousand instances holds up another's first one by a single start.
 *
 * <p>A place is held until the instance is ready, but never longer than a start as such takes: a
 * function that takes its time to load must not hold up others.
 */
public final class StartGate {
  private final int places;
  private final Executor later;
  private final ReentrantLock lock = new ReentrantLock();

  /** Who waits, by function; the function whose turn is next comes first. Guarded by the lock. */
  private final Map<FunctionArn, Deque<CompletableFuture<Place>>> waiting = new LinkedHashMap<>();

  private int taken;

  /**
   * @param places how many starts may be under way
   * @param hold how long a start may keep its place
   */
  public StartGate(int places, Duration hold) {
    this(
        places,
        CompletableFuture.delayedExecutor(hold.toNanos(), TimeUnit.NANOSECONDS, Runnable::run));
  }

  /**
   * @param later runs what it is given when a start has had its place for long enough
   */
  StartGate(int places, Executor later) {
    this.places = places;
    this.later = later;
  }

  /** The right to start an instance now; {@link #close} lets the next one in. */
  static final class Place implements AutoCloseable {
    private final AtomicReference<Runnable> leave;

    private Place(Runnable leave) {
      this.leave = new AtomicReference<>(leave);
    }

    /** What a start has that nobody waits for. */
    static Place none() {
      return new Place(() -> {});
    }

    /** Safe to call twice, from any thread. */
    @Override
    public void close() {
      leave.getAndSet(() -> {}).run();
    }
  }

  /** Waits for a place. */
  Place enter(FunctionArn function) {
    CompletableFuture<Place> turn = new CompletableFuture<>();
    lock.lock();
    try {
      if (taken < places) {
        taken++;
        turn.complete(new Place(this::leave));
      } else {
        waiting.computeIfAbsent(function, name -> new ArrayDeque<>()).addLast(turn);
      }
    } finally {
      lock.unlock();
    }
    Place place = turn.join();
    later.execute(place::close);
    return place;
  }

  /** How many starts wait for their turn. */
  int waiting() {
    lock.lock();
    try {
      return waiting.values().stream().mapToInt(Deque::size).sum();
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    CompletableFuture<Place> next;
    lock.lock();
    try {
      Iterator<Map.Entry<FunctionArn, Deque<CompletableFuture<Place>>>> first =
          waiting.entrySet().iterator();
      if (!first.hasNext()) {
        taken--;
        return;
      }
      Map.Entry<FunctionArn, Deque<CompletableFuture<Place>>> function = first.next();
      FunctionArn name = function.getKey();
      Deque<CompletableFuture<Place>> queue = function.getValue();
      first.remove();
      next = queue.removeFirst();
      if (!queue.isEmpty()) {
        waiting.put(name, queue);
      }
    } finally {
      lock.unlock();
    }
    next.complete(new Place(this::leave));
  }
}
