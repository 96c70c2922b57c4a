"""Every action of the SNS API about topics through boto3. Takes the account and the region."""
import base64
import json
import subprocess
import sys
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import boto3
from botocore.exceptions import ClientError

account, region = sys.argv[1:]
sns, sqs = boto3.client("sns"), boto3.client("sqs")
errors = sns.exceptions
ARN = "arn:aws:sns:%s:%s:" % (region, account)
QUEUE = "arn:aws:sqs:%s:%s:" % (region, account)


def refused(kind, text, action, **arguments):
    try:
        action(**arguments)
    except ClientError as error:
        assert isinstance(error, kind), error.response
        assert text in error.response["Error"]["Message"], error.response
        return error
    raise AssertionError(f"{action} was not refused")


def queue(name, topic=None, **attributes):
    """A queue that a topic may send to."""
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    if topic:
        allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": QUEUE + name, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})})
    return url


def receive(url):
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def verify(message):
    """Checks a signature as the developer guide says, with the certificate that the message names."""
    names = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"]
    signed = "".join("%s\n%s\n" % (name, message[name]) for name in names if name in message)
    with tempfile.TemporaryDirectory() as folder:
        def write(name, content):
            with open(folder + "/" + name, "wb") as file:
                file.write(content)
            return folder + "/" + name
        certificate = write("certificate", urllib.request.urlopen(message["SigningCertURL"]).read())
        key = write("key", subprocess.run(["openssl", "x509", "-in", certificate, "-pubkey", "-noout"], check=True, stdout=subprocess.PIPE).stdout)
        text, signature = write("text", signed.encode()), write("signature", base64.b64decode(message["Signature"]))
        digest = "-sha1" if message["SignatureVersion"] == "1" else "-sha256"
        subprocess.run(["openssl", "dgst", digest, "-verify", key, "-signature", signature, text], check=True, stdout=subprocess.PIPE)


# Topics
topic = sns.create_topic(Name="plain", Attributes={"DisplayName": "one"}, Tags=[{"Key": "k", "Value": "v"}])["TopicArn"]
assert topic == ARN + "plain", topic
assert sns.create_topic(Name="plain")["TopicArn"] == topic
refused(errors.InvalidParameterException, "different attributes", sns.create_topic, Name="plain", Attributes={"DisplayName": "two"})
refused(errors.InvalidParameterException, "different tags", sns.create_topic, Name="plain", Tags=[{"Key": "k", "Value": "w"}])
refused(errors.InvalidParameterException, "Topic Name", sns.create_topic, Name="a b")
refused(errors.NotFoundException, "Topic does not exist", sns.get_topic_attributes, TopicArn=ARN + "none")
refused(errors.InvalidParameterException, "at least 6 elements, not 1", sns.get_topic_attributes, TopicArn="none")
assert {"TopicArn": topic} in sns.list_topics()["Topics"]
sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
assert attributes["SignatureVersion"] == "2" and attributes["DisplayName"] == "one", attributes
assert attributes["Owner"] == account and attributes["SubscriptionsConfirmed"] == "0", attributes
assert json.loads(attributes["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]["numRetries"] == 3, attributes
refused(errors.InvalidParameterException, "not supported yet", sns.set_topic_attributes, TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue="{}")
sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns")
sns.set_topic_attributes(TopicArn=topic, AttributeName="TracingConfig", AttributeValue="PassThrough")

# Tags and permissions
sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "l", "Value": "w"}])
sns.untag_resource(ResourceArn=topic, TagKeys=["k"])
assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "l", "Value": "w"}]
refused(errors.ResourceNotFoundException, "does not exist", sns.list_tags_for_resource, ResourceArn=ARN + "none")
sns.add_permission(TopicArn=topic, Label="l", AWSAccountId=["111111111111"], ActionName=["Publish"])
assert '"Sid":"l"' in sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
sns.remove_permission(TopicArn=topic, Label="l")
assert '"Sid":"l"' not in sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]

# Queues
url, raw_url = queue("of-topic", topic), queue("raw", topic)
subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "of-topic")["SubscriptionArn"]
assert subscription.startswith(topic + ":"), subscription
assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "of-topic")["SubscriptionArn"] == subscription
raw = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "raw", Attributes={"RawMessageDelivery": "true"})["SubscriptionArn"]
shown = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
assert {each["SubscriptionArn"] for each in shown} == {subscription, raw}, shown
assert shown[0]["Owner"] == account and shown[0]["TopicArn"] == topic and shown[0]["Protocol"] == "sqs", shown
assert {subscription, raw} <= {each["SubscriptionArn"] for each in sns.list_subscriptions()["Subscriptions"]}
attributes = sns.get_subscription_attributes(SubscriptionArn=raw)["Attributes"]
assert attributes["RawMessageDelivery"] == "true" and attributes["PendingConfirmation"] == "false", attributes
refused(errors.NotFoundException, "Subscription does not exist", sns.get_subscription_attributes, SubscriptionArn=topic + ":x")
values = {"s": {"DataType": "String", "StringValue": "x"}, "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
published = sns.publish(TopicArn=topic, Message="hello", Subject="subject", MessageAttributes=values)
[message] = receive(url)
envelope = json.loads(message["Body"])
assert envelope["MessageId"] == published["MessageId"] and envelope["Message"] == "hello" and envelope["Subject"] == "subject", envelope
assert envelope["MessageAttributes"]["b"] == {"Type": "Binary", "Value": base64.b64encode(b"\x00\xff").decode()}, envelope
assert envelope["SignatureVersion"] == "2", envelope
verify(envelope)
[message] = receive(raw_url)
assert message["Body"] == "hello" and message["MessageAttributes"]["b"]["BinaryValue"] == b"\x00\xff", message
sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="1")
sns.publish(TargetArn=topic, Message=json.dumps({"default": "d", "sqs": "for queues"}), MessageStructure="json")
[message] = receive(url)
envelope = json.loads(message["Body"])
assert envelope["Message"] == "for queues", envelope
verify(envelope)
receive(raw_url)

# Filters
refused(errors.InvalidParameterException, "Unrecognized match type", sns.set_subscription_attributes, SubscriptionArn=raw,
        AttributeName="FilterPolicy", AttributeValue='{"a": [{"wrong": 1}]}')
sns.set_subscription_attributes(SubscriptionArn=raw, AttributeName="FilterPolicy", AttributeValue='{"s": ["y", {"prefix": "z"}]}')
batch = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
    {"Id": name, "Message": name, "MessageAttributes": {"s": {"DataType": "String", "StringValue": name}}} for name in ("x", "y", "zz")]
    + [{"Id": "bad", "Message": "m", "Subject": "a\nb"}])
assert [each["Id"] for each in batch["Successful"]] == ["x", "y", "zz"], batch
assert [(each["Id"], each["Code"], each["SenderFault"]) for each in batch["Failed"]] == [("bad", "InvalidParameter", True)], batch
assert len(receive(url)) == 3
assert sorted(message["Body"] for message in receive(raw_url)) == ["y", "zz"]
refused(errors.EmptyBatchRequestException, "any entries", sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[])
refused(errors.BatchEntryIdsNotDistinctException, "same Id", sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[{"Id": "a", "Message": "m"}] * 2)
refused(errors.InvalidParameterException, "too long", sns.publish, TopicArn=topic, Message="x" * (256 * 1024 + 1))
refused(errors.InvalidParameterException, "no text messages yet", sns.publish, PhoneNumber="+49123456789", Message="m")
refused(errors.InvalidParameterException, "does not deliver to email yet", sns.subscribe, TopicArn=topic, Protocol="email", Endpoint="a@example.com")
large = sns.create_topic(Name="large", Attributes={"MaximumMessageSize": "1048576"})["TopicArn"]
large_url = queue("large", large)
sns.subscribe(TopicArn=large, Protocol="sqs", Endpoint=QUEUE + "large", Attributes={"RawMessageDelivery": "true"})
sns.publish(TopicArn=large, Message="x" * (1024 * 1024))
assert len(receive(large_url)[0]["Body"]) == 1024 * 1024

# Dead letters: a queue that does not let the topic in
shut, dead = queue("shut"), queue("dead", topic)
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "shut", Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": QUEUE + "dead"})})
published = sns.publish(TopicArn=topic, Message="m")
assert not receive(shut)
[message] = receive(dead)
assert json.loads(message["Body"])["MessageId"] == published["MessageId"], message
assert "not allowed" in message["MessageAttributes"]["ErrorMessage"]["StringValue"], message

# Order
fifo = sns.create_topic(Name="ordered.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})["TopicArn"]
fifo_url = queue("ordered.fifo", fifo, FifoQueue="true")
sns.subscribe(TopicArn=fifo, Protocol="sqs", Endpoint=QUEUE + "ordered.fifo")
refused(errors.InvalidParameterException, "MessageGroupId parameter is required", sns.publish, TopicArn=fifo, Message="m")
first = sns.publish(TopicArn=fifo, Message="1", MessageGroupId="g")
assert sns.publish(TopicArn=fifo, Message="1", MessageGroupId="g")["MessageId"] == first["MessageId"]
second = sns.publish(TopicArn=fifo, Message="2", MessageGroupId="g")
assert second["SequenceNumber"] > first["SequenceNumber"] and len(first["SequenceNumber"]) == 20
messages = receive(fifo_url)
assert [json.loads(message["Body"])["Message"] for message in messages] == ["1", "2"], messages
assert json.loads(messages[0]["Body"])["SequenceNumber"] == first["SequenceNumber"], messages
assert messages[0]["Attributes"]["MessageGroupId"] == "g", messages

# HTTP
posts = Queue()


class Endpoint(BaseHTTPRequestHandler):
    def do_POST(self):
        posts.put((self.headers, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = "http://127.0.0.1:%d/hook" % server.server_address[1]
web = sns.create_topic(Name="web")["TopicArn"]
assert sns.subscribe(TopicArn=web, Protocol="http", Endpoint=address)["SubscriptionArn"] == "pending confirmation"
headers, asked = posts.get(timeout=60)
assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation" and headers["x-amz-sns-topic-arn"] == web, headers
verify(asked)
assert sns.list_subscriptions_by_topic(TopicArn=web)["Subscriptions"][0]["SubscriptionArn"] == "PendingConfirmation"
arn = sns.subscribe(TopicArn=web, Protocol="http", Endpoint=address, ReturnSubscriptionArn=True)["SubscriptionArn"]
headers, asked = posts.get(timeout=60)
refused(errors.InvalidParameterException, "Token", sns.confirm_subscription, TopicArn=web, Token="x")
answer = urllib.request.urlopen(asked["SubscribeURL"]).read().decode()
assert "<SubscriptionArn>%s</SubscriptionArn>" % arn in answer, answer
assert sns.confirm_subscription(TopicArn=web, Token=asked["Token"])["SubscriptionArn"] == arn
published = sns.publish(TopicArn=web, Message="m", Subject="s")
headers, told = posts.get(timeout=60)
assert headers["x-amz-sns-message-type"] == "Notification" and headers["x-amz-sns-message-id"] == published["MessageId"], headers
assert headers["x-amz-sns-subscription-arn"] == arn and headers["Content-Type"] == "text/plain; charset=UTF-8", headers
assert told["Message"] == "m" and told["Subject"] == "s", told
verify(told)
policy = json.dumps({"healthyRetryPolicy": {"numRetries": 1}, "throttlePolicy": {"maxReceivesPerSecond": 100}})
sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="DeliveryPolicy", AttributeValue=policy)
assert json.loads(sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["EffectiveDeliveryPolicy"])["healthyRetryPolicy"]["numRetries"] == 1
refused(errors.InvalidParameterException, "platform itself", sns.subscribe, TopicArn=web, Protocol="http", Endpoint=sns.meta.endpoint_url)
urllib.request.urlopen(told["UnsubscribeURL"]).read()
assert not sns.list_subscriptions_by_topic(TopicArn=web)["Subscriptions"]
try:
    urllib.request.urlopen(envelope["UnsubscribeURL"])
    raise AssertionError("a subscription of the account's own was ended without a signature")
except urllib.error.HTTPError as error:
    assert error.code == 403, error

# The end
sns.unsubscribe(SubscriptionArn=subscription)
assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsDeleted"] == "1"
for each in (topic, large, fifo, web, web):
    sns.delete_topic(TopicArn=each)
assert not sns.list_subscriptions()["Subscriptions"]

# What is not there yet says so
for call in (lambda: sns.list_platform_applications(), lambda: sns.get_sms_attributes(), lambda: sns.list_phone_numbers_opted_out(),
             lambda: sns.get_data_protection_policy(ResourceArn=topic), lambda: sns.list_origination_numbers()):
    try:
        call()
        raise AssertionError("answered")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NotImplementedException" and "yet" in error.response["Error"]["Message"], error.response
