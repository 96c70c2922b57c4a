package io.mayfly.queue;

import java.sql.SQLException;
import java.util.Collection;

/** Marks are removed. */
record ForgetMarks(Collection<String> keys) implements Change {
  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    tables.forgetMarks(keys);
  }

  @Override
  public void stored() {}

  @Override
  public void failed() {}
}
