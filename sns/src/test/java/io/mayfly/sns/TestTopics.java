package io.mayfly.sns;

import static io.mayfly.sns.Harness.ARN;
import static io.mayfly.sns.Harness.CALLER;
import static io.mayfly.sns.Harness.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.aws.Caller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics and subscriptions: their attributes, limits and lives. */
@Timeout(120)
class TestTopics {
  @TempDir Path folder;
  private Harness harness;

  @BeforeEach
  void open() {
    harness = new Harness(folder);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private Map<String, String> attributes(String arn) {
    return new GetTopicAttributes(harness.topics.catalog())
        .handle(new GetTopicAttributes.Input(arn), CALLER)
        .attributes();
  }

  private Map<String, String> ofSubscription(String arn) {
    return new GetSubscriptionAttributes(harness.topics.catalog())
        .handle(new GetSubscriptionAttributes.Input(arn), CALLER)
        .attributes();
  }

  private void set(String arn, String name, String value) {
    harness.topics.set(arn, name, value);
  }

  @Test
  void aTopicIsMadeOnceAndOnlyWithTheSameAttributesAndTags() {
    Map<String, String> given = Map.of("DisplayName", "one", "FifoTopic", "false");
    String arn = harness.topics.create("a", given, Map.of("k", "v"));
    assertThat(arn).isEqualTo(ARN + "a");
    assertThat(harness.topics.create("a", given, Map.of("k", "v"))).isEqualTo(arn);
    assertThat(harness.topics.create("a", Map.of(), Map.of())).isEqualTo(arn);
    refused(
        () -> harness.topics.create("a", Map.of("DisplayName", "two"), Map.of()),
        "InvalidParameter",
        "Topic already exists with different attributes");
    refused(
        () -> harness.topics.create("a", Map.of(), Map.of("k", "w")),
        "InvalidParameter",
        "Topic already exists with different tags");
  }

  @Test
  void namesAreChecked() {
    for (String name : List.of("", "a b", "a.fifo", "a:b", "x".repeat(257), "ä")) {
      refused(
          () -> harness.topics.create(name, Map.of(), Map.of()),
          "InvalidParameter",
          "Invalid parameter: Topic Name");
    }
    for (String name : List.of("a", ".fifo", "x".repeat(252) + ".fifo")) {
      refused(
          () -> harness.topics.create(name, Map.of("FifoTopic", "true"), Map.of()),
          "InvalidParameter",
          "Fifo Topic names must end with .fifo");
    }
    assertThat(harness.topics.create("x".repeat(256), Map.of(), Map.of())).isNotEmpty();
    harness.topic("x".repeat(251) + ".fifo", Map.of());
  }

  @Test
  void attributesAreSetShownAndTakenAway() {
    String arn = harness.topic("a", Map.of());
    assertThat(attributes(arn))
        .containsEntry("DisplayName", "")
        .containsEntry("Owner", "000000000000")
        .containsEntry("TopicArn", arn)
        .containsEntry("SubscriptionsConfirmed", "0")
        .containsEntry("SubscriptionsDeleted", "0")
        .doesNotContainKeys("FifoTopic", "DeliveryPolicy", "SignatureVersion")
        .hasEntrySatisfying("Policy", text -> assertThat(text).contains("__default_policy_ID"))
        .hasEntrySatisfying(
            "EffectiveDeliveryPolicy", text -> assertThat(text).contains("\"numRetries\":3"));
    set(arn, "SignatureVersion", "2");
    set(arn, "MaximumMessageSize", "1048576");
    set(arn, "KmsMasterKeyId", "alias/aws/sns");
    set(arn, "TracingConfig", "PassThrough");
    String policy =
        "{\"http\":{\"defaultHealthyRetryPolicy\":{\"numRetries\":5},\"disableSubscriptionOverrides\":true}}";
    set(arn, "DeliveryPolicy", policy);
    assertThat(attributes(arn))
        .containsEntry("SignatureVersion", "2")
        .containsEntry("MaximumMessageSize", "1048576")
        .containsEntry("DeliveryPolicy", policy)
        .hasEntrySatisfying(
            "EffectiveDeliveryPolicy", text -> assertThat(text).contains("\"numRetries\":5"));
    set(arn, "DeliveryPolicy", "");
    assertThat(attributes(arn)).doesNotContainKey("DeliveryPolicy");
    harness.restart();
    assertThat(attributes(arn)).containsEntry("SignatureVersion", "2");
  }

  @Test
  void whatCannotBeHonouredIsRefused() {
    String arn = harness.topic("a", Map.of());
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry("FifoTopic", "AttributeName"),
            Map.entry("ArchivePolicy", "not supported yet by Mayfly"),
            Map.entry("HTTPSuccessFeedbackRoleArn", "not supported yet by Mayfly"),
            Map.entry("TracingConfig", "TracingConfig: Invalid value"),
            Map.entry("SignatureVersion", "SignatureVersion: Invalid value"),
            Map.entry("MaximumMessageSize", "MaximumMessageSize: Invalid value"),
            Map.entry("ContentBasedDeduplication", "only for FIFO topics"),
            Map.entry("FifoThroughputScope", "only for FIFO topics"),
            Map.entry("Policy", "Policy Reason: no statement"),
            Map.entry("DeliveryPolicy", "DeliveryPolicy: failed to parse JSON."),
            Map.entry("Nothing", "AttributeName"));
    wrong.forEach((name, reason) -> refused(() -> set(arn, name, "x"), "InvalidParameter", reason));
    refused(() -> set(arn, "TracingConfig", "Active"), "InvalidParameter", "not supported yet");
    refused(() -> set(arn, "DisplayName", "x".repeat(101)), "InvalidParameter", "DisplayName");
    for (String bytes : List.of("1023", "1048577", "99999999999", "-1", "")) {
      refused(
          () -> set(arn, "MaximumMessageSize", bytes), "InvalidParameter", "MaximumMessageSize");
    }
    refused(() -> set(ARN + "none", "DisplayName", "x"), "NotFound", "Topic does not exist");
    refused(
        () -> set("none", "DisplayName", "x"), "InvalidParameter", "at least 6 elements, not 1");
    refused(
        () -> set("arn:aws:sns:us-east-1:111111111111:a", "DisplayName", "x"),
        "AuthorizationError",
        "another account");
    refused(
        () -> set("arn:aws:sns:eu-west-1:000000000000:a", "DisplayName", "x"),
        "InvalidParameter",
        "Invalid parameter: TopicArn");
  }

  @Test
  void statementsAreAddedToThePolicyAndRemoved() {
    String arn = harness.topic("a", Map.of());
    AddPermission add = new AddPermission(harness.topics);
    AddPermission.Input input =
        new AddPermission.Input(arn, "l", List.of("111111111111"), List.of("Publish"));
    add.handle(input, CALLER);
    assertThat(attributes(arn).get("Policy"))
        .contains("\"Sid\":\"l\"", "arn:aws:iam::111111111111:root", "SNS:Publish");
    refused(() -> add.handle(input, CALLER), "InvalidParameter", "Statement already exists");
    refused(
        () ->
            add.handle(new AddPermission.Input(arn, "m", List.of("1"), List.of("Publish")), CALLER),
        "InvalidParameter",
        "AWSAccountId");
    refused(
        () ->
            add.handle(
                new AddPermission.Input(arn, "m", List.of("111111111111"), List.of("Fly")), CALLER),
        "InvalidParameter",
        "Policy statement action out of service scope!");
    refused(
        () ->
            add.handle(
                new AddPermission.Input(arn, "", List.of("111111111111"), List.of("Publish")),
                CALLER),
        "InvalidParameter",
        "Label");
    RemovePermission remove = new RemovePermission(harness.topics);
    remove.handle(new RemovePermission.Input(arn, "l"), CALLER);
    remove.handle(new RemovePermission.Input(arn, "l"), CALLER);
    assertThat(attributes(arn).get("Policy")).doesNotContain("\"Sid\":\"l\"");
  }

  @Test
  void tagsAreAddedChangedAndRemovedWithinTheirLimit() {
    String arn = harness.topic("a", Map.of());
    TopicCatalog catalog = harness.topics.catalog();
    TagResource tag = new TagResource(catalog);
    tag.handle(new TagResource.Input(arn, List.of(new Tag("k", "1"), new Tag("l", "2"))), CALLER);
    tag.handle(new TagResource.Input(arn, List.of(new Tag("k", "3"))), CALLER);
    ListTagsForResource list = new ListTagsForResource(catalog);
    assertThat(list.handle(new ListTagsForResource.Input(arn), CALLER).tags())
        .containsExactly(new Tag("k", "3"), new Tag("l", "2"));
    new UntagResource(catalog).handle(new UntagResource.Input(arn, List.of("k", "x")), CALLER);
    assertThat(list.handle(new ListTagsForResource.Input(arn), CALLER).tags())
        .containsExactly(new Tag("l", "2"));
    List<Tag> many = IntStream.range(0, 50).mapToObj(i -> new Tag("t" + i, "")).toList();
    refused(
        () -> tag.handle(new TagResource.Input(arn, many), CALLER), "TagLimitExceeded", "quota");
    refused(
        () ->
            tag.handle(
                new TagResource.Input(arn, List.of(new Tag("a", "1"), new Tag("a", "2"))), CALLER),
        "InvalidParameter",
        "Duplicated keys are not allowed.");
    refused(
        () -> tag.handle(new TagResource.Input(ARN + "none", List.of()), CALLER),
        "ResourceNotFound",
        "Resource does not exist");
  }

  @Test
  void listsAreCutIntoPages() {
    for (int i = 0; i < 205; i++) {
      harness.topic("t" + i, Map.of());
    }
    ListTopics list = new ListTopics(harness.topics.catalog());
    int seen = 0;
    Optional<String> token = Optional.empty();
    do {
      ListTopics.Output page = list.handle(new ListTopics.Input(token), CALLER);
      seen += page.topics().size();
      token = page.nextToken();
    } while (token.isPresent());
    assertThat(seen).isEqualTo(205);
    refused(
        () -> list.handle(new ListTopics.Input(Optional.of("!")), CALLER),
        "InvalidParameter",
        "NextToken");
  }

  @Test
  void functionsAndQueuesOfTheAccountAreConfirmedAtOnce() {
    String topic = harness.topic("a", Map.of());
    String arn = harness.subscribe(topic, "sqs", Harness.QUEUE + "q", Map.of());
    assertThat(arn).startsWith(topic + ":");
    assertThat(ofSubscription(arn))
        .containsEntry("PendingConfirmation", "false")
        .containsEntry("ConfirmationWasAuthenticated", "true")
        .containsEntry("RawMessageDelivery", "false")
        .containsEntry("SubscriptionPrincipal", CALLER.principal())
        .doesNotContainKeys("FilterPolicy", "FilterPolicyScope", "EffectiveDeliveryPolicy");
    assertThat(harness.subscribe(topic, "sqs", Harness.QUEUE + "q", Map.of())).isEqualTo(arn);
    refused(
        () ->
            harness.subscribe(
                topic, "sqs", Harness.QUEUE + "q", Map.of("RawMessageDelivery", "true")),
        "InvalidParameter",
        "Subscription already exists with different attributes");
    harness.subscribe(topic, "lambda", Harness.FUNCTION + "f:alias", Map.of());
    assertThat(attributes(topic)).containsEntry("SubscriptionsConfirmed", "2");
    Caller stranger = new Caller(CALLER.principal(), "", "us-east-1", "id", "");
    Unsubscribe unsubscribe = new Unsubscribe(harness.topics);
    refused(
        () -> unsubscribe.handle(new Unsubscribe.Input(arn), stranger),
        "AuthorizationError",
        "sign the request");
    unsubscribe.handle(new Unsubscribe.Input(arn), CALLER);
    unsubscribe.handle(new Unsubscribe.Input(arn), CALLER);
    refused(
        () -> unsubscribe.handle(new Unsubscribe.Input(topic), CALLER),
        "InvalidParameter",
        "SubscriptionId");
    refused(() -> ofSubscription(arn), "NotFound", "Subscription does not exist");
    assertThat(attributes(topic)).containsEntry("SubscriptionsDeleted", "1");
  }

  @Test
  void endpointsThatCannotBeToldAreRefused() {
    String topic = harness.topic("a", Map.of());
    String fifo = harness.topic("a.fifo", Map.of());
    record Wrong(String topic, String protocol, String endpoint, String reason) {}
    List<Wrong> all =
        List.of(
            new Wrong(topic, "email", "a@b.c", "Mayfly does not deliver to email yet"),
            new Wrong(topic, "sms", "+123", "Mayfly does not deliver to sms yet"),
            new Wrong(topic, "pigeon", "x", "does not support this protocol string: pigeon"),
            new Wrong(topic, "sqs", "q", "SQS endpoint ARN"),
            new Wrong(topic, "sqs", "arn:aws:sqs:us-east-1:111111111111:q", "another account"),
            new Wrong(topic, "sqs", Harness.QUEUE + "q.fifo", "FIFO SQS Queues can not be"),
            new Wrong(topic, "lambda", "f", "Lambda endpoint ARN"),
            new Wrong(topic, "https", "http://a/", "Endpoint must match the specified protocol"),
            new Wrong(topic, "http", "http://", "it is no URL"),
            new Wrong(topic, "http", "http://a b/", "it is no URL"),
            new Wrong(topic, "http", "http://a/" + "x".repeat(2048), "it is no URL"),
            new Wrong(topic, "http", "http://127.0.0.1:9000/", "where the platform itself listens"),
            new Wrong(topic, "http", "http://169.254.169.254/", "to which nothing is posted"),
            new Wrong(fifo, "lambda", Harness.FUNCTION + "f", "Only SQS queues"),
            new Wrong(fifo, "http", "http://127.0.0.1/", "Only SQS queues"));
    all.forEach(
        wrong ->
            refused(
                () ->
                    harness.subscribe(wrong.topic(), wrong.protocol(), wrong.endpoint(), Map.of()),
                "InvalidParameter",
                wrong.reason()));
    assertThat(harness.topics.catalog().subscriptions()).isEmpty();
  }

  @Test
  void attributesOfSubscriptionsAreChecked() {
    String topic = harness.topic("a", Map.of());
    String queue = harness.subscribe(topic, "sqs", Harness.QUEUE + "q", Map.of());
    String function = harness.subscribe(topic, "lambda", Harness.FUNCTION + "f", Map.of());
    record Wrong(String arn, String name, String value, String reason) {}
    List<Wrong> all =
        List.of(
            new Wrong(queue, "Nothing", "x", "AttributeName"),
            new Wrong(
                queue, "RawMessageDelivery", "x", "Invalid value [x]. Must be true or false."),
            new Wrong(function, "RawMessageDelivery", "true", "does not support raw message"),
            new Wrong(queue, "FilterPolicyScope", "x", "Invalid value [x]. Please use either"),
            new Wrong(queue, "FilterPolicy", "{\"a\":{\"b\":[1]}}", "does not support nested"),
            new Wrong(queue, "DeliveryPolicy", "{}", "only HTTP and HTTPS endpoints"),
            new Wrong(queue, "SubscriptionRoleArn", "arn:aws:iam::0:role/r", "only firehose"),
            new Wrong(queue, "ReplayPolicy", "{}", "does not archive"),
            new Wrong(queue, "RedrivePolicy", "x", "RedrivePolicy: failed to parse JSON."),
            new Wrong(queue, "RedrivePolicy", "{}", "RedrivePolicy: it must have"),
            new Wrong(
                queue,
                "RedrivePolicy",
                "{\"deadLetterTargetArn\":\"q\"}",
                "deadLetterTargetArn is an invalid arn"),
            new Wrong(
                queue,
                "RedrivePolicy",
                "{\"deadLetterTargetArn\":\"" + Harness.QUEUE + "q.fifo\"}",
                "must use a FIFO queue as DLQ for a FIFO Subscription"));
    all.forEach(
        wrong ->
            refused(
                () -> harness.topics.subscriptions().set(wrong.arn(), wrong.name(), wrong.value()),
                "InvalidParameter",
                wrong.reason()));
    harness.topics.subscriptions().set(queue, "FilterPolicyScope", "MessageBody");
    harness.topics.subscriptions().set(queue, "FilterPolicy", "{\"a\":{\"b\":[1]}}");
    assertThat(ofSubscription(queue)).containsEntry("FilterPolicyScope", "MessageBody");
    refused(
        () -> harness.topics.subscriptions().set(queue, "FilterPolicyScope", "MessageAttributes"),
        "InvalidParameter",
        "does not support nested");
    harness.topics.subscriptions().set(queue, "FilterPolicy", "");
    assertThat(ofSubscription(queue)).doesNotContainKeys("FilterPolicy", "FilterPolicyScope");
  }

  @Test
  void aTopicHasAtMostSoManySubscriptionsAndFilters() {
    String fifo = harness.topic("a.fifo", Map.of());
    for (int i = 0; i < 100; i++) {
      harness.subscribe(fifo, "sqs", Harness.QUEUE + "q" + i + ".fifo", Map.of());
    }
    refused(
        () -> harness.subscribe(fifo, "sqs", Harness.QUEUE + "q", Map.of()),
        "SubscriptionLimitExceeded",
        "100 subscriptions");
    String topic = harness.topic("a", Map.of());
    for (int i = 0; i < 200; i++) {
      harness.subscribe(
          topic, "sqs", Harness.QUEUE + "q" + i, Map.of("FilterPolicy", "{\"a\":[1]}"));
    }
    refused(
        () ->
            harness.subscribe(
                topic, "sqs", Harness.QUEUE + "r", Map.of("FilterPolicy", "{\"a\":[1]}")),
        "FilterPolicyLimitExceeded",
        "200");
    refused(
        () -> set(topic, "MaximumMessageSize", "1048576"),
        "InvalidParameter",
        "at most 100 subscriptions");
    String large = harness.topic("large", Map.of("MaximumMessageSize", "1048576"));
    refused(
        () -> harness.subscribe(large, "http", "http://127.0.0.1:1/", Map.of()),
        "InvalidParameter",
        "no HTTP and HTTPS subscriptions");
  }

  @Test
  void aTopicGoesWithItsSubscriptionsAndNothingOfItComesBack() {
    String topic = harness.topic("a", Map.of());
    harness.subscribe(topic, "sqs", Harness.QUEUE + "q", Map.of());
    harness.subscribe(topic, "http", "http://127.0.0.1:1/", Map.of());
    harness.topic("b.fifo", Map.of());
    assertThat(harness.queues.list("sns/")).hasSize(2);
    harness.topics.delete(topic);
    harness.topics.delete(topic);
    harness.topics.delete(ARN + "b.fifo");
    assertThat(harness.queues.list("sns/")).isEmpty();
    harness.restart();
    assertThat(harness.topics.catalog().topics()).isEmpty();
    assertThat(harness.topics.catalog().subscriptions()).isEmpty();
    harness.topic("a", Map.of("DisplayName", "other"));
    assertThat(attributes(topic)).containsEntry("SubscriptionsConfirmed", "0");
  }

  @Test
  void aTokenConfirmsForTwoDays() {
    String topic = harness.topic("a", Map.of());
    String arn = harness.subscribe(topic, "http", "http://127.0.0.1:1/", Map.of());
    String token = harness.topics.catalog().subscriptions().iterator().next().token();
    ConfirmSubscription confirm = new ConfirmSubscription(harness.topics);
    refused(
        () -> confirm.handle(new ConfirmSubscription.Input(topic, "x", Optional.empty()), CALLER),
        "InvalidParameter",
        "Invalid parameter: Token");
    refused(
        () -> confirm.handle(new ConfirmSubscription.Input(topic, token, Optional.of("x")), CALLER),
        "InvalidParameter",
        "AuthenticateOnUnsubscribe");
    harness.later(Duration.ofHours(49));
    refused(
        () -> confirm.handle(new ConfirmSubscription.Input(topic, token, Optional.empty()), CALLER),
        "InvalidParameter",
        "it has expired");
    assertThat(harness.subscribe(topic, "http", "http://127.0.0.1:1/", Map.of())).isEqualTo(arn);
    String next = harness.topics.catalog().subscriptions().iterator().next().token();
    assertThat(next).isNotEqualTo(token);
    ConfirmSubscription.Input input =
        new ConfirmSubscription.Input(topic, next, Optional.of("true"));
    assertThat(confirm.handle(input, CALLER).subscriptionArn()).isEqualTo(arn);
    assertThat(confirm.handle(input, CALLER).subscriptionArn()).isEqualTo(arn);
    assertThat(ofSubscription(arn)).containsEntry("ConfirmationWasAuthenticated", "true");
    Caller stranger = new Caller(CALLER.principal(), "", "us-east-1", "id", "");
    refused(
        () -> new Unsubscribe(harness.topics).handle(new Unsubscribe.Input(arn), stranger),
        "AuthorizationError",
        "sign the request");
  }

  @Test
  void whoKnowsTheTokenConfirmsAndWhoKnowsTheAddressEnds() {
    String topic = harness.topic("a", Map.of());
    String arn = harness.subscribe(topic, "http", "http://127.0.0.1:1/", Map.of());
    String token = harness.topics.catalog().subscriptions().iterator().next().token();
    Caller stranger = new Caller(CALLER.principal(), "", "us-east-1", "id", "");
    ConfirmSubscription confirm = new ConfirmSubscription(harness.topics);
    refused(
        () ->
            confirm.handle(
                new ConfirmSubscription.Input(topic, token, Optional.of("true")), stranger),
        "AuthorizationError",
        "sign the request");
    confirm.handle(new ConfirmSubscription.Input(topic, token, Optional.empty()), stranger);
    assertThat(ofSubscription(arn)).containsEntry("ConfirmationWasAuthenticated", "false");
    new Unsubscribe(harness.topics).handle(new Unsubscribe.Input(arn), stranger);
    refused(() -> ofSubscription(arn), "NotFound", "Subscription does not exist");
  }
}
