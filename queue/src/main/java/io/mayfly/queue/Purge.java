package io.mayfly.queue;

/** Every message that was sent before counts as gone; the disk is cleared of them later. */
final class Purge implements Change {
  private final SqliteQueue queue;
  private long before;

  Purge(SqliteQueue queue) {
    this.queue = queue;
  }

  @Override
  public void apply(QueueTables tables, long now) throws java.sql.SQLException {
    tables.flush();
    Ledger ledger = queue.ledger();
    ledger.purged = ledger.next;
    ledger.messages = 0;
    tables.touch(ledger);
    before = ledger.purged;
  }

  @Override
  public void stored() {
    queue.purged(before);
    queue.queues().sweeper().purged(queue.ledger());
  }

  @Override
  public void failed() {}
}
