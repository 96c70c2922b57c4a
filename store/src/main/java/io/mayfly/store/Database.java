package io.mayfly.store;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A SQLite database: write-ahead log, every commit on the disk before it is answered.
 *
 * <p>One platform thread owns the connection and runs every piece of work in the order it came.
 * Work that waits meanwhile shares the next commit, so that many writers cost one {@code fsync};
 * each piece stands in its own savepoint, so that one that fails takes nobody along. A disk that
 * fails or is full ends the whole transaction: everybody in it hears of that, and the next batch
 * begins a new one.
 *
 * <p>Transactions are begun and ended in SQL and not by JDBC's auto-commit, whose idea of whether
 * one is open is wrong after SQLite has rolled back of itself.
 */
public final class Database implements AutoCloseable {
  private static final int MAX_BATCH = 128;

  /** One entry per schema version, in order; never changed once released. */
  private static final List<String> MIGRATIONS =
      List.of(
          """
          create table function (
            name text primary key,
            document text not null
          ) without rowid;
          create table function_url (
            function text primary key,
            document text not null
          ) without rowid;
          """,
          """
          create table reserved_concurrency (
            function text primary key,
            calls integer not null
          ) without rowid;
          """,
          """
          create table function_version (
            function text not null,
            version text not null,
            document text not null,
            primary key (function, version)
          ) without rowid;
          insert into function_version (function, version, document)
            select name, '$LATEST', json_object(
              'id', json_object(
                'function', json_extract(document, '$.name'),
                'version', '$LATEST'),
              'settings', json_object(
                'description', json_extract(document, '$.description'),
                'runtime', json_extract(document, '$.runtime'),
                'handler', json_extract(document, '$.handler'),
                'role', json_extract(document, '$.role'),
                'timeout', json_extract(document, '$.timeout'),
                'memory', json_extract(document, '$.memory'),
                'ephemeralStorage', json_extract(document, '$.ephemeralStorage'),
                'environment', json_extract(document, '$.environment')),
              'tags', json_extract(document, '$.tags'),
              'code', json_extract(document, '$.code'),
              'lifecycle', json_extract(document, '$.lifecycle'),
              'revisionId', json_extract(document, '$.revisionId'),
              'lastModified', json_extract(document, '$.lastModified'))
            from function;
          drop table function;
          create table last_version (
            function text primary key,
            number integer not null
          ) without rowid;
          create table alias (
            function text not null,
            name text not null,
            document text not null,
            primary key (function, name)
          ) without rowid;
          create table provisioned_concurrency (
            function text not null,
            qualifier text not null,
            document text not null,
            primary key (function, qualifier)
          ) without rowid;
          """,
          """
          create table tag (
            function text not null,
            key text not null,
            value text not null,
            primary key (function, key)
          ) without rowid;
          insert into tag (function, key, value)
            select version.function, tag.key, tag.value
            from function_version version, json_each(version.document, '$.tags') tag
            where version.version = '$LATEST';
          update function_version set document = json_remove(document, '$.tags');
          """,
          """
          create table resource_policy (
            function text not null,
            qualifier text not null,
            document text not null,
            primary key (function, qualifier)
          ) without rowid;
          """,
          """
          create table layer_version (
            layer text not null,
            number integer not null,
            document text not null,
            primary key (layer, number)
          ) without rowid;
          create table last_layer_version (
            layer text primary key,
            number integer not null
          ) without rowid;
          update function_version set document = json_set(
            document, '$.settings.layers', json('[]'), '$.code.unzippedBytes', 0);
          """,
          """
          create table event_invoke_config (
            function text not null,
            qualifier text not null,
            document text not null,
            primary key (function, qualifier)
          ) without rowid;
          """,
          """
          create table role (
            name text primary key,
            document text not null
          ) without rowid;
          create table policy (
            name text primary key,
            document text not null
          ) without rowid;
          """,
          """
          create table code_signing_config (
            id text primary key,
            document text not null
          ) without rowid;
          create table function_code_signing (
            function text primary key,
            config text not null
          ) without rowid;
          """,
          """
          create table runtime_management (
            function text not null,
            qualifier text not null,
            document text not null,
            primary key (function, qualifier)
          ) without rowid;
          create table recursive_loop (
            function text primary key
          ) without rowid;
          """,
          """
          create table event_source_mapping (
            uuid text primary key,
            document text not null
          ) without rowid;
          """,
          """
          alter table function_url rename to function_url_alone;
          create table function_url (
            function text not null,
            qualifier text not null,
            document text not null,
            primary key (function, qualifier)
          ) without rowid;
          insert into function_url (function, qualifier, document)
            select function, '$LATEST', json_set(document, '$.alias', json('null'))
            from function_url_alone;
          drop table function_url_alone;
          """,
          """
          update function_version set document = json_set(
            document, '$.settings.snapStart', json('false'), '$.settings.deadLetter', json('null'));
          """,
          """
          create table key_pair (
            id text primary key,
            document text not null
          ) without rowid;
          """,
          """
          update function_version set document = json_set(
            document, '$.settings.logging', json('{"json":null}'));
          """,
          """
          update function_version set document = json_set(document, '$.perTenant', json('false'));
          """,
          """
          create table event_bus (
            kind text not null,
            key text not null,
            document text not null,
            primary key (kind, key)
          ) without rowid;
          """,
          """
          create table topic (
            name text primary key,
            document text not null
          ) without rowid;
          create table subscription (
            id text primary key,
            document text not null
          ) without rowid;
          """,
          """
          create table schedule (
            kind text not null,
            key text not null,
            document text not null,
            primary key (kind, key)
          ) without rowid;
          """,
          """
          create table topic_rule (
            name text primary key,
            document text not null
          ) without rowid;
          """);

  /** Something to do with the connection, inside a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /**
   * What a database is for.
   *
   * @param thread the name of the thread that writes
   * @param migrations one entry per schema version, in order; never changed once released
   */
  public record Schema(String thread, List<String> migrations) {
    public Schema {
      migrations = List.copyOf(migrations);
    }
  }

  /** What has become of a piece of work; runs on the thread that writes, and must not block it. */
  public interface Outcome<T> {
    /** It is on the disk. */
    void stored(T result);

    /** Nothing of it is on the disk. */
    void failed(Throwable reason);
  }

  private record Task<T>(Work<T> work, Outcome<? super T> outcome) {}

  /** A task's result, held back until the batch is on the disk. */
  private record Finished<T>(Outcome<? super T> outcome, T result) {
    void publish() {
      outcome.stored(result);
    }
  }

  private record Answer<T>(CompletableFuture<T> done) implements Outcome<T> {
    @Override
    public void stored(T result) {
      done.complete(result);
    }

    @Override
    public void failed(Throwable reason) {
      done.completeExceptionally(reason);
    }
  }

  /** Guarded by itself where adding must not race with closing. */
  private final BlockingQueue<Task<?>> queue = new LinkedBlockingQueue<>();

  private final Path file;
  private final Connection connection;
  private final Thread writer;
  private volatile boolean closed;

  /** Threads and their connections that read; made on first use. */
  private final ExecutorService reader;

  /** Of the reader's thread. */
  private @Nullable Connection reading;

  private Database(Path file, Connection connection, Schema schema) {
    this.file = file;
    this.connection = connection;
    this.reader =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name(schema.thread() + "-reader").daemon(true).factory());
    this.writer = Thread.ofPlatform().name(schema.thread()).daemon(true).start(this::run);
  }

  /** Opens the database of the control plane. */
  public static Database open(Path file) {
    return open(file, new Schema("mayfly-store", MIGRATIONS));
  }

  /**
   * Opens the database in {@code file}, bringing an older schema up to date.
   *
   * @throws MayflyException if it is damaged, not writable, or from a newer Mayfly
   */
  public static Database open(Path file, Schema schema) {
    Connection connection = null;
    try {
      makeForOwner(file);
      connection = connect(file);
      try (Statement statement = connection.createStatement()) {
        statement.execute("pragma journal_mode = wal");
        statement.execute("pragma synchronous = full");
      }
      migrate(connection, file, schema.migrations());
      return new Database(file, connection, schema);
    } catch (SQLException e) {
      close(connection);
      throw new MayflyException(
          ErrorCode.SERVICE,
          "the database %s cannot be opened: %s; check the disk, or restore the file from a copy"
              .formatted(file, e.getMessage()),
          e);
    } catch (MayflyException e) {
      close(connection);
      throw e;
    }
  }

  /** Runs work and returns its result once it is on the disk. */
  public <T> T write(Work<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    submit(work, new Answer<>(done));
    try {
      return done.join();
    } catch (CompletionException e) {
      throw new MayflyException(
          ErrorCode.SERVICE, "the change could not be stored: " + e.getCause(), e);
    }
  }

  /** Has work done, without waiting for it. What came before is told its outcome before. */
  public <T> void submit(Work<T> work, Outcome<? super T> outcome) {
    synchronized (queue) {
      if (closed) {
        throw new MayflyException(ErrorCode.SERVICE_UNAVAILABLE, "the platform is shutting down");
      }
      queue.add(new Task<>(work, outcome));
    }
  }

  /** Reads what is on the disk, beside the writer, on a thread and a connection of its own. */
  public <T> T read(Work<T> work) {
    try {
      return CompletableFuture.supplyAsync(() -> readNow(work), reader).join();
    } catch (RejectedExecutionException e) {
      throw new MayflyException(ErrorCode.SERVICE_UNAVAILABLE, "the platform is shutting down", e);
    } catch (CompletionException e) {
      throw new MayflyException(
          ErrorCode.SERVICE, "the database %s cannot be read: %s".formatted(file, e.getCause()), e);
    }
  }

  private <T> T readNow(Work<T> work) {
    try {
      Connection open = reading;
      if (open == null) {
        open = connect(file);
        reading = open;
        try (Statement statement = open.createStatement()) {
          statement.execute("pragma query_only = on");
        }
      }
      return work.run(open);
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public void close() {
    synchronized (queue) {
      closed = true;
      // Wakes the writer; what was added before is still done.
      queue.add(new Task<>(ignored -> Boolean.TRUE, new Answer<>(new CompletableFuture<>())));
    }
    if (!reader.isShutdown()) {
      reader.execute(() -> close(reading));
      reader.shutdown();
    }
    try {
      reader.awaitTermination(10, TimeUnit.SECONDS);
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    List<Task<?>> batch = new ArrayList<>();
    while (!closed || !queue.isEmpty()) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        break;
      }
      queue.drainTo(batch, MAX_BATCH - 1);
      commit(batch);
      batch.clear();
    }
    close(connection);
  }

  private void commit(List<Task<?>> batch) {
    List<Finished<?>> finished = new ArrayList<>(batch.size());
    List<Task<?>> failed = new ArrayList<>(0);
    try (Statement statement = connection.createStatement()) {
      statement.execute("begin immediate");
      for (Task<?> task : batch) {
        runOne(task, statement, finished, failed);
      }
      statement.execute("commit");
      finished.forEach(each -> tell(each::publish));
    } catch (SQLException e) {
      rollback();
      for (Task<?> task : batch) {
        // Those that failed alone have been told their own reason already.
        if (!failed.contains(task)) {
          tell(() -> task.outcome().failed(e));
        }
      }
    }
  }

  /** Whatever comes of what somebody is told, those behind him have to be told as well. */
  private static void tell(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException | Error e) {
      Thread.currentThread()
          .getUncaughtExceptionHandler()
          .uncaughtException(Thread.currentThread(), e);
    }
  }

  private <T> void runOne(
      Task<T> task, Statement statement, List<Finished<?>> finished, List<Task<?>> failed)
      throws SQLException {
    statement.execute("savepoint piece");
    try {
      T result = task.work().run(connection);
      finished.add(new Finished<>(task.outcome(), result));
    } catch (SQLException | RuntimeException | Error e) {
      statement.execute("rollback to piece");
      failed.add(task);
      tell(() -> task.outcome().failed(e));
    }
    statement.execute("release piece");
  }

  private void rollback() {
    try (Statement statement = connection.createStatement()) {
      statement.execute("rollback");
    } catch (SQLException e) {
      // SQLite has rolled back of itself: no transaction is open, which is what is wanted.
    }
  }

  /** Functions' environments hold secrets; SQLite gives its other files the same permissions. */
  private static void makeForOwner(Path file) {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // As it was left.
    } catch (IOException e) {
      throw new MayflyException(
          ErrorCode.SERVICE, "the database %s cannot be made: %s".formatted(file, e), e);
    }
  }

  private static Connection connect(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  private static void migrate(Connection connection, Path file, List<String> migrations)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int version;
      try (ResultSet row = statement.executeQuery("pragma user_version")) {
        version = row.next() ? row.getInt(1) : 0;
      }
      if (version > migrations.size()) {
        throw new MayflyException(
            ErrorCode.CONFLICT,
            "the database %s was written by a newer Mayfly (schema %d, this one knows %d); start that version, or give another folder with --data"
                .formatted(file, version, migrations.size()));
      }
      for (int next = version; next < migrations.size(); next++) {
        statement.execute("begin immediate");
        for (String sql : migrations.get(next).split(";", -1)) {
          if (!sql.isBlank()) {
            statement.execute(sql);
          }
        }
        statement.execute("pragma user_version = " + (next + 1));
        statement.execute("commit");
      }
    }
  }

  private static void close(@Nullable Connection connection) {
    if (connection == null) {
      return;
    }
    try {
      connection.close();
    } catch (SQLException e) {
      // Everything that was promised is committed; there is nobody left to tell.
    }
  }
}
