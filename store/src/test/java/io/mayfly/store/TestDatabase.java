package io.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDatabase {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("mayfly.db");
  }

  private static int insert(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(
          "insert into role (name, document) values ('%s', '{}')".formatted(name));
    }
  }

  private static List<String> names(Database database) {
    return database.write(
        connection -> {
          List<String> names = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery("select name from role order by name")) {
            while (rows.next()) {
              names.add(rows.getString(1));
            }
          }
          return names;
        });
  }

  @Test
  void whatWasWrittenIsThereWhenOpenedAgain() {
    try (Database database = Database.open(file())) {
      database.write(connection -> insert(connection, "a"));
    }
    try (Database database = Database.open(file())) {
      assertThat(names(database)).containsExactly("a");
    }
  }

  @Test
  void onlyTheOwnerCanReadIt() throws IOException {
    try (Database database = Database.open(file())) {
      database.write(connection -> insert(connection, "a"));
      for (String name : List.of("mayfly.db", "mayfly.db-wal", "mayfly.db-shm")) {
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
            .as(name)
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void aNewerSchemaIsRefusedWithWhatToDo() throws SQLException {
    Database.open(file()).close();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("pragma user_version = 1000");
    }
    assertThatThrownBy(() -> Database.open(file()))
        .isInstanceOf(MayflyException.class)
        .hasMessageContainingAll("newer Mayfly", "1000", "--data");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws IOException {
    Files.writeString(file(), "this is no database at all, but a text".repeat(100));
    assertThatThrownBy(() -> Database.open(file()))
        .isInstanceOf(MayflyException.class)
        .hasMessageContainingAll("mayfly.db", "cannot be opened");
  }

  @Test
  void aPieceOfWorkThatFailsTakesNobodyAlong() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Database database = Database.open(file());
        ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first = writers.submit(() -> database.write(blocking(begun, go)));
      begun.await();
      // These wait together and share one transaction.
      List<Future<Integer>> good = new ArrayList<>();
      List<Future<?>> bad = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String name = "f" + i;
        good.add(writers.submit(() -> database.write(connection -> insert(connection, name))));
        bad.add(
            writers.submit(
                () ->
                    database.write(
                        connection -> {
                          insert(connection, "half-" + name);
                          throw new IllegalStateException("no");
                        })));
        bad.add(
            writers.submit(
                () ->
                    database.write(
                        connection -> {
                          insert(connection, "half-" + name);
                          throw new AssertionError("not even an exception");
                        })));
        bad.add(writers.submit(() -> database.write(connection -> insert(connection, "no'sql"))));
      }
      go.countDown();
      first.get();
      for (Future<Integer> one : good) {
        assertThat(one.get()).isEqualTo(1);
      }
      for (Future<?> one : bad) {
        assertThatThrownBy(one::get).hasCauseInstanceOf(MayflyException.class);
      }
      assertThat(names(database)).hasSize(20).noneMatch(name -> name.startsWith("half"));
    }
  }

  private static Database.Work<Boolean> blocking(CountDownLatch begun, CountDownLatch go) {
    return connection -> {
      begun.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return true;
    };
  }

  @Test
  void writersThatWaitTogetherShareCommits() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Database database = Database.open(file())) {
      CompletableFuture<Void> first = written(database, blocking(begun, go));
      begun.await();
      List<CompletableFuture<Void>> together = new ArrayList<>();
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String name = "f" + i;
        CompletableFuture<Void> done = new CompletableFuture<>();
        together.add(done);
        writers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      database.write(connection -> insert(connection, name));
                      done.complete(null);
                    }));
      }
      while (!writers.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING)) {
        Thread.onSpinWait();
      }
      long before = walFrames();
      go.countDown();
      first.join();
      CompletableFuture.allOf(together.toArray(CompletableFuture[]::new)).join();
      // Every commit appends the pages that it changed: one commit, one page or two.
      assertThat(walFrames() - before).isBetween(1L, 10L);
    }
  }

  private static CompletableFuture<Void> written(Database database, Database.Work<?> work) {
    return CompletableFuture.runAsync(() -> database.write(work));
  }

  private long walFrames() throws IOException {
    return Files.size(folder.resolve("mayfly.db-wal")) / (4096 + 24);
  }

  @Test
  void aFullDiskFailsTheWriteAndSpaceMakesTheNextOneWork() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 2)) {
      try (Database database = Database.open(disk.folder().resolve("mayfly.db"))) {
        database.write(connection -> insert(connection, "before"));
        Path filler = disk.fill();
        assertThatThrownBy(() -> database.write(connection -> insertLarge(connection, "large")))
            .isInstanceOfSatisfying(
                MayflyException.class,
                failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SERVICE))
            .hasMessageContaining("full");
        Files.delete(filler);
        database.write(connection -> insert(connection, "after"));
        assertThat(names(database)).containsExactly("after", "before");
      }
      try (Database database = Database.open(disk.folder().resolve("mayfly.db"))) {
        assertThat(names(database)).containsExactly("after", "before");
      }
    }
  }

  private static int insertLarge(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(
          "insert into role (name, document) values ('%s', hex(zeroblob(500000)))".formatted(name));
    }
  }

  @Test
  void aWriteAfterTheEndIsRefusedAndNeverHangs() throws Exception {
    Database database = Database.open(file());
    List<Future<Object>> writes = new ArrayList<>();
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        String name = "f" + i;
        writes.add(
            writers.submit(
                () -> {
                  try {
                    return database.write(connection -> insert(connection, name));
                  } catch (MayflyException e) {
                    return e.getMessage();
                  }
                }));
        if (i == 100) {
          var _ = writers.submit(database::close);
        }
      }
    }
    int stored = 0;
    for (Future<Object> write : writes) {
      Object result = write.get();
      if (result.equals(1)) {
        stored++;
      } else {
        assertThat(result).isEqualTo("the platform is shutting down");
      }
    }
    try (Database again = Database.open(file())) {
      assertThat(names(again)).hasSize(stored);
    }
  }

  @Test
  void workThatNobodyWaitsForIsToldItsOutcomeInOrder() {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Boolean> last = new CompletableFuture<>();
    try (Database database = Database.open(file())) {
      for (String name : List.of("a", "b", "a", "c")) {
        database.submit(
            connection -> insert(connection, name),
            new Database.Outcome<Integer>() {
              @Override
              public void stored(Integer rows) {
                told.add(name + " " + rows);
                if (name.equals("c")) {
                  last.complete(true);
                }
              }

              @Override
              public void failed(Throwable reason) {
                told.add(name + " failed");
              }
            });
      }
      assertThat(last.join()).isTrue();
      // One that fails alone is told at once, the others when they are on the disk.
      assertThat(told).containsExactlyInAnyOrder("a 1", "b 1", "a failed", "c 1");
      assertThat(told).containsSubsequence("a 1", "b 1", "c 1");
      assertThat(names(database)).containsExactlyInAnyOrder("a", "b", "c");
    }
  }

  @Test
  void aReaderSeesWhatIsCommittedAndChangesNothing() {
    try (Database database = Database.open(file())) {
      database.write(connection -> insert(connection, "a"));
      assertThat(database.read(TestDatabase::count)).isEqualTo(1);
      int seen =
          database.write(
              connection -> {
                insert(connection, "b");
                return database.read(TestDatabase::count);
              });
      assertThat(seen).as("before the commit").isEqualTo(1);
      assertThat(database.read(TestDatabase::count)).isEqualTo(2);
      assertThatThrownBy(() -> database.read(connection -> insert(connection, "c")))
          .isInstanceOf(MayflyException.class)
          .hasMessageContaining("cannot be read");
    }
  }

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from role")) {
      return row.getInt(1);
    }
  }

  @Test
  void aKilledProcessLosesNothingThatItAnswered() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                EndlessWriter.class.getName(),
                file().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> answered = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      while (answered.size() < 300) {
        answered.add(lines.readLine());
      }
      // By its handle: the process object would close the pipe that is still to be read.
      assertThat(child.toHandle().destroyForcibly()).isTrue();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answered.add(line);
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(answered).doesNotContainNull();
    try (Database database = Database.open(file())) {
      assertThat(names(database)).containsAll(answered.subList(0, answered.size() - 1));
    }
  }

  /** Stores a row, says so, and again. */
  static final class EndlessWriter {
    public static void main(String[] arguments) {
      try (Database database = Database.open(Path.of(arguments[0]))) {
        for (int i = 0; ; i++) {
          String name = "row-" + i;
          database.write(connection -> insert(connection, name));
          System.out.println(name);
        }
      }
    }
  }
}
