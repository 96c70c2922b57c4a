package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The platform is killed in the middle of a flood of events: each that was accepted is in both
 * queues that its rule tells and in the archive, and there is none that is in one of them only.
 */
final class TestKilledEventBus {
  private static final int KILLS = Integer.getInteger("mayfly.kills", 3);
  private static final int SENDERS = 8;
  private static final String EVENTS =
      """
      {"Entries":[{"Source":"s","DetailType":"t","Detail":"{}"},{"Source":"s","DetailType":"t","Detail":"{}"}]}
      """;
  private static final String SET_UP =
      """
      import boto3, json
      sqs, events = boto3.client("sqs"), boto3.client("events")
      policy = {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}]}
      events.put_rule(Name="r", EventPattern=json.dumps({"source": ["s"]}))
      for name in ["one", "two"]:
          sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})
          events.put_targets(Rule="r", Targets=[{"Id": name, "Arn": "arn:aws:sqs:us-east-1:000000000000:" + name}])
      events.create_archive(ArchiveName="a", EventSourceArn="arn:aws:events:us-east-1:000000000000:event-bus/default")
      """;
  private static final String COUNT =
      """
      import boto3, json
      sqs, events = boto3.client("sqs"), boto3.client("events")
      found = {}
      for name in ["one", "two"]:
          url, ids = sqs.get_queue_url(QueueName=name)["QueueUrl"], []
          while True:
              messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
              if not messages:
                  break
              ids += [json.loads(message["Body"])["id"] for message in messages]
              sqs.delete_message_batch(QueueUrl=url, Entries=[
                  {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)])
          found[name] = ids
      found["archived"] = events.describe_archive(ArchiveName="a")["EventCount"]
      print(json.dumps(found))
      """;

  /** The ids of the events that were accepted before the platform died. */
  private static Set<String> flood(Mayfly mayfly, int until) {
    Set<String> accepted = ConcurrentHashMap.newKeySet();
    CountDownLatch enough = new CountDownLatch(until);
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < SENDERS; i++) {
        senders.execute(
            () -> {
              try {
                while (true) {
                  Reply reply =
                      Signing.of(mayfly)
                          .service("events")
                          .header("content-type", "application/x-amz-json-1.1")
                          .header("x-amz-target", "AWSEvents.PutEvents")
                          .request(
                              "POST",
                              mayfly.endpoint().toString() + "/",
                              EVENTS.getBytes(StandardCharsets.UTF_8))
                          .send();
                  assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                  for (JsonNode entry : Json.of(reply.text()).path("Entries")) {
                    accepted.add(entry.path("EventId").asString());
                    enough.countDown();
                  }
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

  private static List<String> ids(JsonNode found, String queue) {
    return found.path(queue).valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void everyAcceptedEventIsWithAllItsTargetsAndInTheArchive() {
    try (Mayfly mayfly = Mayfly.start("--spares", "0")) {
      Tools.python(mayfly, SET_UP).ok();
      Set<String> accepted = new HashSet<>();
      int archived = 0;
      for (int kill = 1; kill <= KILLS; kill++) {
        accepted.addAll(flood(mayfly, 300 * kill));
        mayfly.restart();
        JsonNode found = Json.of(Tools.python(mayfly, COUNT).ok().out());
        List<String> one = ids(found, "one");
        assertThat(one).doesNotHaveDuplicates().containsAll(accepted);
        assertThat(ids(found, "two")).containsExactlyInAnyOrderElementsOf(one);
        archived += one.size();
        assertThat(found.path("archived").asInt()).isEqualTo(archived);
        accepted.clear();
      }
    }
  }
}
