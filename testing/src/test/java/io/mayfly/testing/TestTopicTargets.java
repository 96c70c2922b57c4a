package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Topics among other parts of the platform: functions, roles, destinations, metrics. */
final class TestTopicTargets {
  private static final String PROGRAM =
      """
      import base64, boto3, json, sys, time, urllib.error, urllib.request
      from botocore.exceptions import ClientError

      zipped, runtime, endpoint, key, secret = sys.argv[1:]
      awslambda, sns, sqs, iam = (boto3.client(name) for name in ("lambda", "sns", "sqs", "iam"))
      TRUST = {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com", "AWS": "000000000000"}, "Action": "sts:AssumeRole"}]}

      def document(*statements):
          return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})

      def role(name, *statements):
          arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
          if statements:
              iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
          return arn

      def session(arn):
          keys = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
          return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]).client("sns")

      def receive(url):
          for _ in range(60):
              found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
              if found:
                  sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
                  return found[0]["Body"]
          raise AssertionError("no message came")

      # A function is told, and its answer goes by its destination through another topic to a queue
      topic = sns.create_topic(Name="in")["TopicArn"]
      results = sns.create_topic(Name="results")["TopicArn"]
      url = sqs.create_queue(QueueName="results")["QueueUrl"]
      queue = "arn:aws:sqs:us-east-1:000000000000:results"
      sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(
          {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": queue,
           "Condition": {"ArnLike": {"aws:SourceArn": results}}})})
      sns.subscribe(TopicArn=results, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
      worker = role("worker", {"Effect": "Allow", "Action": "sns:Publish", "Resource": results})
      function = awslambda.create_function(FunctionName="worker", Runtime=runtime, Handler="app.handler", Role=worker,
          Code={"ZipFile": base64.b64decode(zipped)})["FunctionArn"]
      awslambda.get_waiter("function_active_v2").wait(FunctionName="worker")
      awslambda.put_function_event_invoke_config(FunctionName="worker", DestinationConfig={"OnSuccess": {"Destination": results}})
      subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)["SubscriptionArn"]
      sns.publish(TopicArn=topic, Message="nobody lets the topic call the function yet")
      awslambda.add_permission(FunctionName="worker", StatementId="s", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com", SourceArn=topic)
      published = sns.publish(TopicArn=topic, Message="hello", Subject="subject", MessageAttributes={"a": {"DataType": "String", "StringValue": "x"}})
      record = json.loads(receive(url))
      assert record["requestContext"]["condition"] == "Success", record
      given = record["responsePayload"]["Records"][0]
      assert given["EventSource"] == "aws:sns" and given["EventVersion"] == "1.0" and given["EventSubscriptionArn"] == subscription, given
      assert given["Sns"]["MessageId"] == published["MessageId"] and given["Sns"]["Message"] == "hello", given
      assert given["Sns"]["MessageAttributes"] == {"a": {"Type": "String", "Value": "x"}}, given
      assert set(given["Sns"]) == {"Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
                                   "SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"}, given

      # Who may publish: a role by its policy or by the topic's
      def may(client, arn):
          try:
              client.publish(TopicArn=arn, Message="{}")
              return True
          except ClientError as error:
              assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error.response
              return False

      shared = sns.create_topic(Name="shared")["TopicArn"]
      guest = role("guest", {"Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:us-east-1:000000000000:re*"})
      client = session(guest)
      assert may(client, results) and not may(client, shared)
      allow = {"Effect": "Allow", "Principal": {"AWS": guest}, "Action": "sns:Publish", "Resource": shared}
      sns.set_topic_attributes(TopicArn=shared, AttributeName="Policy", AttributeValue=document(allow))
      assert may(client, shared)
      sns.set_topic_attributes(TopicArn=shared, AttributeName="Policy", AttributeValue=document(dict(allow, Effect="Deny")))
      assert not may(client, shared)

      # What was counted
      request = urllib.request.Request(endpoint + "/_mayfly/metrics")
      request.add_header("Authorization", "Basic " + base64.b64encode((key + ":" + secret).encode()).decode())
      metrics = urllib.request.urlopen(request).read().decode()
      assert 'mayfly_topic_published_total{topic="in"} 2.0' in metrics, metrics
      assert 'mayfly_topic_notifications_total{result="delivered",topic="in"} 1.0' in metrics, metrics
      assert 'mayfly_topic_notifications_total{result="failed",topic="in"} 1.0' in metrics, metrics

      # Without a signature nothing else is possible
      for query in ("Action=DeleteTopic&TopicArn=" + topic, "Action=Publish&Message=m&TopicArn=" + topic, "",
                    "Action=Unsubscribe&SubscriptionArn=x", "Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:999999999999:a:b",
                    "Action=ConfirmSubscription&Token=x&TopicArn=" + topic, "Action=Unsubscribe&SubscriptionArn=" + subscription):
          try:
              urllib.request.urlopen(endpoint + "/_mayfly/sns?" + query)
              raise AssertionError(query)
          except urllib.error.HTTPError as error:
              assert error.code in (400, 403, 404), (query, error)
      """;

  @Test
  void topicsTellFunctionsAndAreToldByThem() {
    try (Mayfly mayfly = Mayfly.start()) {
      String zip =
          Base64.getEncoder()
              .encodeToString(
                  new Zip()
                      .file("app.py", "def handler(event, context):\n    return event\n")
                      .bytes());
      Ran ran =
          Tools.python(
              mayfly,
              PROGRAM,
              zip,
              mayfly.newestRuntime("python3"),
              mayfly.endpoint().toString(),
              mayfly.accessKey(),
              mayfly.secretKey());
      assertThat(ran.ok().out()).isEmpty();
    }
  }
}
