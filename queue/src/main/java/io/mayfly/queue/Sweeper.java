package io.mayfly.queue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Clears the disk of what is gone: messages that are purged, of queues that are removed, or older
 * than they are kept, and deduplication ids. In pieces, each a transaction of its own, so that
 * nobody waits for long.
 */
final class Sweeper extends Timers.Timed {
  /** Milliseconds between two looks. */
  static final long PAUSE = 60_000;

  /** How many messages are looked at in one transaction. */
  static final int PIECE = 250;

  private final SqliteQueues queues;
  private final Set<Ledger> removed = ConcurrentHashMap.newKeySet();

  Sweeper(SqliteQueues queues) {
    super(-1);
    this.queues = queues;
  }

  /** A queue was removed before, and its messages are to be. */
  void remember(Ledger ledger) {
    removed.add(ledger);
  }

  /** A queue is removed, and its messages are to be now. */
  void removed(Ledger ledger) {
    removed.add(ledger);
    repeat(new Sweep.Removed(ledger));
  }

  /** Messages of a queue are purged. */
  void purged(Ledger ledger) {
    repeat(new Sweep.Purged(ledger));
  }

  @Override
  long run(long now) {
    List<SqliteQueue> all = queues.all();
    for (Ledger ledger : removed) {
      repeat(new Sweep.Removed(ledger));
    }
    for (SqliteQueue queue : all) {
      if (queue.ledger().purged > queue.ledger().cleared) {
        repeat(new Sweep.Purged(queue.ledger()));
      }
      repeat(new Sweep.Expired(queue, false));
      repeat(new Sweep.Expired(queue, true));
    }
    if (all.stream().anyMatch(queue -> queue.rules().fifo())) {
      repeat(new Sweep.Deduplications());
    }
    return now + PAUSE;
  }

  /** Has a piece done, and others while there are any. */
  private void repeat(Sweep sweep) {
    var _ =
        queues
            .add(List.of(sweep), 0)
            .thenRun(
                () -> {
                  if (sweep.more()) {
                    repeat(sweep);
                  } else if (sweep instanceof Sweep.Removed done) {
                    removed.remove(done.ledger());
                  }
                });
  }
}
