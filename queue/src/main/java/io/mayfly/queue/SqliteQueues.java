package io.mayfly.queue;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.store.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Queues in a SQLite database of their own.
 *
 * <p>Three threads serve all of them: one writes ({@link Commits}), one reads contents that are not
 * in memory, one is the timer. A queue takes memory once somebody asks for its messages.
 */
public final class SqliteQueues implements Queues {
  /**
   * What is in memory.
   *
   * @param window the most messages of a queue that wait in memory for a receiver
   * @param page how many are read from the disk at once
   * @param low with how few in memory that is done
   * @param contents bytes of messages that wait for a receiver, of all queues
   * @param waiting bytes of messages that wait for the disk, of all queues
   */
  record Limits(int window, int page, int low, long contents, long waiting) {
    static final Limits USUAL = new Limits(100_000, 2_000, 1_000, 32L << 20, 256L << 20);
  }

  private final Database database;
  private final InstantSource clock;
  private final Commits commits;
  private final Timers timers;
  private final Sweeper sweeper;
  private final Limits limits;
  private final Contents contents;
  private final Contents waiting;
  private int start;
  private final ConcurrentNavigableMap<String, SqliteQueue> queues = new ConcurrentSkipListMap<>();

  private SqliteQueues(Database database, InstantSource clock, Limits limits) {
    this.limits = limits;
    this.contents = new Contents(limits.contents());
    this.waiting = new Contents(limits.waiting());
    this.database = database;
    this.clock = clock;
    this.commits = new Commits(database, clock);
    this.timers = new Timers("mayfly-queue-timer", clock);
    this.sweeper = new Sweeper(this);
  }

  /**
   * Opens the queues in {@code file}, and makes it if it is not there.
   *
   * @throws MayflyException if it is damaged, not writable, or from a newer Mayfly
   */
  public static SqliteQueues open(Path file, InstantSource clock) {
    return open(file, clock, Limits.USUAL);
  }

  static SqliteQueues open(Path file, InstantSource clock, Limits limits) {
    Database database =
        Database.open(file, new Database.Schema("mayfly-queue", QueueTables.MIGRATIONS));
    SqliteQueues queues = new SqliteQueues(database, clock, limits);
    try {
      var _ = database.write(queues::load);
    } catch (MayflyException e) {
      queues.close();
      throw e;
    }
    queues.timers.at(clock.millis() + Sweeper.PAUSE, queues.sweeper);
    return queues;
  }

  private Boolean load(Connection connection) throws SQLException {
    try (PreparedStatement next =
            connection.prepareStatement("update start set number = number + 1 returning number");
        ResultSet row = next.executeQuery()) {
      row.next();
      start = row.getInt(1);
    }
    try (PreparedStatement select =
            connection.prepareStatement(
                "select id, next, messages, purged, name, fifo, group_deduplication, delay,"
                    + " retention, dead_letters, max_receives, document from queue");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        Ledger ledger = new Ledger(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
        String name = row.getString(5);
        if (name == null) {
          ledger.gone = true;
          sweeper.remember(ledger);
        } else {
          queues.put(
              name, new SqliteQueue(this, name, ledger, rules(row), row.getString("document")));
        }
      }
    }
    return true;
  }

  private static QueueRules rules(ResultSet row) throws SQLException {
    String deadLetters = row.getString("dead_letters");
    return new QueueRules(
        row.getBoolean("fifo"),
        row.getBoolean("group_deduplication"),
        Duration.ofMillis(row.getLong("delay")),
        Duration.ofMillis(row.getLong("retention")),
        deadLetters == null
            ? Optional.empty()
            : Optional.of(new QueueRules.DeadLetters(deadLetters, row.getInt("max_receives"))));
  }

  @Override
  public synchronized MessageQueue create(String name, QueueRules rules, String document) {
    if (queues.containsKey(name)) {
      throw new MayflyException(ErrorCode.CONFLICT, "there is a queue " + name + " already");
    }
    long id =
        database.write(
            connection -> {
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      "insert into queue (fifo, group_deduplication, delay, retention,"
                          + " dead_letters, max_receives, document, name, next, messages, purged)"
                          + " values (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0) returning id")) {
                bind(insert, rules, document);
                insert.setString(8, name);
                try (ResultSet row = insert.executeQuery()) {
                  row.next();
                  return Ledger.checked(row.getLong(1));
                }
              }
            });
    SqliteQueue queue = new SqliteQueue(this, name, new Ledger(id, 1, 0, 0), rules, document);
    queues.put(name, queue);
    return queue;
  }

  void store(SqliteQueue queue, QueueRules rules, String document) {
    database.write(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update queue set fifo = ?, group_deduplication = ?, delay = ?, retention = ?,"
                      + " dead_letters = ?, max_receives = ?, document = ? where id = ?")) {
            bind(update, rules, document);
            update.setLong(8, queue.ledger().queue);
            return update.executeUpdate();
          }
        });
  }

  private static void bind(PreparedStatement statement, QueueRules rules, String document)
      throws SQLException {
    statement.setBoolean(1, rules.fifo());
    statement.setBoolean(2, rules.groupDeduplication());
    statement.setLong(3, rules.delay().toMillis());
    statement.setLong(4, rules.retention().toMillis());
    statement.setString(5, rules.deadLetters().map(QueueRules.DeadLetters::queue).orElse(null));
    statement.setInt(6, rules.deadLetters().map(QueueRules.DeadLetters::maxReceives).orElse(0));
    statement.setString(7, document);
  }

  @Override
  public Optional<MessageQueue> find(String name) {
    return Optional.ofNullable(queues.get(name));
  }

  @Nullable SqliteQueue lookUp(String name) {
    return queues.get(name);
  }

  @Override
  public List<MessageQueue> list(String prefix) {
    List<MessageQueue> found = new ArrayList<>();
    for (SqliteQueue queue : queues.tailMap(prefix).values()) {
      if (!queue.name().startsWith(prefix)) {
        break;
      }
      found.add(queue);
    }
    return found;
  }

  List<SqliteQueue> all() {
    return List.copyOf(queues.values());
  }

  @Override
  public CompletableFuture<Void> send(List<Forward> messages, Map<String, Instant> marks) {
    try {
      List<Insert> inserts = inserts(messages);
      List<Change> changes = new ArrayList<>(inserts);
      if (!marks.isEmpty()) {
        changes.add(new SetMarks(Map.copyOf(marks)));
      }
      return changes.isEmpty()
          ? CompletableFuture.completedFuture(null)
          : add(changes, inserts.stream().mapToLong(Insert::bytes).sum());
    } catch (MayflyException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public Map<String, Instant> marks() {
    return database.write(QueueTables::marks);
  }

  @Override
  public CompletableFuture<Void> forgetMarks(Collection<String> keys) {
    return keys.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : commits.add(List.of(new ForgetMarks(List.copyOf(keys))));
  }

  /**
   * The changes that add messages, one for each queue, in which they keep their order.
   *
   * @throws MayflyException if a queue is gone or does not take them
   */
  List<Insert> inserts(List<Forward> forwards) {
    Map<SqliteQueue, List<NewMessage>> byQueue = new LinkedHashMap<>();
    for (Forward forward : forwards) {
      byQueue.computeIfAbsent(own(forward.to()), _ -> new ArrayList<>()).add(forward.message());
    }
    return byQueue.entrySet().stream()
        .map(entry -> entry.getKey().insert(entry.getValue()))
        .toList();
  }

  SqliteQueue own(MessageQueue queue) {
    if (queue instanceof SqliteQueue other && other.queues() == this) {
      return other;
    }
    throw new IllegalArgumentException(queue.name() + " is a queue of somebody else");
  }

  @Override
  public synchronized void delete(String name) {
    SqliteQueue queue = queues.get(name);
    if (queue == null) {
      return;
    }
    SqliteQueue.join(commits.add(List.of(new Drop(queue))));
    queues.remove(name);
    timers.forget(queue);
    sweeper.removed(queue.ledger());
  }

  /**
   * Makes changes together.
   *
   * @param bytes what they hold in memory until they are stored
   */
  CompletableFuture<Void> add(List<Change> changes, long bytes) {
    if (bytes == 0) {
      return commits.add(changes);
    }
    if (!waiting.take(bytes)) {
      return CompletableFuture.failedFuture(
          new MayflyException(
              ErrorCode.SERVICE_UNAVAILABLE,
              "more messages are sent than the disk takes; send them again later"));
    }
    CompletableFuture<Void> done = commits.add(changes);
    return done.whenComplete((_, _) -> waiting.release(bytes));
  }

  long now() {
    return clock.millis();
  }

  Database database() {
    return database;
  }

  Timers timers() {
    return timers;
  }

  Limits limits() {
    return limits;
  }

  Contents contents() {
    return contents;
  }

  Sweeper sweeper() {
    return sweeper;
  }

  /** In which start of the queues this is, counted from the file's beginning. */
  int start() {
    return start;
  }

  /**
   * Does what is due by the clock. The timer does so in the machine's time; this is for clocks that
   * are set.
   */
  public void tick() {
    timers.tick();
  }

  @Override
  public void close() {
    timers.close();
    List<CompletableFuture<Void>> leases = new ArrayList<>();
    for (SqliteQueue queue : queues.values()) {
      queue.end();
      leases.add(queue.flush());
    }
    // What cannot be written comes again by itself; but it is not to be cut off.
    CompletableFuture.allOf(leases.toArray(CompletableFuture[]::new))
        .exceptionally(_ -> null)
        .join();
    database.close();
  }
}
