package io.mayfly.queue;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** One piece of what is to be cleared, and again while there is {@link #more}. */
abstract sealed class Sweep implements Change {
  private boolean more;

  boolean more() {
    return more;
  }

  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    tables.flush();
    more = sweep(tables, now);
  }

  /** Clears a piece, and returns whether there may be another. */
  abstract boolean sweep(QueueTables tables, long now) throws SQLException;

  @Override
  public void stored() {}

  @Override
  public void failed() {
    more = false;
  }

  /** Deletes the first messages of a range, and what is known of their leases. */
  private static boolean clear(QueueTables tables, long from, long to) throws SQLException {
    long end;
    try (PreparedStatement select =
        tables
            .connection()
            .prepareStatement(
                "select max(key) from (select key from message where key >= ? and key < ?"
                    + " order by key limit ?)")) {
      select.setLong(1, from);
      select.setLong(2, to);
      select.setInt(3, Sweeper.PIECE);
      try (ResultSet row = select.executeQuery()) {
        end = row.next() && row.getLong(1) > 0 ? row.getLong(1) + 1 : from;
      }
    }
    for (String table : List.of("message", "lease")) {
      try (PreparedStatement delete =
          tables
              .connection()
              .prepareStatement("delete from " + table + " where key >= ? and key < ?")) {
        delete.setLong(1, from);
        delete.setLong(2, end);
        delete.executeUpdate();
      }
    }
    return end > from;
  }

  /** Messages that are purged. */
  static final class Purged extends Sweep {
    private final Ledger ledger;
    private long purged;

    Purged(Ledger ledger) {
      this.ledger = ledger;
    }

    @Override
    boolean sweep(QueueTables tables, long now) throws SQLException {
      purged = ledger.purged;
      return clear(tables, ledger.key(0), ledger.key(purged));
    }

    @Override
    public void stored() {
      if (!more()) {
        ledger.cleared = purged;
      }
    }
  }

  /** A queue that is removed. */
  static final class Removed extends Sweep {
    private final Ledger ledger;

    Removed(Ledger ledger) {
      this.ledger = ledger;
    }

    Ledger ledger() {
      return ledger;
    }

    @Override
    boolean sweep(QueueTables tables, long now) throws SQLException {
      if (clear(tables, ledger.key(0), ledger.lastKey())) {
        return true;
      }
      for (String sql :
          List.of("delete from deduplication where queue = ?", "delete from queue where id = ?")) {
        try (PreparedStatement delete = tables.connection().prepareStatement(sql)) {
          delete.setLong(1, ledger.queue);
          delete.executeUpdate();
        }
      }
      return false;
    }
  }

  /**
   * Messages that are older than they are kept. They are first in their queue; but dead letters may
   * be older than those before them, so that a second sweep goes through all of the queue, a piece
   * at a time.
   */
  static final class Expired extends Sweep {
    private final SqliteQueue queue;
    private final boolean through;
    private final List<Long> expired = new ArrayList<>();
    private final QueueTables.Tally tally = new QueueTables.Tally();

    Expired(SqliteQueue queue, boolean through) {
      this.queue = queue;
      this.through = through;
    }

    @Override
    boolean sweep(QueueTables tables, long now) throws SQLException {
      expired.clear();
      tally.messages = 0;
      Ledger ledger = queue.ledger();
      if (ledger.gone) {
        return false;
      }
      long fresh = now - queue.rules().retention().toMillis();
      long last = Math.max(through ? ledger.swept : 0, ledger.purged - 1);
      int rows = 0;
      try (PreparedStatement select =
          tables
              .connection()
              .prepareStatement(
                  "select key, sent from message where key > ? and key < ? order by key limit ?")) {
        select.setLong(1, ledger.key(last));
        select.setLong(2, ledger.lastKey());
        select.setInt(3, Sweeper.PIECE);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            rows++;
            last = Ledger.sequence(row.getLong(1));
            if (row.getLong(2) <= fresh) {
              expired.add(last);
            }
          }
        }
      }
      for (long sequence : expired) {
        tables.delete(ledger, sequence, true, tally);
      }
      if (through) {
        ledger.swept = rows < Sweeper.PIECE ? 0 : last;
      }
      return !expired.isEmpty() && (!through || ledger.swept > 0);
    }

    @Override
    public void stored() {
      queue.left(expired, tally.messages);
    }
  }

  /** Deduplication ids that hold no longer. */
  static final class Deduplications extends Sweep {
    @Override
    boolean sweep(QueueTables tables, long now) throws SQLException {
      try (PreparedStatement delete =
          tables
              .connection()
              .prepareStatement(
                  "delete from deduplication where (queue, name) in (select queue, name"
                      + " from deduplication where sent <= ? order by sent limit ?)")) {
        delete.setLong(1, now - Insert.DEDUPLICATION.toMillis());
        delete.setInt(2, Sweeper.PIECE);
        return delete.executeUpdate() == Sweeper.PIECE;
      }
    }
  }
}
