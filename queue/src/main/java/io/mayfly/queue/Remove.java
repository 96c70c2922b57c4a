package io.mayfly.queue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages are deleted.
 *
 * <p>What is not in memory is told by its receipt, against the lease on the disk.
 */
final class Remove implements Change {
  private final SqliteQueue queue;
  private final List<Message> leaving;
  private final List<Receipt> elsewhere;
  private final List<Long> gone;
  private final QueueTables.Tally tally = new QueueTables.Tally();

  Remove(SqliteQueue queue, List<Message> leaving, List<Receipt> elsewhere) {
    this.queue = queue;
    this.leaving = leaving;
    this.elsewhere = elsewhere;
    this.gone = new ArrayList<>(leaving.size());
  }

  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    Ledger ledger = queue.ledger();
    if (ledger.gone) {
      return;
    }
    for (Message message : leaving) {
      tables.delete(ledger, message.sequence, message.leaseStored, tally);
      gone.add(message.sequence);
    }
    for (Receipt receipt : elsewhere) {
      if (tables.isLastLeased(ledger, receipt)) {
        tables.delete(ledger, receipt.sequence(), true, tally);
        gone.add(receipt.sequence());
      }
    }
  }

  @Override
  public void stored() {
    queue.left(gone, tally.messages);
  }

  @Override
  public void failed() {
    queue.stayed(leaving);
  }
}
