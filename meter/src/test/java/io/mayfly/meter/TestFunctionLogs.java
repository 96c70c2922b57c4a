package io.mayfly.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFunctionLogs {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final DataSize SMALL = new DataSize(20_000);

  @TempDir Path folder;

  private static void write(FunctionLogs logs, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    logs.write(NAME, bytes, 0, bytes.length);
  }

  private String read() throws IOException {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO)) {
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
    try (FunctionLogs logs = new FunctionLogs(folder, DataSize.ofMegabytes(10), Duration.ZERO)) {
      for (int i = 0; i < 10_000; i++) {
        write(logs, line(i));
        all.append(line(i));
      }
    }
    assertThat(read()).isEqualTo(all.toString());
  }

  @Test
  void theBoundIsKeptAndTheOldestLinesGoFirst() throws IOException {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO)) {
      for (int i = 0; i < 10_000; i++) {
        write(logs, line(i));
      }
    }
    long bytes = 0;
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
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
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO)) {
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
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO)) {
      // One line more than the first file takes, so that there are two.
      for (int i = 0; i < 900; i++) {
        write(logs, line(i));
      }
      awaitLine(logs, line(899));
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
      for (int i = 900; i < 1_800; i++) {
        write(logs, line(i));
      }
      awaitLine(logs, line(1_799));
      rotated.countDown();
      reader.join();
      String text = seen.toString(StandardCharsets.UTF_8);
      for (int i = 0; i < 900; i++) {
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
    LogFile file = new LogFile(folder, NAME, 32 * 1024 * 1024);
    byte[] megabyte = "x".repeat(1024 * 1024).getBytes(StandardCharsets.UTF_8);
    megabyte[megabyte.length - 1] = '\n';
    assertThat(file.add(megabyte, 0, megabyte.length)).as("the writer is told").isTrue();
    for (int i = 1; i < 7; i++) {
      assertThat(file.add(megabyte, 0, megabyte.length)).as("once").isFalse();
    }
    byte[] last = "REPORT\n".getBytes(StandardCharsets.UTF_8);
    assertThat(file.add(last, 0, last.length)).isFalse();
    file.flush();
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    file.copy(false, target);
    assertThat(target.size()).isLessThan(4 * 1024 * 1024 + 200);
    assertThat(target.toString(StandardCharsets.UTF_8))
        .startsWith(
            "[mayfly] %d bytes of output were dropped: the function wrote faster than the disk\n"
                .formatted(4 * 1024 * 1024))
        .endsWith("x\nREPORT\n");
    assertThat(file.add(megabyte, 0, 1)).as("told again after a flush").isTrue();
  }

  @Test
  void aRemovedLogIsGoneAndANewOneStartsEmpty() throws IOException {
    try (FunctionLogs logs = new FunctionLogs(folder, SMALL, Duration.ZERO)) {
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
}
