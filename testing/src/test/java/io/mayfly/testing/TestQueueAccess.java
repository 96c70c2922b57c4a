package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who may do what with queues: policies of roles and of queues, with boto3. */
final class TestQueueAccess {
  private static final String PROGRAM =
      """
      import boto3, json
      from botocore.exceptions import ClientError

      ARN = "arn:aws:sqs:us-east-1:000000000000:"
      owner, iam = boto3.client("sqs"), boto3.client("iam")
      urls = {name: owner.create_queue(QueueName=name)["QueueUrl"] for name in ("open", "shut", "shared")}

      def statement(effect, actions, resource, **more):
          return dict({"Effect": effect, "Action": actions, "Resource": resource}, **more)

      def document(*statements):
          return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})

      role = iam.create_role(RoleName="sender", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
      iam.put_role_policy(RoleName="sender", PolicyName="own", PolicyDocument=document(statement("Allow", ["sqs:SendMessage", "sqs:ListQueues"], ARN + "open")))
      keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
      session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]).client("sqs")

      def may(action, **arguments):
          try:
              getattr(session, action)(**arguments)
              return True
          except ClientError as error:
              assert error.response["Error"]["Code"] == "AccessDenied", error.response
              assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
              return False

      def sends(queue):
          one = may("send_message", QueueUrl=urls[queue], MessageBody="x")
          many = may("send_message_batch", QueueUrl=urls[queue], Entries=[{"Id": "a", "MessageBody": "x"}])
          assert one == many
          return one

      # By the role's policy
      assert sends("open") and not sends("shut")
      assert not may("receive_message", QueueUrl=urls["open"])
      assert not may("list_queues")
      [message] = owner.receive_message(QueueUrl=urls["open"], MessageSystemAttributeNames=["SenderId"])["Messages"]
      assert message["Attributes"]["SenderId"] == "sender:me", message

      # By the queue's own policy
      def share(queue, *statements):
          owner.set_queue_attributes(QueueUrl=urls[queue], Attributes={"Policy": document(*statements) if statements else ""})

      assert not sends("shared")
      share("shared", statement("Allow", "SQS:SendMessage", ARN + "shared", Principal={"AWS": role}))
      assert sends("shared") and not may("purge_queue", QueueUrl=urls["shared"])
      share("shared", statement("Allow", "sqs:*", ARN + "shared", Principal="*"))
      assert sends("shared") and may("get_queue_attributes", QueueUrl=urls["shared"], AttributeNames=["All"])
      share("shared", statement("Allow", "sqs:*", ARN + "shared", Principal={"AWS": "000000000000"}))
      assert not sends("shared")
      share("shared", statement("Allow", "sqs:*", ARN + "other", Principal="*"))
      assert not sends("shared")
      share("open", statement("Deny", "sqs:SendMessage", ARN + "open", Principal={"AWS": "000000000000"}))
      assert not sends("open")
      share("open")
      assert sends("open")
      owner.add_permission(QueueUrl=urls["open"], Label="l", AWSAccountIds=["000000000000"], Actions=["*"])
      assert sends("open")
      """;

  @Test
  void policiesOfRolesAndOfQueuesDecideTogether() {
    try (Mayfly mayfly = Mayfly.start()) {
      Tools.python(mayfly, PROGRAM).ok();
    }
  }

  @Test
  void nobodyIsLetInWithoutASignature() {
    Reply reply =
        Http.request("POST", Mayfly.shared().endpoint() + "/")
            .header("X-Amz-Target", "AmazonSQS.ListQueues")
            .header("Content-Type", "application/x-amz-json-1.0")
            .body("{}")
            .send();
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.text()).contains("MissingAuthenticationToken");
  }
}
