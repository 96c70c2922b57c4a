"""Every action of the SQS API through boto3. Takes the account and the region."""
import hashlib
import json
import struct
import sys
import threading
import time

import boto3
from botocore.exceptions import ClientError

account, region = sys.argv[1:]
sqs = boto3.client("sqs")
errors = sqs.exceptions
TRACE = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"
ARN = "arn:aws:sqs:%s:%s:" % (region, account)


def refused(code, text, action, **arguments):
    try:
        action(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert text in error.response["Error"]["Message"], error.response
        return error
    raise AssertionError(f"{action} was not refused")


def create(name, attributes=None, **more):
    return sqs.create_queue(QueueName=name, Attributes=attributes or {}, **more)["QueueUrl"]


def attributes_of(url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"]).get("Attributes", {})


def digest(*parts):
    """The digest of one attribute: name, type, kind and value."""
    name, kind, value = [struct.pack(">I", len(part)) + part.encode() for part in parts]
    return hashlib.md5(name + kind + b"\x01" + value).hexdigest()


def receive(url, **more):
    return sqs.receive_message(QueueUrl=url, **more).get("Messages", [])


def entries(*bodies):
    return [{"Id": "e%d" % number, "MessageBody": body} for number, body in enumerate(bodies)]


# Queues
url = create("plain", {"VisibilityTimeout": "7"}, tags={"team": "a"})
assert url == sqs.meta.endpoint_url + "/" + account + "/plain", url
assert create("plain", {"VisibilityTimeout": "7"}) == url
assert create("plain") == url
error = refused("QueueAlreadyExists", "different value for attribute VisibilityTimeout", create, name="plain", attributes={"VisibilityTimeout": "8"})
assert isinstance(error, errors.QueueNameExists), error
assert sqs.get_queue_url(QueueName="plain")["QueueUrl"] == url
error = refused("AWS.SimpleQueueService.NonExistentQueue", "does not exist", sqs.get_queue_url, QueueName="none")
assert isinstance(error, errors.QueueDoesNotExist), error
assert error.response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"
for wrong in ["", "a" * 81, "with space", "x.fifo", "ä"]:
    refused("InvalidParameterValue", "1 to 80 in length", create, name=wrong)
refused("InvalidParameterValue", "must end with .fifo suffix", create, name="x", attributes={"FifoQueue": "true"})
refused("InvalidAttributeName", "Unknown Attribute FifoQueue", create, name="x", attributes={"FifoQueue": "false"})
refused("InvalidAttributeName", "Unknown Attribute Nonsense", create, name="x", attributes={"Nonsense": "1"})
refused("InvalidAttributeName", "Unknown Attribute QueueArn", create, name="x", attributes={"QueueArn": "1"})
refused("InvalidAttributeName", "Unknown Attribute ContentBasedDeduplication", create, name="x", attributes={"ContentBasedDeduplication": "true"})

# Attributes
shown = attributes_of(url)
assert {name: shown[name] for name in shown if not name.endswith("Timestamp")} == {
    "QueueArn": ARN + "plain", "VisibilityTimeout": "7", "DelaySeconds": "0", "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
    "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0",
    "ApproximateNumberOfMessagesDelayed": "0"}, shown
assert abs(int(shown["CreatedTimestamp"]) - time.time()) < 600
for name, wrong in [("VisibilityTimeout", "43201"), ("VisibilityTimeout", "-1"), ("DelaySeconds", "901"), ("MaximumMessageSize", "1023"),
                    ("MaximumMessageSize", "1048577"), ("MessageRetentionPeriod", "59"), ("MessageRetentionPeriod", "1209601"),
                    ("ReceiveMessageWaitTimeSeconds", "21"), ("DelaySeconds", "x"), ("DelaySeconds", "99999999999999999999"),
                    ("SqsManagedSseEnabled", "maybe"), ("KmsDataKeyReusePeriodSeconds", "59"), ("Policy", "{"), ("Policy", "{}")]:
    refused("InvalidAttributeValue", "Invalid value for the parameter " + name, sqs.set_queue_attributes, QueueUrl=url, Attributes={name: wrong})
sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": "alias/aws/sqs", "DelaySeconds": "0"})
assert attributes_of(url, "KmsMasterKeyId", "SqsManagedSseEnabled", "KmsDataKeyReusePeriodSeconds") == {
    "KmsMasterKeyId": "alias/aws/sqs", "SqsManagedSseEnabled": "false", "KmsDataKeyReusePeriodSeconds": "300"}
sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": ""})
assert attributes_of(url, "KmsMasterKeyId") == {}
refused("InvalidAttributeName", "Unknown Attribute Foo", sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Foo"])
refused("InvalidAttributeValue", "Modifying queue type", sqs.set_queue_attributes, QueueUrl=url, Attributes={"FifoQueue": "true"})
assert attributes_of(url, "VisibilityTimeout") == {"VisibilityTimeout": "7"}

# Addresses
for other in ["http://sqs.us-east-1.amazonaws.com/%s/plain" % account, "https://anything:1/x/%s/plain" % account]:
    assert attributes_of(other, "QueueArn")["QueueArn"] == ARN + "plain"
refused("InvalidAddress", "is not valid for this endpoint", attributes_of, url="plain")
refused("AccessDenied", "Access to the resource", attributes_of, url=sqs.meta.endpoint_url + "/999999999999/plain")
refused("AWS.SimpleQueueService.NonExistentQueue", "does not exist", attributes_of, url=sqs.meta.endpoint_url + "/" + account + "/none")

# Tags
sqs.tag_queue(QueueUrl=url, Tags={"team": "b", "cost": ""})
assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "b", "cost": ""}
sqs.untag_queue(QueueUrl=url, TagKeys=["team", "never"])
assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"cost": ""}
refused("InvalidParameterValue", "Too many tags", sqs.tag_queue, QueueUrl=url, Tags={str(n): "" for n in range(51)})
refused("InvalidParameterValue", "aws:", sqs.tag_queue, QueueUrl=url, Tags={"aws:x": ""})

# Lists, in pages
for number in range(5):
    create("many-%d" % number)
urls = sqs.list_queues(QueueNamePrefix="many-")["QueueUrls"]
assert [each.split("/")[-1] for each in urls] == ["many-%d" % number for number in range(5)]
pages = list(sqs.get_paginator("list_queues").paginate(QueueNamePrefix="many-", PaginationConfig={"PageSize": 2}))
assert [len(page["QueueUrls"]) for page in pages] == [2, 2, 1]
assert [each for page in pages for each in page["QueueUrls"]] == urls
assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="nothing-so")
refused("InvalidParameterValue", "MaxResults", sqs.list_queues, MaxResults=0)
refused("InvalidParameterValue", "next token", sqs.list_queues, MaxResults=1, NextToken="%%")

# Permissions
sqs.add_permission(QueueUrl=url, Label="one", AWSAccountIds=["111111111111"], Actions=["SendMessage", "ReceiveMessage"])
policy = json.loads(attributes_of(url, "Policy")["Policy"])
assert policy == {"Version": "2008-10-17", "Id": ARN + "plain/SQSDefaultPolicy", "Statement": [
    {"Sid": "one", "Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111111111111:root"]},
     "Action": ["SQS:SendMessage", "SQS:ReceiveMessage"], "Resource": ARN + "plain"}]}, policy
refused("InvalidParameterValue", "Already exists", sqs.add_permission, QueueUrl=url, Label="one", AWSAccountIds=["111111111111"], Actions=["*"])
refused("InvalidParameterValue", "ActionName", sqs.add_permission, QueueUrl=url, Label="two", AWSAccountIds=["111111111111"], Actions=["Fly"])
sqs.remove_permission(QueueUrl=url, Label="one")
assert attributes_of(url, "Policy") == {}
refused("InvalidParameterValue", "can't find label", sqs.remove_permission, QueueUrl=url, Label="one")

# Messages; boto3 itself compares the digests of what it sends and receives
sent = sqs.send_message(
    QueueUrl=url, MessageBody="häl\tlo\n\U0001f98b",
    MessageAttributes={"n": {"DataType": "Number", "StringValue": "1.50"}, "b.x": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"},
                       "b.y": {"DataType": "String.label", "StringValue": "ü"}},
    MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}})
assert sent["MD5OfMessageBody"] == hashlib.md5("häl\tlo\n\U0001f98b".encode()).hexdigest()
assert sent["MD5OfMessageSystemAttributes"] == digest("AWSTraceHeader", "String", TRACE), sent
assert "SequenceNumber" not in sent
[message] = receive(url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])
assert message["Body"] == "häl\tlo\n\U0001f98b" and message["MessageId"] == sent["MessageId"]
assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
assert message["MessageAttributes"]["b.x"] == {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"}
assert message["MessageAttributes"]["b.y"] == {"DataType": "String.label", "StringValue": "ü"}
system = message["Attributes"]
assert system["SenderId"] == account and system["ApproximateReceiveCount"] == "1", system
assert system["AWSTraceHeader"].startswith("Root=1-3152"), system
assert abs(int(system["SentTimestamp"]) - time.time() * 1000) < 600000, system
assert set(system) == {"SenderId", "ApproximateReceiveCount", "AWSTraceHeader", "SentTimestamp", "ApproximateFirstReceiveTimestamp"}, system
assert receive(url) == []
assert attributes_of(url, "ApproximateNumberOfMessagesNotVisible") == {"ApproximateNumberOfMessagesNotVisible": "1"}

# Visibility
sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
[again] = receive(url, MessageAttributeNames=["b.*"], AttributeNames=["ApproximateReceiveCount"])
assert set(again["MessageAttributes"]) == {"b.x", "b.y"}
assert again["Attributes"] == {"ApproximateReceiveCount": "2"}
refused("InvalidParameterValue", "VisibilityTimeout", sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=43201)
refused("InvalidParameterValue", "Total VisibilityTimeout", sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=43200)
refused("AWS.SimpleQueueService.MessageNotInflight", "in flight", sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=5)
for wrong in ["", "nonsense", again["ReceiptHandle"][:-4] + "AAAA", "A" * 100000]:
    refused("ReceiptHandleIsInvalid", "is not a valid receipt handle", sqs.delete_message, QueueUrl=url, ReceiptHandle=wrong)
refused("ReceiptHandleIsInvalid", "is not a valid receipt handle", sqs.delete_message, QueueUrl=urls[0], ReceiptHandle=again["ReceiptHandle"])
sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
refused("AWS.SimpleQueueService.MessageNotInflight", "in flight", sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=5)

# What is no message
refused("MissingParameter", "must contain the parameter MessageBody", sqs.send_message, QueueUrl=url, MessageBody="")
for wrong in ["\x00", "a\x0b", "\ufffe", "\uffff"]:
    refused("InvalidMessageContents", "Invalid characters found", sqs.send_message, QueueUrl=url, MessageBody=wrong)
refused("InvalidParameterValue", "Message must be shorter than 1048576 bytes", sqs.send_message, QueueUrl=url, MessageBody="x" * (1024 * 1024 + 1))
refused("InvalidParameterValue", "Message must be shorter", sqs.send_message, QueueUrl=url, MessageBody="x" * (1024 * 1024 - 5),
        MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
refused("InvalidParameterValue", "DelaySeconds must be >= 0 and <= 900", sqs.send_message, QueueUrl=url, MessageBody="x", DelaySeconds=901)
refused("InvalidParameterValue", "not valid for this queue type", sqs.send_message, QueueUrl=url, MessageBody="x", MessageDeduplicationId="d")
string = {"DataType": "String", "StringValue": "x"}
for attributes, text in [
        ({"n%d" % n: string for n in range(11)}, "exceeds the allowed maximum [10]"), ({"a": {"DataType": "Bool", "StringValue": "x"}}, "invalid message attribute type"),
        ({"a": {"DataType": "Number", "StringValue": "x"}}, "to a number"), ({"a": {"DataType": "String", "StringValue": ""}}, "non-empty message attribute value"),
        ({"a": {"DataType": "", "StringValue": "x"}}, "non-empty message attribute type"), ({"AWS.x": string}, "reserved"), ({".x": string}, "attribute name"),
        ({"x..y": string}, "attribute name"), ({"x" * 257: string}, "attribute name"), ({"a": {"DataType": "String", "BinaryValue": b"x"}}, "must use field"),
        ({"a": {"DataType": "String", "StringValue": "x", "StringListValues": ["y"]}}, "not supported")]:
    refused("InvalidParameterValue", text, sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes=attributes)
refused("InvalidMessageContents", "Invalid characters", sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes={"a": {"DataType": "String", "StringValue": "\x01"}})
for arguments, text in [({"MaxNumberOfMessages": 11}, "Must be between 1 and 10"), ({"MaxNumberOfMessages": 0}, "Must be between 1 and 10"),
                        ({"WaitTimeSeconds": 21}, "Must be >= 0 and <= 20"), ({"VisibilityTimeout": -1}, "between 0 and 43200"),
                        ({"ReceiveRequestAttemptId": "a"}, "not valid for this queue type")]:
    refused("InvalidParameterValue", text, receive, url=url, **arguments)
refused("InvalidAttributeName", "Unknown Attribute VisibilityTimeout", receive, url=url, AttributeNames=["VisibilityTimeout"])
assert receive(url) == []

# The largest message
sqs.send_message(QueueUrl=url, MessageBody="x" * (1024 * 1024))
[large] = receive(url)
assert len(large["Body"]) == 1024 * 1024
sqs.delete_message(QueueUrl=url, ReceiptHandle=large["ReceiptHandle"])

# Batches
answer = sqs.send_message_batch(QueueUrl=url, Entries=entries("a", "b\x00", "c") + [{"Id": "late", "MessageBody": "d", "DelaySeconds": 900}])
assert [each["Id"] for each in answer["Successful"]] == ["e0", "e2", "late"]
assert [(each["Id"], each["Code"], each["SenderFault"]) for each in answer["Failed"]] == [("e1", "InvalidMessageContents", True)]
assert attributes_of(url, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed") == {
    "ApproximateNumberOfMessages": "2", "ApproximateNumberOfMessagesDelayed": "1"}
messages = receive(url, MaxNumberOfMessages=10)
assert sorted(each["Body"] for each in messages) == ["a", "c"]
answer = sqs.change_message_visibility_batch(QueueUrl=url, Entries=[
    {"Id": "right", "ReceiptHandle": messages[0]["ReceiptHandle"], "VisibilityTimeout": 60}, {"Id": "wrong", "ReceiptHandle": "x", "VisibilityTimeout": 1},
    {"Id": "without", "ReceiptHandle": messages[1]["ReceiptHandle"]}])
assert [each["Id"] for each in answer["Successful"]] == ["right"]
assert [(each["Id"], each["Code"]) for each in answer["Failed"]] == [("wrong", "ReceiptHandleIsInvalid"), ("without", "MissingParameter")]
answer = sqs.delete_message_batch(QueueUrl=url, Entries=[
    {"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(messages)] + [{"Id": "wrong", "ReceiptHandle": "x"}])
assert [each["Id"] for each in answer["Successful"]] == ["0", "1"]
assert [(each["Id"], each["Code"]) for each in answer["Failed"]] == [("wrong", "ReceiptHandleIsInvalid")]
for wrong, code, text in [([], "EmptyBatchRequest", "at least one SendMessageBatchRequestEntry"), (entries(*"abcdefghijk"), "TooManyEntriesInBatchRequest", "You have sent 11"),
                          (entries("a") * 2, "BatchEntryIdsNotDistinct", "Id e0 repeated"), ([{"Id": "a b", "MessageBody": "x"}], "InvalidBatchEntryId", "can only contain"),
                          ([{"Id": "a" * 81, "MessageBody": "x"}], "InvalidBatchEntryId", "at most 80"),
                          (entries("x" * 600000, "y" * 600000), "BatchRequestTooLong", "cannot be longer than 1048576 bytes")]:
    refused("AWS.SimpleQueueService." + code, text, sqs.send_message_batch, QueueUrl=url, Entries=wrong)
refused("AWS.SimpleQueueService.EmptyBatchRequest", "DeleteMessageBatchRequestEntry", sqs.delete_message_batch, QueueUrl=url, Entries=[])

# Long polling
started = time.time()
threading.Timer(1, lambda: sqs.send_message(QueueUrl=url, MessageBody="late")).start()
[late] = receive(url, WaitTimeSeconds=20)
assert late["Body"] == "late" and 0.8 < time.time() - started < 15, time.time() - started
started = time.time()
assert receive(url, WaitTimeSeconds=1) == []
assert time.time() - started > 0.9

# Purging
sqs.purge_queue(QueueUrl=url)
assert attributes_of(url, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed") == {
    "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0"}
error = refused("AWS.SimpleQueueService.PurgeQueueInProgress", "allowed every 60 seconds", sqs.purge_queue, QueueUrl=url)
assert isinstance(error, errors.PurgeQueueInProgress)

# First in, first out
fifo = create("orders.fifo", {"FifoQueue": "true", "ContentBasedDeduplication": "true"})
shown = attributes_of(fifo)
assert (shown["FifoQueue"], shown["ContentBasedDeduplication"], shown["DeduplicationScope"], shown["FifoThroughputLimit"]) == ("true", "true", "queue", "perQueue")
refused("MissingParameter", "MessageGroupId", sqs.send_message, QueueUrl=fifo, MessageBody="x")
refused("InvalidParameterValue", "not valid for this queue type", sqs.send_message, QueueUrl=fifo, MessageBody="x", MessageGroupId="g", DelaySeconds=1)
for wrong in ["", "x" * 129, "ä", "a b"]:
    refused("InvalidParameterValue", "MessageGroupId can only include", sqs.send_message, QueueUrl=fifo, MessageBody="x", MessageGroupId=wrong)
first = sqs.send_message(QueueUrl=fifo, MessageBody="1", MessageGroupId="a")
assert len(first["SequenceNumber"]) == 20
twice = sqs.send_message(QueueUrl=fifo, MessageBody="1", MessageGroupId="a")
assert (twice["MessageId"], twice["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
second = sqs.send_message(QueueUrl=fifo, MessageBody="2", MessageGroupId="a")
assert second["SequenceNumber"] > first["SequenceNumber"]
sqs.send_message(QueueUrl=fifo, MessageBody="3", MessageGroupId="b")
[head] = receive(fifo, MessageSystemAttributeNames=["All"], ReceiveRequestAttemptId="try")
assert head["Body"] == "1"
assert head["Attributes"]["MessageGroupId"] == "a" and head["Attributes"]["SequenceNumber"] == first["SequenceNumber"]
assert head["Attributes"]["MessageDeduplicationId"] == hashlib.sha256(b"1").hexdigest()
[same] = receive(fifo, ReceiveRequestAttemptId="try")
assert same["ReceiptHandle"] == head["ReceiptHandle"]
assert [each["Body"] for each in receive(fifo, MaxNumberOfMessages=10)] == ["3"]
sqs.delete_message(QueueUrl=fifo, ReceiptHandle=head["ReceiptHandle"])
assert [each["Body"] for each in receive(fifo, MaxNumberOfMessages=10)] == ["2"]
sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"ContentBasedDeduplication": "false"})
refused("InvalidParameterValue", "ContentBasedDeduplication enabled or MessageDeduplicationId", sqs.send_message, QueueUrl=fifo, MessageBody="x", MessageGroupId="a")
refused("InvalidAttributeValue", "messageGroup", sqs.set_queue_attributes, QueueUrl=fifo, Attributes={"FifoThroughputLimit": "perMessageGroupId"})
sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"})
ids = {sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId=group, MessageDeduplicationId="same")["MessageId"] for group in "cd"}
assert len(ids) == 2

# Dead letters
dead = create("dead")
source = create("source", {"VisibilityTimeout": "0", "RedrivePolicy": json.dumps({"deadLetterTargetArn": ARN + "dead", "maxReceiveCount": 1})})
for policy, text in [("[", "not a valid JSON map"), ({"maxReceiveCount": 1}, "mandatory attribute: deadLetterTargetArn"), ({"deadLetterTargetArn": ARN + "dead"}, "mandatory attribute: maxReceiveCount"),
                     ({"deadLetterTargetArn": ARN + "dead", "maxReceiveCount": 0}, "valid values are from 1 to 1000"), ({"deadLetterTargetArn": ARN + "dead", "maxReceiveCount": 1001}, "valid values are from 1 to 1000"),
                     ({"deadLetterTargetArn": ARN + "nowhere", "maxReceiveCount": 1}, "does not exist"), ({"deadLetterTargetArn": ARN + "orders.fifo", "maxReceiveCount": 1}, "same type"),
                     ({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:999999999999:dead", "maxReceiveCount": 1}, "owner should be same")]:
    refused("InvalidParameterValue", text, sqs.set_queue_attributes, QueueUrl=source, Attributes={"RedrivePolicy": policy if isinstance(policy, str) else json.dumps(policy)})
sqs.set_queue_attributes(QueueUrl=dead, Attributes={"RedriveAllowPolicy": json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [ARN + "source"]})})
refused("InvalidParameterValue", "RedriveAllowPolicy", create, name="stranger", attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": ARN + "dead", "maxReceiveCount": 1})})
refused("InvalidParameterValue", "redrivePermission", sqs.set_queue_attributes, QueueUrl=dead, Attributes={"RedriveAllowPolicy": json.dumps({"redrivePermission": "some"})})
assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [source]
sqs.send_message_batch(QueueUrl=source, Entries=entries("a", "b", "c"))
assert len(receive(source, MaxNumberOfMessages=10)) == 3
assert receive(source, MaxNumberOfMessages=10) == []
assert attributes_of(dead, "ApproximateNumberOfMessages") == {"ApproximateNumberOfMessages": "3"}
letters = receive(dead, MaxNumberOfMessages=10, VisibilityTimeout=0, MessageSystemAttributeNames=["DeadLetterQueueSourceArn"])
assert {each["Attributes"]["DeadLetterQueueSourceArn"] for each in letters} == {ARN + "source"}


# Moving them back
def ended(arn):
    while True:
        task = sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]
        if task["Status"] not in ("RUNNING", "CANCELLING"):
            return task
        time.sleep(0.05)


refused("ResourceNotFoundException", "SourceArn", sqs.start_message_move_task, SourceArn=ARN + "nowhere")
refused("InvalidParameterValue", "must be configured as a Dead Letter Queue", sqs.start_message_move_task, SourceArn=ARN + "plain")
refused("ResourceNotFoundException", "DestinationArn", sqs.start_message_move_task, SourceArn=ARN + "dead", DestinationArn=ARN + "nowhere")
refused("InvalidParameterValue", "same type", sqs.start_message_move_task, SourceArn=ARN + "dead", DestinationArn=ARN + "orders.fifo")
refused("InvalidParameterValue", "MaxNumberOfMessagesPerSecond", sqs.start_message_move_task, SourceArn=ARN + "dead", MaxNumberOfMessagesPerSecond=501)
sqs.start_message_move_task(SourceArn=ARN + "dead")
task = ended(ARN + "dead")
assert (task["Status"], task["ApproximateNumberOfMessagesMoved"], task["ApproximateNumberOfMessagesToMove"]) == ("COMPLETED", 3, 3), task
assert attributes_of(source, "ApproximateNumberOfMessages") == {"ApproximateNumberOfMessages": "3"}
assert len(receive(source, MaxNumberOfMessages=10)) == 3
assert receive(source, MaxNumberOfMessages=10) == []
for number in range(5):
    sqs.send_message(QueueUrl=dead, MessageBody="to be moved slowly")
handle = sqs.start_message_move_task(SourceArn=ARN + "dead", DestinationArn=ARN + "many-0", MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
task = sqs.list_message_move_tasks(SourceArn=ARN + "dead", MaxResults=10)["Results"][0]
assert (task["Status"], task["TaskHandle"], task["DestinationArn"], task["MaxNumberOfMessagesPerSecond"]) == ("RUNNING", handle, ARN + "many-0", 1), task
refused("InvalidParameterValue", "already a task running", sqs.start_message_move_task, SourceArn=ARN + "dead")
assert sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"] <= 1
task = ended(ARN + "dead")
assert task["Status"] == "CANCELLED" and task["ApproximateNumberOfMessagesMoved"] <= 2, task
refused("AWS.SimpleQueueService.UnsupportedOperation", "active", sqs.cancel_message_move_task, TaskHandle=handle)
refused("ResourceNotFoundException", "does not exist", sqs.cancel_message_move_task, TaskHandle="nonsense")
assert [each["Status"] for each in sqs.list_message_move_tasks(SourceArn=ARN + "dead", MaxResults=10)["Results"]] == ["CANCELLED", "COMPLETED"]
sqs.send_message(QueueUrl=dead, MessageBody="from nowhere")
sqs.start_message_move_task(SourceArn=ARN + "dead")
task = ended(ARN + "dead")
assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource"), task

# Deleting, and beginning anew
old = receive(dead, VisibilityTimeout=30)[0]["ReceiptHandle"]
sqs.delete_queue(QueueUrl=dead)
refused("AWS.SimpleQueueService.NonExistentQueue", "does not exist", sqs.send_message, QueueUrl=dead, MessageBody="x")
refused("AWS.SimpleQueueService.NonExistentQueue", "does not exist", sqs.delete_queue, QueueUrl=dead)
create("dead")
assert receive(dead) == []
refused("ReceiptHandleIsInvalid", "is not a valid receipt handle", sqs.delete_message, QueueUrl=dead, ReceiptHandle=old)
