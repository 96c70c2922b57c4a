package io.mayfly.testing;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who sends to a platform and receives from it while it comes and goes, and what all of them have
 * noted. Ids say what has been sent: {@code w} for messages of the queue of a function, {@code a}
 * for asynchronous calls, {@code o} for the ordered queue, then sender and number.
 */
final class TortureTraffic {
  private static final Duration PACE = Duration.ofMillis(8);
  private static final Duration ABSENT = Duration.ofMillis(5);
  private static final int BAD_EACH = 20;
  private static final String QUEUES = "/000000000000/";

  private final Path notes;
  private final AtomicReference<Optional<Mayfly>> platform =
      new AtomicReference<>(Optional.empty());
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final Set<String> dead = ConcurrentHashMap.newKeySet();
  private final List<String> ordered = new CopyOnWriteArrayList<>();
  private final Set<String> deleted = ConcurrentHashMap.newKeySet();
  private final Set<String> returned = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean sending;
  private volatile boolean receiving;

  TortureTraffic(Path notes) {
    this.notes = notes;
  }

  /** The platform is there now. */
  void platform(Mayfly now) {
    platform(Optional.of(now));
  }

  /** The platform is there now, or not. */
  void platform(Optional<Mayfly> now) {
    platform.set(now);
  }

  void start(int senders) {
    sending = true;
    receiving = true;
    for (int sender = 0; sender < senders; sender++) {
      int own = sender;
      threads.add(Thread.startVirtualThread(() -> sendWork(own)));
      threads.add(Thread.startVirtualThread(() -> sendCalls(own)));
      threads.add(Thread.startVirtualThread(() -> sendOrdered(own)));
    }
    threads.add(Thread.startVirtualThread(this::receiveOrdered));
    threads.add(Thread.startVirtualThread(() -> receiveDead("dead", message -> message)));
    threads.add(
        Thread.startVirtualThread(
            () ->
                receiveDead(
                    "failed", record -> Json.of(record).at("/requestPayload/id").asString())));
  }

  void stopSending() {
    sending = false;
  }

  void stop() {
    sending = false;
    receiving = false;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  int accepted() {
    return accepted.size();
  }

  int handled() {
    return Torture.lines(notes).size() + ordered.size();
  }

  /** What has been accepted and was neither given to anybody nor given up. */
  Set<String> lost() {
    Set<String> left = new HashSet<>(accepted);
    Torture.lines(notes).forEach(left::remove);
    left.removeAll(dead);
    ordered.forEach(left::remove);
    return left;
  }

  Torture.Report report(int kills, Map<Torture.Fault, Integer> faults) {
    List<String> given = Torture.lines(notes);
    given.addAll(ordered);
    Set<String> handled = new HashSet<>(given);
    return new Torture.Report(
        kills,
        faults,
        accepted.size(),
        handled.size(),
        dead.size(),
        lost().size(),
        given.size() - handled.size(),
        returned.size(),
        disordered());
  }

  private int disordered() {
    Map<String, Integer> last = new HashMap<>();
    Set<String> seen = new HashSet<>();
    int wrong = 0;
    for (String id : ordered) {
      String[] parts = id.split("-", -1);
      int number = Integer.parseInt(parts[2]);
      if (seen.add(id)) {
        wrong += number < last.getOrDefault(parts[1], -1) ? 1 : 0;
        last.merge(parts[1], number, Math::max);
      }
    }
    return wrong;
  }

  private void sendWork(int sender) {
    for (int number = 0; sending; number++) {
      String id = id("w", sender, number);
      if (send("work", Map.of("MessageBody", id))) {
        accepted.add(id);
      }
      LockSupport.parkNanos(PACE.toNanos());
    }
  }

  private void sendCalls(int sender) {
    for (int number = 0; sending; number++) {
      String id = id("a", sender, number);
      Optional<Reply> reply =
          call(
              signing -> signing.service("lambda").header("x-amz-invocation-type", "Event"),
              "/2015-03-31/functions/later/invocations",
              "{\"id\":\"" + id + "\"}");
      if (reply.isPresent() && reply.get().status() == 202) {
        accepted.add(id);
      }
      LockSupport.parkNanos(PACE.toNanos());
    }
  }

  /** What was not answered is sent again, as the same message, before the next. */
  private void sendOrdered(int sender) {
    for (int number = 0; sending; number++) {
      String id = "o-" + sender + "-" + number;
      Map<String, String> message =
          Map.of("MessageBody", id, "MessageGroupId", "g" + sender, "MessageDeduplicationId", id);
      boolean sent = send("order.fifo", message);
      while (!sent && sending) {
        LockSupport.parkNanos(ABSENT.toNanos());
        sent = send("order.fifo", message);
      }
      if (sent) {
        accepted.add(id);
      }
      LockSupport.parkNanos(PACE.toNanos());
    }
  }

  private static String id(String kind, int sender, int number) {
    return kind + "-" + sender + "-" + number + (number % BAD_EACH == 1 ? "-bad" : "");
  }

  private void receiveOrdered() {
    while (receiving) {
      for (JsonNode message : receive("order.fifo")) {
        String id = message.path("Body").asString();
        if (deleted.contains(id)) {
          returned.add(id);
        }
        ordered.add(id);
        if (delete("order.fifo", message)) {
          deleted.add(id);
        }
      }
    }
  }

  private interface Reading {
    String id(String body);
  }

  private void receiveDead(String queue, Reading reading) {
    while (receiving) {
      for (JsonNode message : receive(queue)) {
        dead.add(reading.id(message.path("Body").asString()));
        boolean _ = delete(queue, message);
      }
      LockSupport.parkNanos(PACE.toNanos());
    }
  }

  void queue(String name, Map<String, String> attributes) {
    var _ = sqs("CreateQueue", Map.of("QueueName", name, "Attributes", attributes)).orElseThrow();
  }

  /** How many messages a queue has, in whatever state. */
  int depth(String queue) {
    return sqs(
            "GetQueueAttributes",
            Map.of("QueueUrl", QUEUES + queue, "AttributeNames", List.of("All")))
        .map(
            answer ->
                answer.at("/Attributes/ApproximateNumberOfMessages").asInt()
                    + answer.at("/Attributes/ApproximateNumberOfMessagesNotVisible").asInt()
                    + answer.at("/Attributes/ApproximateNumberOfMessagesDelayed").asInt())
        .orElse(Integer.MAX_VALUE);
  }

  private boolean send(String queue, Map<String, String> message) {
    Map<String, Object> input = new HashMap<>(message);
    input.put("QueueUrl", QUEUES + queue);
    return sqs("SendMessage", input).isPresent();
  }

  private List<JsonNode> receive(String queue) {
    return sqs(
            "ReceiveMessage",
            Map.of("QueueUrl", QUEUES + queue, "MaxNumberOfMessages", 10, "WaitTimeSeconds", 1))
        .map(answer -> answer.path("Messages").valueStream().toList())
        .orElse(List.of());
  }

  private boolean delete(String queue, JsonNode message) {
    return sqs(
            "DeleteMessage",
            Map.of(
                "QueueUrl",
                QUEUES + queue,
                "ReceiptHandle",
                message.path("ReceiptHandle").asString()))
        .isPresent();
  }

  /** The answer, if it is a yes. */
  private Optional<JsonNode> sqs(String action, Map<String, ?> input) {
    return call(
            signing ->
                signing
                    .service("sqs")
                    .header("content-type", "application/x-amz-json-1.0")
                    .header("x-amz-target", "AmazonSQS." + action),
            "/",
            JsonMapper.shared().writeValueAsString(input))
        .filter(reply -> reply.status() == 200)
        .map(reply -> Json.of(reply.text().isEmpty() ? "{}" : reply.text()));
  }

  private interface Signed {
    Signing by(Signing signing);
  }

  /** The answer; empty if the platform is not there, or goes before it has answered. */
  private Optional<Reply> call(Signed signed, String path, String body) {
    @Nullable Mayfly now = platform.get().orElse(null);
    if (now == null) {
      LockSupport.parkNanos(ABSENT.toNanos());
      return Optional.empty();
    }
    try {
      return Optional.of(
          signed
              .by(Signing.of(now))
              .request("POST", now.endpoint() + path, body.getBytes(StandardCharsets.UTF_8))
              .send());
    } catch (UncheckedIOException | IllegalStateException | AssertionError gone) {
      return Optional.empty();
    }
  }
}
