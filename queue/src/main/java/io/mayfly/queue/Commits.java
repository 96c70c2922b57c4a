package io.mayfly.queue;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.store.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The way of changes to the disk: what comes while a commit is under way shares the next one. All
 * of a transaction is stored or nothing, and changes are told in the order in which they came.
 */
final class Commits {
  /** The most transactions in one commit. */
  private static final int MAX_BATCH = 1_000;

  private record Transaction(List<Change> changes, CompletableFuture<Void> done) {
    void stored() {
      try {
        changes.forEach(Change::stored);
        done.complete(null);
      } catch (RuntimeException e) {
        // Those behind it have to hear of theirs all the same.
        done.completeExceptionally(e);
        Thread.currentThread()
            .getUncaughtExceptionHandler()
            .uncaughtException(Thread.currentThread(), e);
      }
    }

    void failed(MayflyException reason) {
      try {
        changes.forEach(Change::failed);
      } finally {
        done.completeExceptionally(reason);
      }
    }
  }

  private final Database database;
  private final InstantSource clock;
  private final Queue<Transaction> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean called = new AtomicBoolean();

  /** Of the thread that writes. */
  private @Nullable QueueTables tables;

  Commits(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Stores changes together. Takes no lock and does not wait. */
  CompletableFuture<Void> add(List<Change> changes) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    waiting.add(new Transaction(changes, done));
    call();
    return done;
  }

  private void call() {
    if (!called.compareAndSet(false, true)) {
      return;
    }
    try {
      Batch batch = new Batch();
      database.submit(batch::apply, batch);
    } catch (MayflyException e) {
      called.set(false);
      List<Transaction> refused = new ArrayList<>();
      for (Transaction next = waiting.poll(); next != null; next = waiting.poll()) {
        refused.add(next);
      }
      // Whoever called may hold a lock that others are told under.
      Thread.startVirtualThread(() -> refused.forEach(transaction -> transaction.failed(e)));
    }
  }

  private final class Batch implements Database.Outcome<QueueTables> {
    private final List<Transaction> transactions = new ArrayList<>();

    QueueTables apply(Connection connection) throws SQLException {
      called.set(false);
      QueueTables target = tables;
      if (target == null) {
        target = new QueueTables(connection);
        tables = target;
      }
      while (transactions.size() < MAX_BATCH) {
        Transaction next = waiting.poll();
        if (next == null) {
          break;
        }
        transactions.add(next);
      }
      if (!waiting.isEmpty()) {
        call();
      }
      long now = clock.millis();
      for (Transaction transaction : transactions) {
        for (Change change : transaction.changes()) {
          change.apply(target, now);
        }
      }
      target.flush();
      return target;
    }

    @Override
    public void stored(QueueTables target) {
      target.committed();
      transactions.forEach(Transaction::stored);
    }

    @Override
    public void failed(Throwable reason) {
      QueueTables target = tables;
      if (target != null) {
        target.rolledBack();
      }
      MayflyException told =
          new MayflyException(
              ErrorCode.SERVICE, "the change could not be stored: " + reason, reason);
      if (transactions.isEmpty()) {
        // The transaction ended before apply() was called: nobody else tells those who wait.
        called.set(false);
        for (Transaction next = waiting.poll(); next != null; next = waiting.poll()) {
          transactions.add(next);
        }
      }
      transactions.forEach(transaction -> transaction.failed(told));
    }
  }
}
