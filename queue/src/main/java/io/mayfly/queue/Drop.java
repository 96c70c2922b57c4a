package io.mayfly.queue;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A queue is removed; the disk is cleared of its messages later. */
final class Drop implements Change {
  private final SqliteQueue queue;

  Drop(SqliteQueue queue) {
    this.queue = queue;
  }

  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    tables.flush();
    try (PreparedStatement update =
        tables.connection().prepareStatement("update queue set name = null where id = ?")) {
      update.setLong(1, queue.ledger().queue);
      update.executeUpdate();
    }
    queue.ledger().gone = true;
  }

  @Override
  public void stored() {
    queue.deleted();
  }

  @Override
  public void failed() {
    queue.ledger().gone = false;
  }
}
