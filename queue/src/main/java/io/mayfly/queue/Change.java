package io.mayfly.queue;

import java.sql.SQLException;

/** A change of what is on the disk, and what it means for what is in memory. */
interface Change {
  /** Makes it, in a transaction with others; on the thread that writes. */
  void apply(QueueTables tables, long now) throws SQLException;

  /** It is on the disk. Changes hear of it in the order in which they were applied. */
  void stored();

  /** Nothing of it is on the disk, or of those it was added with. */
  void failed();
}
