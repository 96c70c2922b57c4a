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
  private static final int MEASURED = 10_000;

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

  /**
   * What there is. Of many messages only the newest are looked at, and the others taken to be of
   * their size, because the connection that reads is there for all queues.
   */
  Holdings holdings(Connection connection) throws SQLException {
    Ledger ledger = queue.ledger();
    long messages = 0;
    try (PreparedStatement select =
        connection.prepareStatement("select messages from queue where id = ?")) {
      select.setLong(1, ledger.queue);
      try (ResultSet row = select.executeQuery()) {
        messages = row.next() ? row.getLong(1) : 0;
      }
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            // The length of a blob stands in front of it: what is long is not read.
            "select count(*), total(size) from (select length(content) as size from message"
                + " where key >= ? and key < ? order by key desc limit ?)")) {
      select.setLong(1, ledger.key(ledger.purged));
      select.setLong(2, ledger.lastKey());
      select.setInt(3, MEASURED);
      try (ResultSet row = select.executeQuery()) {
        long measured = row.next() ? row.getLong(1) : 0;
        long bytes = measured == 0 ? 0 : row.getLong(2);
        return new Holdings(
            messages,
            measured < MEASURED ? bytes : Math.round((double) bytes * messages / measured));
      }
    }
  }
}
