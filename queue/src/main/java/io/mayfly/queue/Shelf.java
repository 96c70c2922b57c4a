package io.mayfly.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads a queue as it lies on the disk, on the connection that reads. */
record Shelf(SqliteQueue queue) {
  /** Messages behind a place that were sent after a time, in order. */
  List<Kept> read(Connection connection, long after, long fresh, int max, long bytes)
      throws SQLException {
    Ledger ledger = queue.ledger();
    List<Kept> kept = new ArrayList<>();
    long left = bytes;
    try (PreparedStatement select =
        connection.prepareStatement(
            "select key, sent, content from message where key > ? and key < ? and sent > ?"
                + " order by key limit ?")) {
      select.setLong(1, ledger.key(Math.max(after, ledger.purged - 1)));
      select.setLong(2, ledger.lastKey());
      select.setLong(3, fresh);
      select.setInt(4, max);
      try (ResultSet rows = select.executeQuery()) {
        while (left > 0 && rows.next()) {
          byte[] content = rows.getBytes(3);
          left -= content.length;
          MessageContent read = MessageContent.decode(content);
          kept.add(
              new Kept(
                  Ledger.sequence(rows.getLong(1)),
                  read.id(),
                  read.body(),
                  read.attributes(),
                  read.system(),
                  Instant.ofEpochMilli(rows.getLong(2))));
        }
      }
    }
    return kept;
  }

  Holdings holdings(Connection connection) throws SQLException {
    Ledger ledger = queue.ledger();
    try (PreparedStatement select =
        connection.prepareStatement(
            // The length of a blob stands in front of it: what is long is not read.
            "select count(*), total(length(content)) from message where key >= ? and key < ?")) {
      select.setLong(1, ledger.key(ledger.purged));
      select.setLong(2, ledger.lastKey());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? new Holdings(row.getLong(1), row.getLong(2)) : new Holdings(0, 0);
      }
    }
  }
}
