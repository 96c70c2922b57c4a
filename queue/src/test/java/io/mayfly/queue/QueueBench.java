package io.mayfly.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many messages a second, and how soon: {@code QueueBench [folder] [seconds]}. Bodies have 512
 * bytes; every send is on the disk before it is answered.
 */
public final class QueueBench {
  private static final Duration VISIBILITY = Duration.ofSeconds(30);
  private static final QueueRules RULES =
      new QueueRules(false, false, Duration.ZERO, Duration.ofDays(4), Optional.empty());

  private QueueBench() {}

  public static void main(String[] arguments) throws Exception {
    Path folder =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("queue-bench");
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    Path file = folder.resolve("queue.db");
    for (String end : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(file + end));
    }
    try (SqliteQueues queues = SqliteQueues.open(file, InstantSource.system())) {
      for (int round = 0; round < 3; round++) {
        int number = round;
        send(queues.create("send/" + number, RULES, ""), seconds);
        drain(queues.find("send/" + number).orElseThrow(), seconds);
        queues.delete("send/" + number);
        sendReceiveDelete(queues.create("flow/" + number, RULES, ""), seconds);
        latency(queues.create("wait/" + number, RULES, ""));
        System.out.println(size(file));
      }
    }
  }

  private static String size(Path file) throws IOException {
    return "file %d MB, log %d MB"
        .formatted(Files.size(file) >> 20, Files.size(Path.of(file + "-wal")) >> 20);
  }

  private static NewMessage message() {
    return new NewMessage(
        UUID.randomUUID(),
        new byte[512],
        Map.of(),
        Map.of("SenderId", "AIDAIENQZJOLO23YVJ4VO"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static List<NewMessage> batch(int size) {
    List<NewMessage> batch = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      batch.add(message());
    }
    return batch;
  }

  private static void send(MessageQueue queue, int seconds) throws InterruptedException {
    AtomicLong count = new AtomicLong();
    run(
        "send, batches of 10, 16 threads",
        16,
        seconds,
        count,
        () -> {
          queue.send(batch(10)).join();
          count.addAndGet(10);
        });
  }

  private static void drain(MessageQueue queue, int seconds) throws InterruptedException {
    AtomicLong count = new AtomicLong();
    run(
        "receive and delete of a backlog, batches of 100, 4 threads",
        4,
        seconds,
        count,
        () -> count.addAndGet(receiveAndDelete(queue, 100)));
    System.out.println("left " + queue.depth());
  }

  private static void sendReceiveDelete(MessageQueue queue, int seconds)
      throws InterruptedException {
    AtomicLong count = new AtomicLong();
    run(
        "send, receive and delete, batches of 100, 4 threads",
        4,
        seconds,
        count,
        () -> {
          queue.send(batch(100)).join();
          count.addAndGet(receiveAndDelete(queue, 100));
        });
    while (receiveAndDelete(queue, 1000) > 0) {}
  }

  private static int receiveAndDelete(MessageQueue queue, int max) {
    List<Delivery> deliveries = queue.receive(max, VISIBILITY);
    queue.delete(deliveries.stream().map(Delivery::receipt).toList(), List.of()).join();
    return deliveries.size();
  }

  private static void run(String what, int threads, int seconds, AtomicLong count, Runnable step)
      throws InterruptedException {
    CountDownLatch done = new CountDownLatch(threads);
    long start = System.nanoTime();
    long end = start + seconds * 1_000_000_000L;
    for (int i = 0; i < threads; i++) {
      Thread.startVirtualThread(
          () -> {
            while (System.nanoTime() < end) {
              step.run();
            }
            done.countDown();
          });
    }
    done.await();
    System.out.printf(
        "%-60s %,9.0f messages/s%n", what, count.get() * 1e9 / (System.nanoTime() - start));
  }

  private static void latency(MessageQueue queue) throws InterruptedException {
    int count = 300;
    long[] times = new long[count];
    AtomicLong sent = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    Thread.startVirtualThread(
        () -> {
          for (int i = 0; i < count; i++) {
            List<Delivery> deliveries = queue.receive(1, VISIBILITY, Duration.ofSeconds(20));
            times[i] = System.nanoTime() - sent.get();
            queue.delete(deliveries.stream().map(Delivery::receipt).toList(), List.of()).join();
          }
          done.countDown();
        });
    for (int i = 0; i < count; i++) {
      Thread.sleep(3);
      sent.set(System.nanoTime());
      queue.send(batch(1)).join();
    }
    done.await();
    Arrays.sort(times);
    System.out.printf(
        "%-60s p50 %d us, p99 %d us%n",
        "send to a waiting receiver", times[count / 2] / 1000, times[count * 99 / 100] / 1000);
  }
}
