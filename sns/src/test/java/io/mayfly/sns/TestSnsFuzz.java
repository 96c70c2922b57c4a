package io.mayfly.sns;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.AwsService;
import io.mayfly.aws.Headers;
import io.mayfly.aws.Route;
import io.mayfly.aws.ServiceModel;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.aws.WireAnswer;
import io.mayfly.aws.WireRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that chance makes of what is nearly right: each is answered, and none with a fault. */
@Timeout(300)
class TestSnsFuzz {
  private static final long SEED = Long.getLong("mayfly.seed", 23);
  private static final int CALLS = Integer.getInteger("mayfly.calls", 8000);

  private static final List<String> ACTIONS =
      List.of(
          "CreateTopic",
          "DeleteTopic",
          "GetTopicAttributes",
          "SetTopicAttributes",
          "ListTopics",
          "AddPermission",
          "RemovePermission",
          "TagResource",
          "UntagResource",
          "ListTagsForResource",
          "Subscribe",
          "ConfirmSubscription",
          "Unsubscribe",
          "GetSubscriptionAttributes",
          "SetSubscriptionAttributes",
          "ListSubscriptions",
          "ListSubscriptionsByTopic",
          "Publish",
          "PublishBatch");

  private static final List<String> NAMES =
      List.of(
          "Name",
          "TopicArn",
          "TargetArn",
          "ResourceArn",
          "SubscriptionArn",
          "AttributeName",
          "AttributeValue",
          "Attributes.entry.1.key",
          "Attributes.entry.1.value",
          "Attributes.entry.2.key",
          "Attributes.entry.2.value",
          "Tags.member.1.Key",
          "Tags.member.1.Value",
          "TagKeys.member.1",
          "Label",
          "AWSAccountId.member.1",
          "ActionName.member.1",
          "Protocol",
          "Endpoint",
          "ReturnSubscriptionArn",
          "Token",
          "AuthenticateOnUnsubscribe",
          "NextToken",
          "Message",
          "Subject",
          "MessageStructure",
          "MessageGroupId",
          "MessageDeduplicationId",
          "PhoneNumber",
          "MessageAttributes.entry.1.Name",
          "MessageAttributes.entry.1.Value.DataType",
          "MessageAttributes.entry.1.Value.StringValue",
          "MessageAttributes.entry.1.Value.BinaryValue",
          "PublishBatchRequestEntries.member.1.Id",
          "PublishBatchRequestEntries.member.1.Message",
          "PublishBatchRequestEntries.member.2.Id",
          "PublishBatchRequestEntries.member.2.Message",
          "PublishBatchRequestEntries.member.2.MessageGroupId");

  private static final List<String> VALUES =
      List.of(
          "",
          "a",
          "a.fifo",
          "b",
          Harness.ARN + "a",
          Harness.ARN + "a.fifo",
          Harness.ARN + "none",
          Harness.ARN,
          "arn:aws:sns:us-east-1:111111111111:a",
          "arn:aws:sns:::",
          "::::::::",
          Harness.QUEUE + "q",
          Harness.QUEUE + "q.fifo",
          Harness.FUNCTION + "f",
          Harness.FUNCTION + "f:$LATEST",
          "http://127.0.0.1:9/x",
          "http://[::1",
          "https://host:99999999/",
          "http://%zz/",
          "lambda",
          "sqs",
          "http",
          "https",
          "email",
          "true",
          "false",
          "json",
          "1",
          "-1",
          "2",
          "99999999999999999999",
          "1e400",
          "\u0000",
          "\ud800",
          "\uffff",
          "ü",
          "{}",
          "[]",
          "{\"default\":\"x\"}",
          "{\"a\":[1,\"x\",null,{\"exists\":true}]}",
          "{\"a\":{\"b\":[{\"numeric\":[\">\",1]}]}}",
          "{\"$or\":[{\"a\":[1]},{\"b\":[2]}]}",
          "{\"a\":[{\"cidr\":\"x\"}]}",
          "{\"deadLetterTargetArn\":\"" + Harness.QUEUE + "q\"}",
          "{\"healthyRetryPolicy\":{\"numRetries\":1}}",
          "{\"http\":{\"defaultHealthyRetryPolicy\":{}}}",
          "{\"Statement\":[]}",
          "FifoTopic",
          "ContentBasedDeduplication",
          "FifoThroughputScope",
          "MessageGroup",
          "SignatureVersion",
          "MaximumMessageSize",
          "DeliveryPolicy",
          "Policy",
          "FilterPolicy",
          "FilterPolicyScope",
          "MessageBody",
          "RawMessageDelivery",
          "RedrivePolicy",
          "String",
          "String.Array",
          "Number",
          "Binary",
          "Publish",
          "000000000000",
          "x".repeat(300));

  @TempDir Path folder;

  /** What is likely to be right, by the last part of a parameter's name. */
  private static final Map<String, List<String>> LIKELY =
      Map.ofEntries(
          entry("Name", List.of("a", "b", "c")),
          entry("TopicArn", List.of(Harness.ARN + "a", Harness.ARN + "b", Harness.ARN + "a.fifo")),
          entry("ResourceArn", List.of(Harness.ARN + "a", Harness.ARN + "b")),
          entry("key", List.of("DisplayName", "SignatureVersion", "RawMessageDelivery")),
          entry("value", List.of("1", "2", "true")),
          entry("AttributeName", List.of("DisplayName", "FilterPolicy", "RawMessageDelivery")),
          entry("AttributeValue", List.of("{\"a\":[1]}", "true", "1")),
          entry("Protocol", List.of("sqs", "lambda", "http")),
          entry(
              "Endpoint",
              List.of(Harness.QUEUE + "q", Harness.FUNCTION + "f", "http://127.0.0.1:9/x")),
          entry("Message", List.of("m", "{\"a\":1}", "{\"default\":\"x\"}")),
          entry("DataType", List.of("String", "Number")),
          entry("StringValue", List.of("1", "2")),
          entry("Id", List.of("i", "j")),
          entry("Label", List.of("l")),
          entry("ActionName", List.of("Publish")),
          entry("AWSAccountId", List.of("000000000000")));

  private static String value(Random random, Harness harness, String name) {
    TopicCatalog catalog = harness.topics.catalog();
    List<String> likely = LIKELY.getOrDefault(likelyName(name), List.of());
    if (name.equals("SubscriptionArn") || name.equals("Token")) {
      likely =
          catalog.subscriptions().stream()
              .map(each -> name.equals("Token") ? each.token() : catalog.arns().arn(each))
              .sorted()
              .toList();
    }
    return likely.isEmpty() || random.nextInt(5) == 0
        ? VALUES.get(random.nextInt(VALUES.size()))
        : likely.get(random.nextInt(likely.size()));
  }

  private static String likelyName(String name) {
    String end = name.substring(name.lastIndexOf('.') + 1);
    return end.equals("1") ? name.substring(0, name.indexOf('.')) : end;
  }

  /** Parameters that only make sense together are left out together. */
  private static boolean included(Random random, boolean known, String name, List<String> parts) {
    boolean pair = name.endsWith(".value") || name.endsWith(".Value") || name.endsWith(".Message");
    if (pair && random.nextInt(20) > 0) {
      return parts.getLast().startsWith(name.substring(0, name.lastIndexOf('.')));
    }
    boolean rare =
        name.contains(".2.")
            || name.startsWith("PhoneNumber")
            || (name.startsWith("Message") && !name.equals("Message"));
    return random.nextDouble() < (!known ? 0.01 : rare ? 0.2 : 0.92);
  }

  private static String query(Random random, ServiceModel model, String action, Harness harness) {
    List<String> parts = new ArrayList<>(List.of("Action=" + action));
    var members = model.input(model.operation(action).orElseThrow()).members().keySet();
    for (String name : NAMES) {
      boolean known = members.contains(name.split("\\.", 2)[0]);
      if (included(random, known, name, parts)) {
        parts.add(
            name + "=" + URLEncoder.encode(value(random, harness, name), StandardCharsets.UTF_8));
      }
    }
    return String.join("&", parts);
  }

  @Test
  void everyRequestIsAnsweredAndNoneWithAFault() {
    Random random = new Random(SEED);
    ServiceModel model = ServiceModel.bundled("sns-2010-03-31.json");
    try (Harness harness = new Harness(folder)) {
      harness.queue("q");
      harness.queue("q.fifo");
      harness.function("f");
      AwsService service = harness.topics.service(model);
      AwsEndpoint endpoint =
          new AwsEndpoint(
              List.of(model),
              Map.of(),
              (_, _) -> service,
              new SigV4Verifier((_, _) -> Optional.empty(), "us-east-1", harness::now),
              (_, access) -> {
                var _ = access.get();
              },
              (_, _, _) -> {});
      int right = 0;
      for (int i = 0; i < CALLS; i++) {
        String action = ACTIONS.get(random.nextInt(ACTIONS.size()));
        String query = query(random, model, action, harness);
        WireRequest request = new WireRequest("GET", "/", query, new Headers(), new byte[0]);
        WireAnswer answer =
            endpoint.call(
                new Route(model, model.operation(action).orElseThrow(), Map.of(), request),
                Harness.CALLER);
        assertThat(answer.status()).as("seed %d, call %d: %s", SEED, i, query).isLessThan(500);
        right += answer.status() == 200 ? 1 : 0;
      }
      assertThat(right).as("calls that were right").isGreaterThan(CALLS / 20);
    }
  }
}
