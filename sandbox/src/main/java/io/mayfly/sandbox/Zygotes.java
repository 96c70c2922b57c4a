package io.mayfly.sandbox;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;

/**
 * The zygotes of the kinds in use. One is made in the background when its kind is first expected,
 * and ends when nobody has wanted it for half an hour. Safe for use by many threads.
 */
final class Zygotes implements AutoCloseable {
  /** After this long without use there is none; the time spares are kept for as well. */
  static final Duration UNUSED = Duration.ofMinutes(30);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  private static final System.Logger LOG = System.getLogger(Zygotes.class.getName());

  private final Maker maker;
  private final LongSupplier nanoTime;
  private final Map<Zygote.Kind, Slot> slots = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Makes a zygote. */
  interface Maker {
    /**
     * Blocks until it can make instances.
     *
     * @throws RuntimeException if it does not come to that
     */
    Zygote make(Zygote.Kind kind, Map<String, String> environment);
  }

  /**
   * The place of one kind's zygote. Guarded by its own monitor, which is held while one is made.
   */
  private static final class Slot {
    private volatile Optional<Zygote> zygote = Optional.empty();
    private volatile Optional<Long> failedAt = Optional.empty();
  }

  Zygotes(Maker maker, LongSupplier nanoTime) {
    this.maker = maker;
    this.nanoTime = nanoTime;
  }

  /** The zygote of a kind, if one is there now. */
  Optional<Zygote> find(Zygote.Kind kind) {
    Slot slot = slots.get(kind);
    return slot == null ? Optional.empty() : slot.zygote.filter(Zygote::usable);
  }

  /** Has a zygote made in the background if there is none. */
  void expect(Zygote.Kind kind, Map<String, String> environment) {
    Optional<Zygote> ready = find(kind);
    if (ready.isPresent()) {
      ready.get().use();
    } else if (!closed) {
      Thread.ofVirtual().name("mayfly-zygote").start(() -> await(kind, environment));
    }
  }

  /**
   * The zygote of a kind, made if there is none.
   *
   * @param environment the variables that it and all of its instances start with; never a
   *     function's own, because its first instructions run as root
   * @return empty if it cannot be made, or could not a moment ago
   */
  Optional<Zygote> await(Zygote.Kind kind, Map<String, String> environment) {
    Slot slot = slots.computeIfAbsent(kind, _ -> new Slot());
    synchronized (slot) {
      Optional<Zygote> ready = slot.zygote.filter(Zygote::usable);
      long now = nanoTime.getAsLong();
      boolean failedLately =
          slot.failedAt.filter(at -> now - at < AFTER_FAILURE.toNanos()).isPresent();
      if (ready.isPresent() || closed || failedLately) {
        return ready;
      }
      try {
        slot.zygote = Optional.of(make(kind, environment));
        if (closed) {
          slot.zygote.get().close();
        }
      } catch (RuntimeException e) {
        slot.failedAt = Optional.of(nanoTime.getAsLong());
        slot.zygote = Optional.empty();
        LOG.log(
            System.Logger.Level.WARNING,
            "Instances of {0} start slower, because no fork server could be made of it: {1}",
            kind.launch().command(),
            e.getMessage());
      }
      return slot.zygote;
    }
  }

  /**
   * On a thread of its own: the caller's may be virtual, and native calls would hold its carrier.
   */
  private Zygote make(Zygote.Kind kind, Map<String, String> environment) {
    FutureTask<Zygote> making = new FutureTask<>(() -> maker.make(kind, environment));
    Thread.ofPlatform().name("mayfly-zygote").daemon().start(making);
    return Elsewhere.await(making, "a fork server was made");
  }

  /** Ends those that have not been used for long. Called every now and then. */
  void closeUnused() {
    long now = nanoTime.getAsLong();
    for (Slot slot : slots.values()) {
      slot.zygote.filter(each -> now - each.lastUsed() > UNUSED.toNanos()).ifPresent(Zygote::close);
    }
  }

  @Override
  public void close() {
    closed = true;
    slots.values().forEach(slot -> slot.zygote.ifPresent(Zygote::close));
  }
}
