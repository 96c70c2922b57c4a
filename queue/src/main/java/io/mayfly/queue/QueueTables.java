package io.mayfly.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The tables of queues, written to by one thread. What changes messages is gathered and goes to
 * SQLite in batches: inserts, then leases, then deletes.
 *
 * <p>The key of a message is its queue's id and its sequence number in one integer, so that it is
 * SQLite's own row number and a new message goes to the end of its queue's pages.
 */
final class QueueTables {
  static final List<String> MIGRATIONS =
      List.of(
          """
          create table queue (
            id integer primary key autoincrement,
            name text unique,
            fifo integer not null,
            group_deduplication integer not null,
            delay integer not null,
            retention integer not null,
            dead_letters text,
            max_receives integer not null,
            document text not null,
            next integer not null,
            messages integer not null,
            purged integer not null
          );
          create table message (
            key integer primary key,
            sent integer not null,
            message_group text,
            origin text,
            content blob not null
          );
          create table lease (
            key integer primary key,
            visible_at integer not null,
            receives integer not null,
            first_received integer not null
          );
          create table deduplication (
            queue integer not null,
            name text not null,
            sent integer not null,
            id_high integer not null,
            id_low integer not null,
            sequence integer not null,
            primary key (queue, name)
          ) without rowid;
          create index deduplication_sent on deduplication (sent);
          """,
          """
          alter table lease add column start integer not null default 0;
          create table start (number integer not null);
          insert into start (number) values (0)
          """,
          """
          create table mark (
            key text primary key,
            at integer not null
          ) without rowid;
          """);

  private final Connection connection;
  private final PreparedStatement insert;
  private final PreparedStatement copy;
  private final PreparedStatement lease;
  private final PreparedStatement delete;
  private final PreparedStatement deleteLease;
  private final PreparedStatement count;
  private final PreparedStatement page;
  private final PreparedStatement leased;
  private final PreparedStatement receives;
  private final PreparedStatement duplicate;
  private final PreparedStatement remember;
  private final PreparedStatement mark;
  private final PreparedStatement forgetMark;

  private final Set<Ledger> touched = new LinkedHashSet<>();
  private final List<Removed> removed = new ArrayList<>();
  private int inserts;
  private int leases;
  private int leaseDeletes;

  /** Counts what a delete found. */
  static final class Tally {
    int messages;
  }

  private record Removed(Ledger ledger, Tally tally) {}

  QueueTables(Connection connection) throws SQLException {
    this.connection = connection;
    insert =
        prepare(
            "insert into message (key, sent, message_group, origin, content) values (?, ?, ?, ?,"
                + " ?)");
    copy =
        prepare(
            "insert into message (key, sent, message_group, origin, content)"
                + " select ?, ?, message_group, ?, content from message where key = ?");
    lease =
        prepare(
            "insert or replace into lease (key, visible_at, receives, first_received, start)"
                + " values (?, ?, ?, ?, ?)");
    delete = prepare("delete from message where key = ?");
    deleteLease = prepare("delete from lease where key = ?");
    count = prepare("update queue set next = ?, messages = ?, purged = ? where id = ?");
    page =
        prepare(
            "select m.key, m.sent, m.message_group, m.origin, l.visible_at, l.receives,"
                + " l.first_received, l.start, case when length(m.content) <= ? then m.content end from"
                + " message m left join lease l on l.key = m.key where m.key > ? and m.key < ?"
                + " order by m.key limit ?");
    leased =
        prepare(
            "select m.key, m.sent, m.message_group, m.origin, l.visible_at, l.receives,"
                + " l.first_received, l.start, null from lease l cross join message m on m.key = l.key where"
                + " l.key >= ? and l.key < ? and l.visible_at > ? order by l.key");
    receives = prepare("select receives, start from lease where key = ?");
    duplicate =
        prepare(
            "select id_high, id_low, sequence from deduplication"
                + " where queue = ? and name = ? and sent > ?");
    remember =
        prepare(
            "insert or replace into deduplication (queue, name, sent, id_high, id_low, sequence)"
                + " values (?, ?, ?, ?, ?, ?)");
    mark = prepare("insert or replace into mark (key, at) values (?, ?)");
    forgetMark = prepare("delete from mark where key = ?");
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }

  /** Adds a message to the end of a queue, and returns its sequence number. */
  long insert(Ledger ledger, long sent, @Nullable String group, byte[] content)
      throws SQLException {
    long sequence = ledger.next++;
    insert.setLong(1, ledger.key(sequence));
    insert.setLong(2, sent);
    insert.setString(3, group);
    insert.setString(4, null);
    insert.setBytes(5, content);
    insert.addBatch();
    inserts++;
    ledger.messages++;
    touched.add(ledger);
    return sequence;
  }

  /** Copies a message to the end of another queue; its sequence number, or 0 if it is not there. */
  long copy(Ledger from, long sequence, Ledger to, long sent, @Nullable String origin)
      throws SQLException {
    if (sequence < from.purged) {
      return 0;
    }
    long copied = to.next++;
    copy.setLong(1, to.key(copied));
    copy.setLong(2, sent);
    copy.setString(3, origin);
    copy.setLong(4, from.key(sequence));
    touched.add(to);
    if (copy.executeUpdate() == 0) {
      return 0;
    }
    to.messages++;
    return copied;
  }

  void lease(
      Ledger ledger, long sequence, long visibleAt, int receives, long firstReceived, int start)
      throws SQLException {
    lease.setLong(1, ledger.key(sequence));
    lease.setLong(2, visibleAt);
    lease.setInt(3, receives);
    lease.setLong(4, firstReceived);
    lease.setInt(5, start);
    lease.addBatch();
    leases++;
  }

  /** Deletes a message; the tally says after the commit whether it was there. */
  void delete(Ledger ledger, long sequence, boolean withLease, Tally tally) throws SQLException {
    if (sequence < ledger.purged) {
      return;
    }
    delete.setLong(1, ledger.key(sequence));
    delete.addBatch();
    removed.add(new Removed(ledger, tally));
    touched.add(ledger);
    if (withLease) {
      deleteLease.setLong(1, ledger.key(sequence));
      deleteLease.addBatch();
      leaseDeletes++;
    }
  }

  /** Hands what was gathered to SQLite. */
  void flush() throws SQLException {
    if (inserts > 0) {
      inserts = 0;
      insert.executeBatch();
    }
    if (leases > 0) {
      leases = 0;
      lease.executeBatch();
    }
    if (leaseDeletes > 0) {
      leaseDeletes = 0;
      deleteLease.executeBatch();
    }
    if (!removed.isEmpty()) {
      int[] found = delete.executeBatch();
      for (int i = 0; i < found.length; i++) {
        removed.get(i).tally().messages += found[i];
        removed.get(i).ledger().messages -= found[i];
      }
      removed.clear();
    }
    for (Ledger ledger : touched) {
      count.setLong(1, ledger.next);
      count.setLong(2, ledger.messages);
      count.setLong(3, ledger.purged);
      count.setLong(4, ledger.queue);
      count.executeUpdate();
    }
  }

  void committed() {
    touched.forEach(Ledger::committed);
    touched.clear();
  }

  void rolledBack() {
    touched.forEach(Ledger::rolledBack);
    touched.clear();
    removed.clear();
    inserts = 0;
    leases = 0;
    leaseDeletes = 0;
    try {
      insert.clearBatch();
      lease.clearBatch();
      delete.clearBatch();
      deleteLease.clearBatch();
      mark.clearBatch();
      forgetMark.clearBatch();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Messages behind a sequence number, in order, with small contents. */
  List<Message> page(Ledger ledger, long after, int limit, int maxContent) throws SQLException {
    flush();
    page.setInt(1, maxContent);
    page.setLong(2, ledger.key(Math.max(after, ledger.purged - 1)));
    page.setLong(3, ledger.lastKey());
    page.setInt(4, limit);
    return messages(page);
  }

  /** Messages that are leased or delayed beyond a time. */
  List<Message> leased(Ledger ledger, long now) throws SQLException {
    flush();
    leased.setLong(1, ledger.key(ledger.purged));
    leased.setLong(2, ledger.lastKey());
    leased.setLong(3, now);
    return messages(leased);
  }

  private static List<Message> messages(PreparedStatement query) throws SQLException {
    List<Message> result = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        Message message =
            new Message(
                Ledger.sequence(rows.getLong(1)),
                rows.getLong(2),
                rows.getString(3),
                rows.getString(4));
        message.visibleAt = rows.getLong(5);
        message.leaseStored = !rows.wasNull();
        message.receives = rows.getInt(6);
        message.firstReceived = rows.getLong(7);
        message.start = rows.getInt(8);
        message.content = rows.getBytes(9);
        result.add(message);
      }
    }
    return result;
  }

  /** Whether a receipt is that of its message's last lease, as far as that is on the disk. */
  boolean isLastLeased(Ledger ledger, Receipt receipt) throws SQLException {
    flush();
    receives.setLong(1, ledger.key(receipt.sequence()));
    try (ResultSet row = receives.executeQuery()) {
      return row.next() && row.getInt(1) == receipt.lease() && row.getInt(2) == receipt.start();
    }
  }

  /** What was sent under a deduplication name after a time. */
  Optional<Sent> duplicate(Ledger ledger, String name, long after) throws SQLException {
    duplicate.setLong(1, ledger.queue);
    duplicate.setString(2, name);
    duplicate.setLong(3, after);
    try (ResultSet row = duplicate.executeQuery()) {
      return row.next()
          ? Optional.of(new Sent(new UUID(row.getLong(1), row.getLong(2)), row.getLong(3), true))
          : Optional.empty();
    }
  }

  void remember(Ledger ledger, String name, long now, UUID id, long sequence) throws SQLException {
    remember.setLong(1, ledger.queue);
    remember.setString(2, name);
    remember.setLong(3, now);
    remember.setLong(4, id.getMostSignificantBits());
    remember.setLong(5, id.getLeastSignificantBits());
    remember.setLong(6, sequence);
    remember.executeUpdate();
  }

  void mark(Map<String, Instant> marks) throws SQLException {
    for (Map.Entry<String, Instant> each : marks.entrySet()) {
      mark.setString(1, each.getKey());
      mark.setLong(2, each.getValue().toEpochMilli());
      mark.addBatch();
    }
    mark.executeBatch();
  }

  void forgetMarks(Collection<String> keys) throws SQLException {
    for (String key : keys) {
      forgetMark.setString(1, key);
      forgetMark.addBatch();
    }
    forgetMark.executeBatch();
  }

  static Map<String, Instant> marks(Connection connection) throws SQLException {
    Map<String, Instant> marks = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement("select key, at from mark");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        marks.put(rows.getString(1), Instant.ofEpochMilli(rows.getLong(2)));
      }
    }
    return marks;
  }

  /** Marks a queue's row as changed. */
  void touch(Ledger ledger) {
    touched.add(ledger);
  }

  Connection connection() {
    return connection;
  }
}
