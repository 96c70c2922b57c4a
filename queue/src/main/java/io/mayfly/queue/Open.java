package io.mayfly.queue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads what of a queue has to be in memory. Not a change, but in order with them. */
final class Open implements Change {
  private final SqliteQueue queue;
  private final int limit;
  private List<Message> leased = List.of();
  private List<Message> first = List.of();
  private long total;

  Open(SqliteQueue queue, int limit) {
    this.queue = queue;
    this.limit = limit;
  }

  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    leased = new ArrayList<>(tables.leased(queue.ledger(), now));
    if (queue.rules().fifo()) {
      // One that is delayed must not come before those on the disk that are before it.
      leased.removeIf(message -> message.receives == 0);
    }
    first = tables.page(queue.ledger(), 0, limit, Page.MAX_CONTENT);
    total = queue.ledger().messages;
  }

  @Override
  public void stored() {
    queue.opened(leased, first, total);
  }

  @Override
  public void failed() {
    queue.openingFailed();
  }
}
