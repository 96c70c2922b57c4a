package io.mayfly.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFunctionLogs {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final DataSize SMALL = new DataSize(20_000);

  private static final LogStream ONE = stream("2026/11/27/[$LATEST]", 1);
  private static final LogStream TWO = stream("2026/11/28/[17]", 2);

  private final AtomicLong now = new AtomicLong(1_800_000_000_000L);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

  @TempDir Path folder;

  private static LogStream stream(String start, int number) {
    return LogStream.named(start + "%032x".formatted(number)).orElseThrow();
  }

  private static void write(FunctionLogs logs, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    logs.writer(NAME, ONE).write(bytes, 0, bytes.length);
  }

  private String read() throws IOException {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      return read(logs);
    }
  }

  private static String read(FunctionLogs logs) throws IOException {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    logs.copy(NAME, false, target);
    return target.toString(StandardCharsets.UTF_8);
  }

  private static String line(int number) {
    return "line %06d\n".formatted(number);
  }

  @Test
  void everythingWrittenBeforeTheEndIsOnTheDisk() throws IOException {
    StringBuilder all = new StringBuilder();
    try (FunctionLogs logs =
        new FunctionLogs(folder, DataSize.ofMegabytes(10), Duration.ZERO, clock)) {
      for (int i = 0; i < 10_000; i++) {
        write(logs, line(i));
        all.append(line(i));
      }
    }
    assertThat(read()).isEqualTo(all.toString());
  }

  @Test
  void theBoundIsKeptAndTheOldestLinesGoFirst() throws IOException {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      for (int i = 0; i < 10_000; i++) {
        write(logs, line(i));
      }
    }
    long bytes = 0;
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(file -> !file.endsWith("thumb.group")).toList()) {
        bytes += Files.size(file);
      }
    }
    assertThat(bytes).isBetween(SMALL.bytes() / 2, SMALL.bytes());
    String kept = read();
    assertThat(kept).endsWith(line(9_998) + line(9_999));
    List<String> lines = kept.lines().skip(1).toList();
    int first = Integer.parseInt(lines.getFirst().substring("line ".length()));
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i) + "\n").isEqualTo(line(first + i));
    }
  }

  /** Takes lines as they come; the reader waits for them. */
  private static final class Lines extends OutputStream {
    final LinkedBlockingQueue<String> whole = new LinkedBlockingQueue<>();
    private final StringBuilder open = new StringBuilder();

    @Override
    public void write(int one) {
      if (one == '\n') {
        whole.add(open.toString());
        open.setLength(0);
      } else {
        open.append((char) one);
      }
    }
  }

  @Test
  void aFollowerSeesEveryLineAcrossRotations() throws Exception {
    Lines lines = new Lines();
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      write(logs, "before\n");
      Thread follower =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      logs.copy(NAME, true, lines);
                    } catch (IOException e) {
                      lines.whole.add(e.toString());
                    }
                  });
      assertThat(lines.whole.take()).isEqualTo("before");
      // Each line is awaited, so that no more than one rotation comes between two looks.
      for (int i = 0; i < 5_000; i++) {
        write(logs, line(i));
        assertThat(lines.whole.take() + "\n").isEqualTo(line(i));
      }
      follower.interrupt();
      follower.join();
    }
    assertThat(Files.exists(folder.resolve("thumb.log.1"))).as("it was rotated").isTrue();
  }

  @Test
  void aReaderThatIsOvertakenByARotationMissesNothing() throws Exception {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      // One line more than the first file takes, so that there are two.
      for (int i = 0; i < 200; i++) {
        write(logs, line(i));
      }
      awaitLine(logs, line(199));
      CountDownLatch firstBytes = new CountDownLatch(1);
      CountDownLatch rotated = new CountDownLatch(1);
      ByteArrayOutputStream seen = new ByteArrayOutputStream();
      OutputStream slow =
          new OutputStream() {
            @Override
            public void write(int one) {
              write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
              firstBytes.countDown();
              awaitQuietly(rotated);
              seen.write(bytes, offset, length);
            }
          };
      Thread reader =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      logs.copy(NAME, false, slow);
                    } catch (IOException e) {
                      seen.writeBytes(e.toString().getBytes(StandardCharsets.UTF_8));
                    }
                  });
      firstBytes.await();
      for (int i = 200; i < 400; i++) {
        write(logs, line(i));
      }
      awaitLine(logs, line(399));
      rotated.countDown();
      reader.join();
      String text = seen.toString(StandardCharsets.UTF_8);
      for (int i = 0; i < 200; i++) {
        assertThat(text).contains(line(i));
      }
    }
  }

  /** Follows until a line has come by. */
  private static void awaitLine(FunctionLogs logs, String line) throws IOException {
    StringBuilder end = new StringBuilder();
    try {
      logs.copy(
          NAME,
          true,
          new OutputStream() {
            @Override
            public void write(int one) throws IOException {
              end.append((char) one);
              if (end.toString().endsWith(line)) {
                throw new IOException("seen");
              }
              if (one == '\n') {
                end.setLength(0);
              }
            }
          });
    } catch (IOException e) {
      assertThat(e).hasMessage("seen");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatTheDiskCannotTakeIsDroppedOldestFirstAndCountedInTheLog() throws IOException {
    LogFile file = new LogFile(folder, NAME, 32 * 1024 * 1024, clock);
    byte[] stream = LogSegment.encode(ONE);
    byte[] piece = "x".repeat(64 * 1024).getBytes(StandardCharsets.UTF_8);
    piece[piece.length - 1] = '\n';
    assertThat(file.add(stream, piece, 0, piece.length)).as("the writer is told").isTrue();
    // With what stands before each, 63 of them are all that may wait.
    for (int i = 1; i < 70; i++) {
      assertThat(file.add(stream, piece, 0, piece.length)).as("once").isFalse();
    }
    byte[] last = "REPORT\n".getBytes(StandardCharsets.UTF_8);
    assertThat(file.add(LogSegment.encode(TWO), last, 0, last.length)).isFalse();
    file.flush();
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    file.copy(false, target);
    assertThat(target.size()).isLessThan(4 * 1024 * 1024 + 200);
    assertThat(target.toString(StandardCharsets.UTF_8))
        .startsWith(
            "[mayfly] %d bytes of output were dropped: the function wrote faster than the disk\n"
                .formatted(63 * 64 * 1024))
        .endsWith("x\nREPORT\n");
    assertThat(file.add(stream, piece, 0, 1)).as("told again after a flush").isTrue();
  }

  @Test
  void aRemovedLogIsGoneAndANewOneStartsEmpty() throws IOException {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      write(logs, "old\n");
      awaitLine(logs, "old\n");
      logs.remove(NAME);
      assertThat(folder).isEmptyDirectory();
      assertThat(read(logs)).isEmpty();
      write(logs, "new\n");
      awaitLine(logs, "new\n");
      assertThat(read(logs)).isEqualTo("new\n");
    }
  }

  @Test
  void aFunctionWithoutLogReadsEmpty() throws IOException {
    assertThat(read()).isEmpty();
  }

  private static List<LogEvent> events(FunctionLogs logs, long from) throws IOException {
    List<LogEvent> events = new ArrayList<>();
    long end =
        logs.visit(
            NAME,
            from,
            new LogVisitor() {
              @Override
              public boolean wants(LogStream stream, long time) {
                return true;
              }

              @Override
              public boolean visit(LogEvent event) {
                return events.add(event);
              }
            });
    assertThat(events).allSatisfy(event -> assertThat(event.position()).isBetween(from, end - 1));
    return events;
  }

  private static List<String> messages(List<LogEvent> events) {
    return events.stream().map(LogEvent::message).toList();
  }

  @Test
  void everyLineHasItsStreamItsTimeAndItsPlace() throws IOException {
    byte[] first = "one\ntwo\n\nno end".getBytes(StandardCharsets.UTF_8);
    byte[] second = "grüße \ud83d\udc1d\n".getBytes(StandardCharsets.UTF_8);
    byte[] third = {'a', (byte) 0xff, 'b', '\n'};
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      logs.writer(NAME, ONE).write(first, 0, first.length);
      now.addAndGet(7);
      logs.writer(NAME, TWO).write(second, 0, second.length);
      logs.writer(NAME, ONE).write(third, 0, third.length);
    }
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      List<LogEvent> events = events(logs, 0);
      assertThat(messages(events))
          .containsExactly("one\n", "two\n", "\n", "no end", "grüße \ud83d\udc1d\n", "a\ufffdb\n");
      assertThat(events.stream().map(LogEvent::stream))
          .containsExactly(ONE, ONE, ONE, ONE, TWO, ONE);
      assertThat(events.stream().map(event -> event.time() - now.get()))
          .containsExactly(-7L, -7L, -7L, -7L, 0L, 0L);
      assertThat(events.stream().map(LogEvent::position)).isSorted().doesNotHaveDuplicates();
      for (int i = 0; i < events.size(); i++) {
        assertThat(events(logs, events.get(i).position()))
            .isEqualTo(events.subList(i, events.size()));
        assertThat(events(logs, events.get(i).position() + 1))
            .isEqualTo(events.subList(i + 1, events.size()));
      }
    }
  }

  @Test
  void whatAFunctionWritesCannotPassForTheLogsOwn() throws IOException {
    byte[] stream = LogSegment.encode(TWO);
    ByteBuffer forged = ByteBuffer.allocate(LogSegment.HEADER + 4);
    LogSegment.put(forged, stream, 1, "bad\n".getBytes(StandardCharsets.UTF_8), 0, 4);
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      for (int i = 0; i < 1_000; i++) {
        logs.writer(NAME, ONE).write(forged.array(), 0, forged.capacity());
      }
    }
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      List<LogEvent> events = events(logs, 0);
      assertThat(events)
          .isNotEmpty()
          .allSatisfy(event -> assertThat(event.stream()).isEqualTo(ONE));
    }
  }

  @Test
  void positionsGoOnAcrossRotationsRestartsAndRemovals() throws IOException {
    List<Long> seen = new ArrayList<>();
    for (int run = 0; run < 5; run++) {
      try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
        if (run == 3) {
          logs.remove(NAME);
        }
        for (int i = 0; i < 300; i++) {
          write(logs, line(run));
        }
      }
      now.incrementAndGet();
      try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
        events(logs, 0).stream()
            .filter(event -> seen.isEmpty() || event.position() > seen.getLast())
            .forEach(event -> seen.add(event.position()));
        assertThat(messages(events(logs, seen.getLast()))).containsExactly(line(run));
      }
    }
    // Of each run at least what two files hold, less what one of them may have been left.
    assertThat(seen).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(5 * 192);
  }

  @Test
  void whatACrashLeftHalfWrittenIsTakenAway() throws IOException {
    for (int lost = 1; lost <= 52; lost++) {
      try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
        write(logs, line(1));
        write(logs, line(2));
      }
      try (FileChannel file =
          FileChannel.open(folder.resolve("thumb.log"), StandardOpenOption.WRITE)) {
        file.truncate(file.size() - lost);
      }
      try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
        assertThat(read(logs)).isEqualTo(line(1));
        write(logs, line(3));
      }
      assertThat(read()).isEqualTo(line(1) + line(3));
      try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
        logs.remove(NAME);
      }
    }
  }

  @Test
  void noiseInTheFilesIsNoLogAndHoldsNobodyUp() throws IOException {
    Random random = new Random(17);
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[random.nextInt(2_000)];
      random.nextBytes(noise);
      if (i % 2 == 0 && noise.length >= LogSegment.START) {
        LogSegment.start(random.nextLong() >>> 1).get(noise, 0, LogSegment.START);
      }
      Files.write(folder.resolve("thumb.log"), noise);
      Files.write(folder.resolve("thumb.log.1"), noise);
      try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
        write(logs, line(i));
        awaitLine(logs, line(i));
        assertThat(messages(events(logs, 0))).contains(line(i));
      }
    }
  }

  @Test
  void whatIsOlderThanItIsKeptIsGoneAtOnceAndThenFromTheDisk() throws IOException {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      assertThat(logs.retain(NAME, Optional.of(1))).as("no log yet").isFalse();
      for (int i = 0; i < 250; i++) {
        write(logs, line(i));
        now.addAndGet(Duration.ofMinutes(6).toMillis());
      }
    }
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      List<LogEvent> all = events(logs, 0);
      assertThat(all).hasSize(250);
      assertThat(logs.retain(NAME, Optional.of(1))).isTrue();
      // Ten lines an hour: 240 are of the last 24 hours.
      assertThat(events(logs, 0)).isEqualTo(all.subList(10, 250));
      assertThat(read(logs)).startsWith(line(10)).endsWith(line(249));
      long before = logs.group(NAME).orElseThrow().storedBytes();
      logs.expire();
      assertThat(before - logs.group(NAME).orElseThrow().storedBytes()).isEqualTo(10 * 52);
      assertThat(events(logs, 0)).isEqualTo(all.subList(10, 250));
      now.addAndGet(Duration.ofHours(23).toMillis());
      assertThat(events(logs, 0)).isEqualTo(all.subList(240, 250));
    }
    // A restart forgets neither the setting nor where the log was.
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      assertThat(logs.groups())
          .singleElement()
          .satisfies(group -> assertThat(group.retentionDays()).contains(1));
      logs.expire();
      assertThat(folder.resolve("thumb.log.1")).doesNotExist();
      write(logs, line(999));
      awaitLine(logs, line(999));
      assertThat(read(logs)).startsWith(line(240)).endsWith(line(249) + line(999));
      now.addAndGet(Duration.ofDays(2).toMillis());
      logs.expire();
      assertThat(folder.resolve("thumb.log")).doesNotExist();
      assertThat(logs.group(NAME).orElseThrow().storedBytes()).isZero();
      write(logs, line(1_000));
      awaitLine(logs, line(1_000));
      logs.retain(NAME, Optional.empty());
      now.addAndGet(Duration.ofDays(4_000).toMillis());
      logs.expire();
      assertThat(messages(events(logs, 0))).containsExactly(line(1_000));
    }
  }

  @Test
  void aLogIsThereFromItsCreationOrItsFirstLineUntilItIsRemoved() throws IOException {
    FunctionName other = new FunctionName("other");
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      assertThat(logs.groups()).isEmpty();
      assertThat(logs.group(NAME)).isEmpty();
      assertThat(logs.create(other)).isTrue();
      assertThat(logs.create(other)).isFalse();
      now.incrementAndGet();
      write(logs, "line\n");
    }
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      assertThat(logs.groups())
          .containsExactly(
              new LogGroup(other, now.get() - 1, Optional.empty(), 0),
              new LogGroup(NAME, now.get(), Optional.empty(), 16 + 40 + 5));
      logs.remove(other);
      logs.remove(NAME);
      assertThat(logs.groups()).isEmpty();
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void whatWaitsWhenALogIsRemovedDoesNotBringItBack() throws Exception {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ofMillis(1), clock)) {
      for (int i = 0; i < 200; i++) {
        write(logs, "old\n");
        write(logs, "old\n");
        logs.remove(NAME);
      }
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFollowerOfALogThatIsRemovedIsLetGo() throws Exception {
    Lines lines = new Lines();
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO, clock)) {
      write(logs, "before\n");
      Thread follower =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      logs.copy(NAME, true, lines);
                    } catch (IOException e) {
                      lines.whole.add(e.toString());
                    }
                  });
      assertThat(lines.whole.take()).isEqualTo("before");
      logs.remove(NAME);
      follower.join();
      assertThat(lines.whole).isEmpty();
    }
  }
}
