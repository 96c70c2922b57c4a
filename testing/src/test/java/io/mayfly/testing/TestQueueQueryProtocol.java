package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The older protocol of SQS: forms go in, XML comes out. Requests are written by hand. */
final class TestQueueQueryProtocol {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final String NAMESPACE = "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"";

  private static Reply post(String path, String form) {
    return Signing.of(MAYFLY)
        .service("sqs")
        .request("POST", MAYFLY.endpoint() + path, form.getBytes(StandardCharsets.UTF_8))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .send();
  }

  private static String answer(String path, String form) {
    Reply reply = post(path, form);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).isEqualTo("text/xml");
    return reply.text();
  }

  private static String text(String xml, String element) {
    Matcher found = Pattern.compile("<" + element + ">([^<]*)</" + element + ">").matcher(xml);
    assertThat(found.find()).as(xml).isTrue();
    return found.group(1);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String create(String name) {
    String xml =
        answer(
            "/",
            "Action=CreateQueue&Version=2012-11-05&QueueName="
                + name
                + "&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=40"
                + "&Tag.1.Key=team&Tag.1.Value=old");
    assertThat(xml).startsWith("<CreateQueueResponse " + NAMESPACE + "><CreateQueueResult>");
    String url = text(xml, "QueueUrl");
    assertThat(url).isEqualTo(MAYFLY.endpoint() + "/000000000000/" + name);
    return "/000000000000/" + name;
  }

  @Test
  void aMessageGoesAndComesWithItsAttributes() {
    String queue = create("query-life");
    String sent =
        answer(
            queue,
            "Action=SendMessage&MessageBody="
                + encoded("<a> & \"ü\"")
                + "&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Number"
                + "&MessageAttribute.1.Value.StringValue=7"
                + "&MessageAttribute.2.Name=b&MessageAttribute.2.Value.DataType=Binary"
                + "&MessageAttribute.2.Value.BinaryValue=AP8%3D");
    assertThat(sent).contains("<SendMessageResult>", "<ResponseMetadata><RequestId>");
    String received =
        answer(
            queue,
            "Action=ReceiveMessage&MaxNumberOfMessages=10&AttributeName.1=All&MessageAttributeName.1=All");
    assertThat(received)
        .contains(
            "<ReceiveMessageResult><Message>",
            "<Body>&lt;a&gt; &amp; &quot;ü&quot;</Body>",
            "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>",
            "<MessageAttribute><Name>n</Name><Value><StringValue>7</StringValue><DataType>Number</DataType></Value></MessageAttribute>",
            "<BinaryValue>AP8=</BinaryValue>");
    assertThat(text(received, "MessageId")).isEqualTo(text(sent, "MessageId"));
    assertThat(text(received, "MD5OfBody")).isEqualTo(text(sent, "MD5OfMessageBody"));
    assertThat(text(received, "MD5OfMessageAttributes"))
        .isEqualTo(text(sent, "MD5OfMessageAttributes"));
    String deleted =
        answer(
            "/",
            "Action=DeleteMessage&QueueUrl="
                + encoded("http://sqs.us-east-1.amazonaws.com" + queue)
                + "&ReceiptHandle="
                + encoded(text(received, "ReceiptHandle")));
    assertThat(deleted)
        .startsWith("<DeleteMessageResponse " + NAMESPACE + "><ResponseMetadata><RequestId>");
  }

  @Test
  void batchesAndListsAreFlat() {
    String queue = create("query-batch");
    String sent =
        answer(
            queue,
            "Action=SendMessageBatch"
                + "&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=1"
                + "&SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=2"
                + "&SendMessageBatchRequestEntry.2.DelaySeconds=901");
    assertThat(sent)
        .contains(
            "<SendMessageBatchResult><SendMessageBatchResultEntry><Id>a</Id>",
            "<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault><Code>InvalidParameterValue</Code>");
    assertThat(answer("/", "Action=ListQueues&QueueNamePrefix=query-batch"))
        .contains("<ListQueuesResult><QueueUrl>http://");
    assertThat(
            answer(
                queue,
                "Action=GetQueueAttributes&AttributeName.1=VisibilityTimeout&AttributeName.2=QueueArn"))
        .contains("<Attribute><Name>VisibilityTimeout</Name><Value>40</Value></Attribute>")
        .doesNotContain("DelaySeconds");
    assertThat(answer(queue, "Action=ListQueueTags"))
        .contains("<Tag><Key>team</Key><Value>old</Value></Tag>");
    answer(queue, "Action=SetQueueAttributes&Attribute.1.Name=DelaySeconds&Attribute.1.Value=3");
    answer(queue, "Action=UntagQueue&TagKey.1=team");
    answer(
        queue, "Action=AddPermission&Label=l&AWSAccountId.1=111111111111&ActionName.1=SendMessage");
    answer(queue, "Action=RemovePermission&Label=l");
    answer(queue, "Action=PurgeQueue");
    answer(queue, "Action=DeleteQueue");
  }

  private static void refused(Reply reply, int status, String code, String message) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.text())
        .contains("<Type>Sender</Type><Code>" + code + "</Code>")
        .contains(message);
  }

  @Test
  void errorsHaveTheOlderCodes() {
    String queue = create("query-errors");
    refused(
        post("/", "Action=GetQueueUrl&QueueName=nowhere"),
        400,
        "AWS.SimpleQueueService.NonExistentQueue",
        "does not exist");
    refused(
        post(
            "/",
            "Action=CreateQueue&QueueName=query-errors&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=1"),
        400,
        "QueueAlreadyExists",
        "different value");
    refused(post(queue, "Action=SendMessage"), 400, "MissingParameter", "MessageBody");
    refused(post("/", "Action=SendMessage&MessageBody=x"), 400, "MissingParameter", "QueueUrl");
    refused(
        post(queue, "Action=ReceiveMessage&MaxNumberOfMessages=11"),
        400,
        "InvalidParameterValue",
        "Must be between 1 and 10");
    refused(
        post(queue, "Action=DeleteMessageBatch&DeleteMessageBatchRequestEntry.1.Id=a"),
        400,
        "MissingParameter",
        "DeleteMessageBatchRequestEntry.1.ReceiptHandle");
    refused(post(queue, "Action=Fly"), 404, "InvalidAction", "");
  }

  @Test
  void anonymousAndBrokenRequestsAreRefusedInXml() {
    Reply anonymous =
        Http.request("POST", MAYFLY.endpoint() + "/")
            .body("Action=ListQueues&Version=2012-11-05")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .send();
    assertThat(anonymous.status()).isEqualTo(403);
    for (String form :
        new String[] {
          "Action=ListQueues&QueueNamePrefix=%zz",
          "Action=SendMessage&MessageAttribute=x&MessageBody=x",
          "Action=SendMessage&MessageBody=x&MessageAttribute.1.Name=a",
          "Action=SendMessage&MessageBody=x&MessageBody=y",
          "Action=ReceiveMessage&WaitTimeSeconds=99999999999999",
          "Action=SendMessageBatch&SendMessageBatchRequestEntry.x.Id=a",
          "Action=ListQueues" + "&a.b".repeat(10) + ".c".repeat(200) + "=1",
        }) {
      Reply reply = post(create("query-broken"), form);
      assertThat(reply.status()).as(form + reply.text()).isEqualTo(400);
      assertThat(reply.text()).contains("<Code>");
    }
  }
}
