package io.mayfly.queue;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;

/** Marks of owners of messages are set, in the transaction that adds the messages. */
record SetMarks(Map<String, Instant> marks) implements Change {
  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    tables.mark(marks);
  }

  @Override
  public void stored() {}

  @Override
  public void failed() {}
}
