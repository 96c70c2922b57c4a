package io.mayfly.queue;

import java.sql.SQLException;
import java.util.List;

/** Reads the next messages into memory. Not a change, but in order with them. */
final class Page implements Change {
  /** Contents up to so many bytes are read along. */
  static final int MAX_CONTENT = 4096;

  private final SqliteQueue queue;
  private final long after;
  private final int limit;
  private List<Message> messages = List.of();

  Page(SqliteQueue queue, long after, int limit) {
    this.queue = queue;
    this.after = after;
    this.limit = limit;
  }

  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    messages = tables.page(queue.ledger(), after, limit, MAX_CONTENT);
  }

  @Override
  public void stored() {
    queue.paged(messages);
  }

  @Override
  public void failed() {
    queue.pagingFailed();
  }
}
