package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** Queues with the AWS SDK for Java, which compares the digests of what it sends and receives. */
final class TestJavaSdkQueues {
  private static SqsClient client(Mayfly mayfly) {
    return SqsClient.builder()
        .endpointOverride(mayfly.endpoint())
        .region(Region.of(mayfly.region()))
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(mayfly.accessKey(), mayfly.secretKey())))
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(2)))
        .overrideConfiguration(
            settings -> settings.retryStrategy(retries -> retries.maxAttempts(1)))
        .build();
  }

  @Test
  void messagesKeepTheirAttributesAndErrorsTheirTypes() {
    try (SqsClient sqs = client(Mayfly.shared())) {
      String url = sqs.createQueue(request -> request.queueName("of-java")).queueUrl();
      MessageAttributeValue picture =
          MessageAttributeValue.builder()
              .dataType("Binary")
              .binaryValue(SdkBytes.fromByteArray(new byte[] {0, -1}))
              .build();
      sqs.sendMessage(
          request ->
              request
                  .queueUrl(url)
                  .messageBody("hällo")
                  .messageAttributes(Map.of("picture", picture)));
      Message message =
          sqs.receiveMessage(
                  request ->
                      request
                          .queueUrl(url)
                          .messageAttributeNames("All")
                          .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
              .messages()
              .getFirst();
      assertThat(message.body()).isEqualTo("hällo");
      assertThat(message.messageAttributes()).containsExactly(Map.entry("picture", picture));
      assertThat(message.attributes())
          .containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1");
      sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
      assertThatThrownBy(
              () -> sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle("x")))
          .isInstanceOf(ReceiptHandleIsInvalidException.class);
      assertThatThrownBy(() -> sqs.getQueueUrl(request -> request.queueName("nowhere")))
          .isInstanceOfSatisfying(
              QueueDoesNotExistException.class,
              error ->
                  assertThat(error.awsErrorDetails().errorCode())
                      .isEqualTo("AWS.SimpleQueueService.NonExistentQueue"));
      assertThatThrownBy(
              () -> sqs.receiveMessage(request -> request.queueUrl(url).maxNumberOfMessages(11)))
          .isInstanceOfSatisfying(
              SqsException.class,
              error ->
                  assertThat(error.awsErrorDetails().errorCode())
                      .isEqualTo("InvalidParameterValue"));
    }
  }

  @Test
  void whatWasAnsweredIsThereAfterAKill() {
    try (Mayfly mayfly = Mayfly.start()) {
      String handle;
      try (SqsClient sqs = client(mayfly)) {
        sqs.createQueue(request -> request.queueName("dead"));
        String url =
            sqs.createQueue(
                    request ->
                        request
                            .queueName("kept")
                            .tags(Map.of("team", "a"))
                            .attributes(
                                Map.of(
                                    QueueAttributeName.VISIBILITY_TIMEOUT,
                                    "600",
                                    QueueAttributeName.REDRIVE_POLICY,
                                    "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\",\"maxReceiveCount\":5}")))
                .queueUrl();
        for (int batch = 0; batch < 5; batch++) {
          int first = batch * 10;
          List<SendMessageBatchRequestEntry> entries =
              IntStream.range(0, 10)
                  .mapToObj(
                      i ->
                          SendMessageBatchRequestEntry.builder()
                              .id("e" + i)
                              .messageBody("m" + (first + i))
                              .build())
                  .toList();
          assertThat(
                  sqs.sendMessageBatch(request -> request.queueUrl(url).entries(entries))
                      .successful())
              .hasSize(10);
        }
        Message received =
            sqs.receiveMessage(request -> request.queueUrl(url)).messages().getFirst();
        assertThat(received.body()).isEqualTo("m0");
        handle = received.receiptHandle();
      }
      mayfly.kill9();
      mayfly.restart();
      try (SqsClient sqs = client(mayfly)) {
        String url = sqs.getQueueUrl(request -> request.queueName("kept")).queueUrl();
        assertThat(
                sqs.getQueueAttributes(
                        request -> request.queueUrl(url).attributeNames(QueueAttributeName.ALL))
                    .attributes())
            .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "600")
            .containsKey(QueueAttributeName.REDRIVE_POLICY);
        assertThat(sqs.listQueueTags(request -> request.queueUrl(url)).tags())
            .containsEntry("team", "a");
        sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(handle));
        Set<String> bodies = new HashSet<>();
        for (List<Message> some = receive(sqs, url); !some.isEmpty(); some = receive(sqs, url)) {
          some.forEach(message -> bodies.add(message.body()));
        }
        // The lease of the first may be forgotten, and the message come again.
        bodies.add("m0");
        assertThat(bodies).hasSize(50);
      }
    }
  }

  private static List<Message> receive(SqsClient sqs, String url) {
    return sqs.receiveMessage(request -> request.queueUrl(url).maxNumberOfMessages(10)).messages();
  }
}
