package io.mayfly.queue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages go from one queue to the end of another. */
final class Move implements Change {
  private final SqliteQueue from;
  private final List<Message> leaving;
  private final SqliteQueue to;
  private final @Nullable String origin;
  private boolean applied;
  private final List<Message> arrived = new ArrayList<>();
  private final QueueTables.Tally tally = new QueueTables.Tally();

  /**
   * @param origin what the messages are dead letters of, if they are
   */
  Move(SqliteQueue from, List<Message> leaving, SqliteQueue to, @Nullable String origin) {
    this.from = from;
    this.leaving = leaving;
    this.to = to;
    this.origin = origin;
  }

  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    if (to.ledger().gone || from.ledger().gone) {
      return;
    }
    applied = true;
    for (Message message : leaving) {
      // As on SQS, dead letters of a standard queue are as old as they were; all else begins anew.
      long sent = origin == null || from.rules().fifo() ? now : message.sent;
      long sequence = tables.copy(from.ledger(), message.sequence, to.ledger(), sent, origin);
      if (sequence > 0) {
        arrived.add(new Message(sequence, sent, message.group, origin));
      }
      tables.delete(from.ledger(), message.sequence, message.leaseStored, tally);
    }
  }

  @Override
  public void stored() {
    if (!applied) {
      failed();
      return;
    }
    from.left(leaving.stream().map(message -> message.sequence).toList(), tally.messages);
    to.arrived(arrived);
  }

  /** How many have moved, once it is stored. */
  int moved() {
    return arrived.size();
  }

  @Override
  public void failed() {
    from.stayed(leaving);
  }
}
