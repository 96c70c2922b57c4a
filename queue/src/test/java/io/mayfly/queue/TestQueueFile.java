package io.mayfly.queue;

import static io.mayfly.queue.TestQueueContract.STANDARD;
import static io.mayfly.queue.TestQueueContract.VISIBILITY;
import static io.mayfly.queue.TestQueueContract.assertDepth;
import static io.mayfly.queue.TestQueueContract.body;
import static io.mayfly.queue.TestQueueContract.message;
import static io.mayfly.queue.TestQueueContract.one;
import static io.mayfly.queue.TestQueueContract.send;
import static io.mayfly.queue.TestQueueContract.until;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of queues: what a crash, a full disk and others' hands do to it. */
class TestQueueFile {
  @TempDir Path folder;

  private final SetClock clock = new SetClock();

  private Path file() {
    return folder.resolve("queue.db");
  }

  @Test
  void onlyItsOwnerMayReadIt() throws IOException {
    SqliteQueues.open(file(), clock).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void aDamagedFileIsRefusedWithWhatToDo() throws IOException {
    Files.writeString(file(), "no database at all, and long enough to be looked at".repeat(50));
    assertThatThrownBy(() -> SqliteQueues.open(file(), clock))
        .isInstanceOf(MayflyException.class)
        .hasMessageContainingAll("cannot be opened", file().toString(), "restore");
  }

  @Test
  void aFileOfANewerVersionIsLeftAlone() throws Exception {
    SqliteQueues.open(file(), clock).close();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("pragma user_version = 99");
    }
    assertThatThrownBy(() -> SqliteQueues.open(file(), clock))
        .isInstanceOfSatisfying(
            MayflyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining("newer Mayfly");
  }

  @Test
  void aFullDiskLosesNothingThatWasAcceptedAndTheQueueGoesOn() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
    try (SqliteQueues queues = SqliteQueues.open(disk.resolve("queue.db"), clock)) {
      MessageQueue dead = queues.create("dead", STANDARD, "");
      MessageQueue queue =
          queues.create("q", TestQueueContract.withDeadLetters(STANDARD, "dead", 1), "");
      Set<String> accepted = new HashSet<>();
      send(queue, message("leased"));
      Delivery leased = one(queue);
      send(queue, message("poison"));
      one(queue);
      queue.changeVisibility(new Receipt(2, 1, 1), Duration.ZERO);
      Path filler = fill(disk);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100_000; i++) {
                  send(queue, message("m" + i));
                  accepted.add("m" + i);
                }
              })
          .hasRootCauseInstanceOf(java.sql.SQLException.class)
          .hasMessageContaining("could not be stored");
      assertThatThrownBy(() -> queue.delete(List.of(leased.receipt()), List.of()).join())
          .hasMessageContaining("could not be stored");
      assertThatThrownBy(
              () ->
                  queues
                      .send(
                          List.of(new Forward(queue, message("marked"))),
                          Map.of("mark", Instant.EPOCH))
                      .join())
          .hasMessageContaining("could not be stored");
      assertThat(queue.holds(leased.receipt())).as("it stays with its receiver").isTrue();
      Set<String> received = new HashSet<>();
      queue.receive(200_000, VISIBILITY).forEach(delivery -> received.add(body(delivery)));
      assertThat(received).containsExactlyInAnyOrderElementsOf(accepted);
      Files.delete(filler);
      queue.delete(List.of(leased.receipt()), List.of()).join();
      send(queue, message("after"));
      assertThat(body(one(queue))).isEqualTo("after");
      assertThat(queues.marks()).as("without the message no mark").isEmpty();
      clock.advance(Duration.ofSeconds(2));
      // The dead letter could not be moved before, and is tried again.
      until(
          () -> {
            queues.tick();
            List<Delivery> none = queue.receive(1, VISIBILITY);
            return none.isEmpty() && dead.depth().ready() == 1;
          });
      assertDepth(queue, 0, accepted.size() + 1, 0);
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  @Test
  void leasesAreOnTheDiskATenthOfASecondLater() throws Exception {
    Path before = Files.createDirectory(folder.resolve("before"));
    Path after = Files.createDirectory(folder.resolve("after"));
    Receipt receipt;
    try (SqliteQueues queues = SqliteQueues.open(file(), clock)) {
      MessageQueue queue = queues.create("q", STANDARD, "");
      send(queue, message("a"));
      receipt = one(queue).receipt();
      clock.advance(Duration.ofMillis(99));
      queues.tick();
      send(queue, message("b"));
      copy(before);
      clock.advance(Duration.ofMillis(1));
      queues.tick();
      send(queue, message("c"));
      copy(after);
    }
    try (SqliteQueues queues = SqliteQueues.open(before.resolve("queue.db"), clock)) {
      MessageQueue queue = queues.find("q").orElseThrow();
      Receipt again = one(queue).receipt();
      assertThat(again.lease()).isEqualTo(1);
      // The lease that was not written is nobody's, though this one is the first as well.
      assertThat(queue.changeVisibility(receipt, Duration.ZERO)).isFalse();
      assertThat(queue.delete(List.of(receipt), List.of()).join()).isEmpty();
      assertThat(queue.holds(again)).isTrue();
    }
    try (SqliteQueues queues = SqliteQueues.open(after.resolve("queue.db"), clock)) {
      MessageQueue queue = queues.find("q").orElseThrow();
      assertThat(queue.holds(receipt)).isTrue();
      assertThat(body(one(queue))).isEqualTo("b");
    }
  }

  @Test
  void noMoreQueuesAreMadeThanHaveRoomForTheirMessages() throws Exception {
    SqliteQueues.open(file(), clock).close();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("insert into sqlite_sequence values ('queue', (1 << 23) - 3)");
    }
    try (SqliteQueues queues = SqliteQueues.open(file(), clock)) {
      MessageQueue last = queues.create("last", STANDARD, "");
      send(last, message("a"));
      assertThat(body(one(last))).isEqualTo("a");
      assertThatThrownBy(() -> queues.create("more", STANDARD, ""))
          .hasMessageContaining("8388606 queues have been made");
      assertThat(queues.find("more")).isEmpty();
    }
    try (SqliteQueues queues = SqliteQueues.open(file(), clock)) {
      assertThat(queues.list("")).hasSize(1);
    }
  }

  /** What a process that is killed now leaves. */
  private void copy(Path target) throws IOException {
    for (String name : List.of("queue.db", "queue.db-wal")) {
      Files.copy(folder.resolve(name), target.resolve(name));
    }
  }

  @Test
  void aBacklogStaysOnTheDiskAndComesInOrder() {
    SqliteQueues.Limits limits = new SqliteQueues.Limits(100, 50, 10, 10_000, 1L << 30);
    int count = 3_000;
    try (SqliteQueues queues = SqliteQueues.open(file(), clock, limits)) {
      MessageQueue queue = queues.create("q", STANDARD, "");
      assertThat(queue.depth().ready()).isZero();
      for (int i = 0; i < count; i += 10) {
        List<NewMessage> batch = new ArrayList<>();
        for (int j = i; j < i + 10; j++) {
          batch.add(message("m" + j));
        }
        queue.send(batch).join();
      }
      assertThat(((SqliteQueue) queue).inMemory()).isEqualTo(limits.window());
      assertDepth(queue, count, 0, 0);
    }
    try (SqliteQueues queues = SqliteQueues.open(file(), clock, limits)) {
      SqliteQueue queue = (SqliteQueue) queues.find("q").orElseThrow();
      assertDepth(queue, count, 0, 0);
      assertThat(queue.inMemory()).isEqualTo(limits.page());
      for (int i = 0; i < count; ) {
        for (Delivery delivery : queue.receive(7, VISIBILITY)) {
          assertThat(body(delivery)).isEqualTo("m" + i++);
          TestQueueContract.delete(queue, delivery);
        }
        assertThat(queue.inMemory()).isLessThanOrEqualTo(limits.window());
      }
      assertDepth(queue, 0, 0, 0);
    }
  }

  @Test
  void aListenerThatIsLeftBehindAsksNothingOfClosedQueues() {
    SqliteQueues.Limits limits = new SqliteQueues.Limits(2, 2, 1, 10_000, 1L << 30);
    SqliteQueues queues = SqliteQueues.open(file(), clock, limits);
    MessageQueue queue = queues.create("q", STANDARD, "");
    AtomicInteger told = new AtomicInteger();
    AutoCloseable unused = queue.whenReady(told::incrementAndGet);
    for (int i = 0; i < 10; i++) {
      send(queue, message("m" + i));
    }
    assertThat(queue.receive(10, VISIBILITY)).isNotEmpty();
    queues.close();
    assertThat(queue.receive(10, VISIBILITY).size()).isLessThanOrEqualTo(limits.window());
    assertThat(queue.receive(10, VISIBILITY)).isEmpty();
    assertThat(unused).isNotNull();
  }

  @Test
  void whatIsGoneIsClearedFromTheDisk() throws Exception {
    try (SqliteQueues queues = SqliteQueues.open(file(), clock)) {
      MessageQueue purged = queues.create("purged", STANDARD, "");
      MessageQueue removed = queues.create("removed", TestQueueContract.FIFO, "");
      for (int i = 0; i < 3 * Sweeper.PIECE; i++) {
        purged.send(List.of(message("a"))).join();
        send(removed, message("g", "a"));
      }
      one(purged);
      one(removed);
      purged.purge().join();
      queues.delete("removed");
      send(purged, message("b"));
      queues.tick();
      until(() -> rows("message") == 1 && rows("queue") == 1 && rows("lease") == 0);
      assertThat(rows("deduplication")).isZero();
      MessageQueue fifo = queues.create("fifo", TestQueueContract.FIFO, "");
      send(fifo, message("g", "a"));
      clock.advance(Duration.ofMinutes(6));
      queues.tick();
      until(() -> rows("deduplication") == 0);
      assertDepth(fifo, 1, 0, 0);
    }
  }

  private long rows(String table) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + table)) {
      return row.getLong(1);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path fill(Path disk) throws IOException {
    Path filler = disk.resolve("filler");
    try (OutputStream target = Files.newOutputStream(filler)) {
      while (true) {
        target.write(new byte[4096]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
      return filler;
    }
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.onExit().join().exitValue()).isZero();
  }

  @Test
  void aKilledProcessLosesNothingThatItAnsweredAndBringsNothingBack() throws Exception {
    Set<String> sent = new HashSet<>();
    Set<String> perhapsSent = new HashSet<>();
    Set<String> deleted = new HashSet<>();
    Set<String> perhapsDeleted = new HashSet<>();
    Random random = new Random(7);
    for (int round = 0; round < 4; round++) {
      for (String line : linesUntilKilled(round, 200 + random.nextInt(2_000))) {
        for (String body : line.substring(1).split(",", -1)) {
          switch (line.charAt(0)) {
            case 's' -> perhapsSent.add(body);
            case 'S' -> sent.add(body);
            case 'd' -> perhapsDeleted.add(body);
            case 'D' -> deleted.add(body);
            default -> throw new AssertionError(line);
          }
        }
      }
      check(round, sent, perhapsSent, deleted, perhapsDeleted);
    }
    assertThat(deleted).isNotEmpty();
  }

  private void check(
      int round,
      Set<String> sent,
      Set<String> perhapsSent,
      Set<String> deleted,
      Set<String> perhapsDeleted) {
    // By this clock every lease is over that was given before.
    Duration later = Duration.ofHours(round + 1);
    InstantSource afterwards = () -> InstantSource.system().instant().plus(later);
    try (SqliteQueues queues = SqliteQueues.open(file(), afterwards)) {
      MessageQueue queue = queues.find("q").orElseThrow();
      Depth depth = queue.depth();
      List<String> there = new ArrayList<>();
      List<Delivery> batch = queue.receive(1_000, Duration.ofMinutes(1));
      while (!batch.isEmpty()) {
        batch.forEach(delivery -> there.add(body(delivery)));
        batch = queue.receive(1_000, Duration.ofMinutes(1));
      }
      assertThat(there).doesNotHaveDuplicates();
      assertThat(depth.ready()).isEqualTo(there.size());
      Set<String> left = new HashSet<>(there);
      assertThat(left.stream().filter(deleted::contains)).isEmpty();
      Set<String> must = new HashSet<>(sent);
      must.removeAll(perhapsDeleted);
      assertThat(left).containsAll(must);
      left.removeAll(perhapsSent);
      assertThat(left).isEmpty();
    }
  }

  /** What the process said, up to a line of which nobody knows whether it is whole. */
  private List<String> linesUntilKilled(int round, int count) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                file().toString(),
                Integer.toString(round))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(child.getInputStream(), US_ASCII))) {
      while (lines.size() < count) {
        lines.add(reader.readLine());
      }
      assertThat(child.toHandle().destroyForcibly()).isTrue();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(lines).doesNotContainNull();
    // A line that was cut off is the last; all it can be is an answer that nobody has had.
    String last = lines.removeLast();
    if (last.startsWith("s") || last.startsWith("d")) {
      lines.add(last);
    }
    return lines;
  }

  /** Sends, receives and deletes without end, and says so before and after. */
  static final class Worker {
    public static void main(String[] arguments) throws Exception {
      SqliteQueues queues = SqliteQueues.open(Path.of(arguments[0]), InstantSource.system());
      MessageQueue queue = queues.find("q").orElseGet(() -> queues.create("q", STANDARD, ""));
      int round = Integer.parseInt(arguments[1]);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Random random = new Random(10L * round + i);
        String name = round + "." + i + ".";
        threads.add(Thread.startVirtualThread(() -> send(queue, name, random)));
        threads.add(Thread.startVirtualThread(() -> receive(queue, random)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }

    private static void send(MessageQueue queue, String name, Random random) {
      for (int next = 0; ; ) {
        List<String> bodies = new ArrayList<>();
        for (int i = random.nextInt(10); i >= 0; i--) {
          bodies.add(name + next++);
        }
        String all = String.join(",", bodies);
        say("s" + all);
        queue.send(bodies.stream().map(body -> message(body, Optional.empty())).toList()).join();
        say("S" + all);
      }
    }

    private static void receive(MessageQueue queue, Random random) {
      while (true) {
        List<Delivery> deliveries =
            queue.receive(1 + random.nextInt(10), VISIBILITY, Duration.ofSeconds(1));
        List<Delivery> done = deliveries.stream().filter(_ -> random.nextInt(3) > 0).toList();
        if (!done.isEmpty()) {
          String all = String.join(",", done.stream().map(TestQueueContract::body).toList());
          say("d" + all);
          queue.delete(done.stream().map(Delivery::receipt).toList(), List.of()).join();
          say("D" + all);
        }
      }
    }

    private static synchronized void say(String line) {
      System.out.println(line);
    }
  }
}
