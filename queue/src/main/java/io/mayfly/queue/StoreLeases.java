package io.mayfly.queue;

import java.sql.SQLException;
import java.util.List;

/** Leases that were made in memory are written. */
final class StoreLeases implements Change {
  private record Row(long sequence, long visibleAt, int receives, long firstReceived, int start) {}

  private final SqliteQueue queue;
  private final List<Message> messages;
  private final List<Row> rows;

  /** Under the queue's lock. */
  StoreLeases(SqliteQueue queue, List<Message> messages) {
    this.queue = queue;
    this.messages = messages;
    this.rows =
        messages.stream()
            .map(
                message ->
                    new Row(
                        message.sequence,
                        message.visibleAt,
                        message.receives,
                        message.firstReceived,
                        message.start))
            .toList();
  }

  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    for (Row row : rows) {
      if (row.sequence() >= queue.ledger().purged && !queue.ledger().gone) {
        tables.lease(
            queue.ledger(),
            row.sequence(),
            row.visibleAt(),
            row.receives(),
            row.firstReceived(),
            row.start());
      }
    }
  }

  @Override
  public void stored() {}

  @Override
  public void failed() {
    queue.leasesFailed(messages);
  }
}
