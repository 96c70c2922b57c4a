package io.mayfly.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A platform that is flooded with messages and events, and killed again and again while its disk
 * fills, cannot be written or its clock jumps. Who sends notes what was accepted, handlers and
 * receivers note what they were given, and in the end every id that was accepted is somewhere.
 *
 * <ul>
 *   <li>Messages of a standard queue go to a function in batches. Some fail, and go to a
 *       dead-letter queue when they have failed twice.
 *   <li>Asynchronous calls of a function. Some fail, and their records go to a queue.
 *   <li>Messages of a first-in-first-out queue, one group for each sender, go to a receiver that
 *       deletes them.
 * </ul>
 */
final class Torture implements AutoCloseable {
  private static final int SENDERS = 3;
  private static final Duration LONGEST_RUN = Duration.ofMillis(900);
  private static final Duration FAULT = Duration.ofMillis(250);
  private static final int MOST_JUMP_SECONDS = 60;
  private static final int DISK_MEGABYTES = 96;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String WORKER =
      """
      import os
      def note(word):
          fd = os.open("NOTES", os.O_WRONLY | os.O_APPEND)
          os.write(fd, (word + "\\n").encode())
          os.close(fd)
      def handler(event, context):
          failed = []
          for record in event["Records"]:
              if record["body"].endswith("bad"):
                  failed.append({"itemIdentifier": record["messageId"]})
              else:
                  note(record["body"])
          return {"batchItemFailures": failed}
      """;
  private static final String LATER =
      """
      import os
      def handler(event, context):
          if event["id"].endswith("bad"):
              raise ValueError("not this one")
          fd = os.open("NOTES", os.O_WRONLY | os.O_APPEND)
          os.write(fd, (event["id"] + "\\n").encode())
          os.close(fd)
      """;

  /** Something that goes wrong for a while before the platform is killed. */
  enum Fault {
    NOTHING,
    CLOCK,
    SYNC,
    FULL_DISK
  }

  private final Random random;
  private final Consumer<String> progress;
  private final Path data;
  private final Path notes;
  private final Faults faults;
  private final Mayfly mayfly;
  private final TortureTraffic traffic;
  private final Map<Fault, Integer> inflicted = new EnumMap<>(Fault.class);
  private int kills;

  /**
   * What has come of it.
   *
   * @param accepted how many messages and events the platform has said yes to
   * @param handled how many of them handlers and receivers were given
   * @param deadLetters how many of them were given up, and are where that is told
   * @param lost accepted, and nowhere
   * @param again how often something was given that had been given before
   * @param returned first-in-first-out messages that came again after their deletion was answered
   * @param disordered first-in-first-out messages that came before one that was sent earlier
   */
  record Report(
      int kills,
      Map<Fault, Integer> faults,
      int accepted,
      int handled,
      int deadLetters,
      int lost,
      int again,
      int returned,
      int disordered) {}

  /**
   * Starts a platform.
   *
   * @param folder an empty one; a small disk is mounted in it
   * @param progress is told a line after each kill
   */
  Torture(Path folder, long seed, Consumer<String> progress) {
    this.random = new Random(seed);
    this.progress = progress;
    try {
      data = Files.createDirectory(folder.resolve("data"));
      notes = Files.createFile(folder.resolve("notes"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MEGABYTES + "m,mode=711", "none", data + "");
    faults = new Faults(folder);
    mayfly = Mayfly.startOn(data, faults.variables(data), "--isolation", "none", "--spares", "0");
    traffic = new TortureTraffic(notes);
    setUp();
  }

  private static void run(String... command) {
    Ran.command(List.of(command), Map.of()).ok();
  }

  private void setUp() {
    traffic.platform(mayfly);
    String role = TestQueueTriggers.role(mayfly, "torture");
    Tools.aws(
            mayfly,
            "iam",
            "attach-role-policy",
            "--role-name",
            "torture",
            "--policy-arn",
            "arn:aws:iam::aws:policy/AmazonSQSFullAccess")
        .ok();
    traffic.queue("dead", Map.of());
    traffic.queue("failed", Map.of());
    traffic.queue(
        "work",
        Map.of(
            "VisibilityTimeout",
            "3",
            "RedrivePolicy",
            "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\",\"maxReceiveCount\":2}"));
    traffic.queue("order.fifo", Map.of("FifoQueue", "true", "VisibilityTimeout", "5"));
    Functions functions = mayfly.functions();
    functions.deployPython(
        "worker",
        WORKER.replace("NOTES", notes.toString()),
        request -> request.timeout(3).role(role));
    functions.deployPython(
        "later",
        LATER.replace("NOTES", notes.toString()),
        request -> request.timeout(3).role(role));
    functions
        .client()
        .putFunctionEventInvokeConfig(
            request ->
                request
                    .functionName("later")
                    .maximumRetryAttempts(0)
                    .destinationConfig(
                        to ->
                            to.onFailure(
                                failure ->
                                    failure.destination(
                                        "arn:aws:sqs:us-east-1:000000000000:failed"))));
    functions
        .client()
        .createEventSourceMapping(
            request ->
                request
                    .functionName("worker")
                    .eventSourceArn("arn:aws:sqs:us-east-1:000000000000:work")
                    .functionResponseTypesWithStrings("ReportBatchItemFailures"));
  }

  /** Kills the platform so many times, and counts when all that was accepted has come to an end. */
  Report kill(int times) {
    traffic.start(SENDERS);
    for (kills = 1; kills <= times; kills++) {
      Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
      inflicted.merge(fault, 1, Integer::sum);
      pause(Duration.ofMillis(300 + random.nextInt((int) LONGEST_RUN.toMillis())));
      inflict(fault);
      traffic.platform(Optional.empty());
      mayfly.kill9();
      mend();
      mayfly.restart();
      traffic.platform(mayfly);
      progress.accept(
          "kill %d of %d (%s): %d accepted, %d handled"
              .formatted(kills, times, fault, traffic.accepted(), traffic.handled()));
    }
    faults.clock(Duration.ZERO);
    traffic.stopSending();
    try {
      Eventually.holds(PATIENCE, () -> traffic.lost().isEmpty());
      Eventually.holds(
          PATIENCE, () -> traffic.depth("work") == 0 && traffic.depth("order.fifo") == 0);
    } catch (AssertionError e) {
      throw new AssertionError(
          "lost: %s; left: %d and %d; the platform's log:%n%s"
              .formatted(
                  traffic.lost(), traffic.depth("work"), traffic.depth("order.fifo"), mayfly.log()),
          e);
    }
    traffic.stop();
    return traffic.report(times, inflicted);
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }

  private void inflict(Fault fault) {
    switch (fault) {
      case NOTHING -> {}
      case CLOCK ->
          faults.clock(
              Duration.ofSeconds(random.nextInt(2 * MOST_JUMP_SECONDS) - MOST_JUMP_SECONDS));
      case SYNC -> {
        faults.failing(true);
        pause(FAULT);
        faults.failing(false);
      }
      case FULL_DISK -> {
        fill();
        pause(FAULT);
        empty();
      }
    }
    // It goes on, or dies of it; and is killed either way.
    pause(Duration.ofMillis(random.nextInt(200)));
  }

  private void mend() {
    faults.failing(false);
    empty();
  }

  private void fill() {
    // It ends where the disk does.
    var _ =
        Ran.command(
            List.of("dd", "if=/dev/zero", "of=" + data.resolve("filler"), "bs=1M", "status=none"),
            Map.of());
  }

  private void empty() {
    try {
      Files.deleteIfExists(data.resolve("filler"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    traffic.stop();
    faults.failing(false);
    mayfly.close();
    run("umount", data.toString());
  }

  /** Ids of the lines of a file, in order. */
  static List<String> lines(Path file) {
    try {
      return new ArrayList<>(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
