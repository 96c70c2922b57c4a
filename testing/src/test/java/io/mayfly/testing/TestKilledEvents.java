package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The platform is killed in the middle of a flood of events: whatever it has accepted runs, then or
 * after the next start. Handlers note the ids that they were run with in a file.
 */
final class TestKilledEvents {
  private static final int KILLS = Integer.getInteger("mayfly.kills", 3);
  private static final int SENDERS = 8;
  private static final byte[] EVENT = "{\"a\": 1}".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  /** The ids of the events that were accepted before the platform died. */
  private static Set<String> flood(Mayfly mayfly, int until) {
    Set<String> accepted = ConcurrentHashMap.newKeySet();
    CountDownLatch enough = new CountDownLatch(until);
    String url = mayfly.endpoint() + "/2015-03-31/functions/noting/invocations";
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < SENDERS; i++) {
        senders.execute(
            () -> {
              try {
                while (true) {
                  Reply reply =
                      Signing.of(mayfly)
                          .header("x-amz-invocation-type", "Event")
                          .request("POST", url, EVENT)
                          .send();
                  assertThat(reply.status()).isEqualTo(202);
                  accepted.add(reply.header("x-amzn-requestid"));
                  enough.countDown();
                }
              } catch (UncheckedIOException | IllegalStateException killed) {
                // Which is what the test is about.
              }
            });
      }
      enough.await();
      mayfly.kill9();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return accepted;
  }

  private static Set<String> noted(Path file) {
    try {
      return new HashSet<>(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyAcceptedEventRunsWhenThePlatformIsKilledInAFlood() throws IOException {
    Path notes = Files.createFile(folder.resolve("notes"));
    String code =
        """
        import os
        def handler(event, context):
            line = (context.request_id + "\\n").encode()
            fd = os.open("%s", os.O_WRONLY | os.O_APPEND)
            os.write(fd, line)
            os.close(fd)
        """
            .formatted(notes);
    try (Mayfly mayfly = Mayfly.start("--isolation", "none", "--spares", "0")) {
      mayfly.functions().deployPython("noting", code, request -> request.timeout(1));
      Set<String> accepted = new HashSet<>();
      for (int kill = 1; kill <= KILLS; kill++) {
        Set<String> now = flood(mayfly, 150 * kill);
        assertThat(now).hasSizeGreaterThanOrEqualTo(150 * kill);
        accepted.addAll(now);
        mayfly.restart();
      }
      Eventually.holds(Duration.ofMinutes(2), () -> noted(notes).containsAll(accepted));
      Eventually.holds(
          Duration.ofSeconds(60),
          () ->
              Json.of(Distribution.cli(mayfly, "events", "--json").ok().out())
                  .valueStream()
                  .allMatch(
                      row ->
                          row.path("queued").asInt()
                                  + row.path("running").asInt()
                                  + row.path("retrying").asInt()
                              == 0));
    }
  }
}
