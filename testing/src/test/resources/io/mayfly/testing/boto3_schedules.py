"""Every action of the EventBridge Scheduler API through boto3. Takes the account and the region."""
import json
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3
from botocore.exceptions import ClientError

account, region = sys.argv[1:]
scheduler, sqs, iam = boto3.client("scheduler"), boto3.client("sqs"), boto3.client("iam")
errors = scheduler.exceptions
ARN = "arn:aws:scheduler:%s:%s:" % (region, account)
OFF = {"Mode": "OFF"}


def refused(code, text, action, **arguments):
    try:
        action(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert text in error.response["Error"]["Message"], error.response
        return error
    raise AssertionError(f"{action} was not refused")


def queue(name, **attributes):
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def trust(service, **condition):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def receive(url, count=1, seconds=30):
    end, found = time.time() + seconds, []
    while len(found) < count and time.time() < end:
        found += sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2, MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"]).get("Messages", [])
    assert len(found) >= count, found
    return found


def soon(seconds=2):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("at(%Y-%m-%dT%H:%M:%S)")


url, arn = queue("ticks")
dead_url, dead = queue("dead-ticks")
role = iam.create_role(RoleName="clock", AssumeRolePolicyDocument=trust("scheduler.amazonaws.com"))["Role"]["Arn"]
iam.put_role_policy(RoleName="clock", PolicyName="send", PolicyDocument=json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": [arn, dead, arn + "-ordered.fifo"]}]}))
target = {"Arn": arn, "RoleArn": role, "Input": "tick"}


def create(name, expression, target=target, window=OFF, **more):
    return scheduler.create_schedule(
        Name=name, ScheduleExpression=expression, Target=target, FlexibleTimeWindow=window, **more)["ScheduleArn"]


# A rule of an event bus fires by the same clock; what it has told is looked at in the end
events = boto3.client("events")
for expression in ["rate(1 minutes)", "rate(2 minute)", "rate(0 minutes)", "at(2030-01-01T00:00:00)", "cron(* * * * *)", "never"]:
    refused("ValidationException", "Parameter ScheduleExpression is not valid.", events.put_rule, Name="minutely", ScheduleExpression=expression)
rule = events.put_rule(Name="minutely", ScheduleExpression="cron(* * * * ? *)")["RuleArn"]
rule_url, rule_queue = queue("minutes")
sqs.set_queue_attributes(QueueUrl=rule_url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": rule_queue,
     "Condition": {"ArnEquals": {"aws:SourceArn": rule}}}]})})
assert events.put_targets(Rule="minutely", Targets=[{"Id": "queue", "Arn": rule_queue}])["FailedEntryCount"] == 0

# Groups and their tags
group = scheduler.create_schedule_group(Name="nightly", Tags=[{"Key": "team", "Value": "a"}])["ScheduleGroupArn"]
assert group == ARN + "schedule-group/nightly", group
error = refused("ConflictException", "Schedule group nightly already exists.", scheduler.create_schedule_group, Name="nightly")
assert isinstance(error, errors.ConflictException), error
shown = scheduler.get_schedule_group(Name="nightly")
assert (shown["Arn"], shown["Name"], shown["State"]) == (group, "nightly", "ACTIVE"), shown
assert abs(shown["CreationDate"].timestamp() - time.time()) < 600
refused("ResourceNotFoundException", "Schedule group none does not exist.", scheduler.get_schedule_group, Name="none")
assert scheduler.list_tags_for_resource(ResourceArn=group)["Tags"] == [{"Key": "team", "Value": "a"}]
scheduler.tag_resource(ResourceArn=group, Tags=[{"Key": "cost", "Value": "1"}, {"Key": "team", "Value": "b"}])
scheduler.untag_resource(ResourceArn=group, TagKeys=["cost", "none"])
assert scheduler.list_tags_for_resource(ResourceArn=group)["Tags"] == [{"Key": "team", "Value": "b"}]
refused("ResourceNotFoundException", "does not exist", scheduler.list_tags_for_resource, ResourceArn=ARN + "schedule-group/none")
refused("ValidationException", "resourceArn", scheduler.tag_resource, ResourceArn=ARN + "schedule/default/x", Tags=[])
refused("ServiceQuotaExceededException", "50 tags", scheduler.tag_resource, ResourceArn=group,
        Tags=[{"Key": "k%d" % number, "Value": "v"} for number in range(51)])
names = [each["Name"] for each in scheduler.list_schedule_groups()["ScheduleGroups"]]
assert names == ["default", "nightly"], names
page = scheduler.list_schedule_groups(MaxResults=1)
assert [each["Name"] for each in page["ScheduleGroups"]] == ["default"], page
page = scheduler.list_schedule_groups(MaxResults=1, NextToken=page["NextToken"])
assert [each["Name"] for each in page["ScheduleGroups"]] == ["nightly"] and "NextToken" not in page, page
assert [each["Name"] for each in scheduler.list_schedule_groups(NamePrefix="n")["ScheduleGroups"]] == ["nightly"]

# A schedule with all that it can have
start = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=1)
full = dict(
    Name="full", GroupName="nightly", ScheduleExpression="cron(0 9 ? * MON-FRI *)", ScheduleExpressionTimezone="Europe/Berlin",
    StartDate=start, EndDate=start + timedelta(days=30), Description="every working day", State="DISABLED",
    ActionAfterCompletion="DELETE", ClientToken="one-token",
    FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
    Target={**target, "RetryPolicy": {"MaximumEventAgeInSeconds": 600, "MaximumRetryAttempts": 3}, "DeadLetterConfig": {"Arn": dead}})
created = scheduler.create_schedule(**full)["ScheduleArn"]
assert created == ARN + "schedule/nightly/full", created
assert scheduler.create_schedule(**full)["ScheduleArn"] == created
error = refused("ConflictException", "Schedule full already exists.", scheduler.create_schedule, **{**full, "ClientToken": "other"})
shown = scheduler.get_schedule(Name="full", GroupName="nightly")
for name in full:
    assert name == "ClientToken" or shown[name] == full[name], (name, shown)
assert shown["Arn"] == created and shown["CreationDate"] == shown["LastModificationDate"], shown
changed = scheduler.update_schedule(
    Name="full", GroupName="nightly", ScheduleExpression="rate(2 hours)", FlexibleTimeWindow=OFF, Target=target)
assert changed["ScheduleArn"] == created
shown = scheduler.get_schedule(Name="full", GroupName="nightly")
assert shown["ScheduleExpression"] == "rate(2 hours)" and shown["State"] == "ENABLED", shown
assert shown["ScheduleExpressionTimezone"] == "UTC" and shown["ActionAfterCompletion"] == "NONE", shown
assert shown["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}, shown
assert not {"Description", "StartDate", "EndDate"} & set(shown), shown
refused("ResourceNotFoundException", "Schedule full does not exist.", scheduler.get_schedule, Name="full")
refused("ResourceNotFoundException", "Schedule none does not exist.", scheduler.update_schedule, Name="none",
        ScheduleExpression="rate(1 hour)", FlexibleTimeWindow=OFF, Target=target)
refused("ResourceNotFoundException", "Schedule group none does not exist.", create, name="x", expression="rate(1 hour)", GroupName="none")
receive(url)

# What cannot be
for expression in ["rate(5 parsecs)", "cron(0 10 * * * *)", "cron(0 10 * * ?)", "at(tomorrow)", "at(2020-01-01T00:00:00)"]:
    refused("ValidationException", "Invalid Schedule Expression " + expression, create, name="x", expression=expression)
refused("ValidationException", "Mars/Olympus", create, name="x", expression="rate(1 hour)", ScheduleExpressionTimezone="Mars/Olympus")
refused("ValidationException", "MaximumWindowInMinutes", create, name="x", expression="rate(1 hour)", window={"Mode": "FLEXIBLE"})
refused("ValidationException", "cannot be earlier than 5 minutes ago", create, name="x", expression="rate(1 hour)",
        StartDate=datetime.now(timezone.utc) - timedelta(minutes=6))
refused("InvalidParameterValueException", "KmsKeyArn is not supported", create, name="x", expression="rate(1 hour)",
        KmsKeyArn="arn:aws:kms:%s:%s:key/k" % (region, account))
refused("InvalidParameterValueException", "EcsParameters is not supported", create, name="x", expression="rate(1 hour)",
        target={**target, "EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:x"}})
refused("ValidationException", "no targets of the service states", create, name="x", expression="rate(1 hour)",
        target={**target, "Arn": "arn:aws:states:%s:%s:stateMachine:m" % (region, account)})
refused("ValidationException", "no universal target ec2:stopInstances", create, name="x", expression="rate(1 hour)",
        target={**target, "Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "Input": "{}"})
MUST_TRUST = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
refused("ValidationException", MUST_TRUST, create, name="x", expression="rate(1 hour)", target={**target, "RoleArn": role + "-none"})
other = iam.create_role(RoleName="for-lambda", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
refused("ValidationException", MUST_TRUST, create, name="x", expression="rate(1 hour)", target={**target, "RoleArn": other})
for source, group_name in [(ARN + "schedule-group/nightly", "nightly"), (ARN + "schedule-group/default", None)]:
    iam.update_assume_role_policy(RoleName="for-lambda", PolicyDocument=trust(
        "scheduler.amazonaws.com", StringEquals={"aws:SourceAccount": account, "aws:SourceArn": source}))
    own = {"GroupName": group_name} if group_name else {}
    create("trusted", "rate(1 hour)", target={**target, "RoleArn": other}, State="DISABLED", **own)
    scheduler.delete_schedule(Name="trusted", **own)
refused("ValidationException", MUST_TRUST, create, name="x", expression="rate(1 hour)", target={**target, "RoleArn": other}, GroupName="nightly")

# Lists
for number in range(5):
    create("listed-%d" % number, "rate(1 day)", GroupName="nightly", StartDate=start, State="DISABLED" if number == 3 else "ENABLED")
found = scheduler.list_schedules(NamePrefix="listed")["Schedules"]
assert [each["Name"] for each in found] == ["listed-%d" % number for number in range(5)], found
assert found[0]["Target"] == {"Arn": arn} and found[0]["GroupName"] == "nightly" and found[3]["State"] == "DISABLED", found
assert [each["Name"] for each in scheduler.list_schedules(State="DISABLED")["Schedules"]] == ["listed-3"]
assert scheduler.list_schedules(GroupName="default")["Schedules"] == []
pages = list(scheduler.get_paginator("list_schedules").paginate(GroupName="nightly", PaginationConfig={"PageSize": 2}))
assert [len(each["Schedules"]) for each in pages] == [2, 2, 2], pages
refused("ResourceNotFoundException", "Schedule group none does not exist.", scheduler.list_schedules, GroupName="none")
refused("ValidationException", "NextToken", scheduler.list_schedules, NextToken="!")

# Fired: a queue, an ordered queue, a universal target
sqs.purge_queue(QueueUrl=url)
create("once", soon(), target={**target, "Input": "<aws.scheduler.schedule-arn> <aws.scheduler.execution-id> <aws.scheduler.attempt-number>"},
       ActionAfterCompletion="DELETE")
[message] = receive(url)
assert message["Body"].startswith(ARN + "schedule/default/once ") and message["Body"].endswith(" 1"), message
sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
end = time.time() + 30
while any(each["Name"] == "once" for each in scheduler.list_schedules(GroupName="default")["Schedules"]):
    assert time.time() < end
ordered_url, ordered = queue("ticks-ordered.fifo", FifoQueue="true")
create("ordered", soon(), target={**target, "Arn": ordered, "SqsParameters": {"MessageGroupId": "clock"}})
[message] = receive(ordered_url)
assert message["Attributes"]["MessageGroupId"] == "clock", message
create("universal", soon(), target={
    "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "RoleArn": role,
    "Input": json.dumps({"QueueUrl": url, "MessageBody": "universal"})})
assert receive(url)[0]["Body"] == "universal"
assert scheduler.get_schedule(Name="universal")["State"] == "ENABLED"

# Fired: an event bus, whose rule tells a queue
bus = "arn:aws:events:%s:%s:event-bus/default" % (region, account)
ticked = events.put_rule(Name="ticked", EventPattern=json.dumps({"source": ["own.clock"], "detail-type": ["Tick"]}))["RuleArn"]
events.put_targets(Rule="ticked", Targets=[{"Id": "queue", "Arn": rule_queue, "RoleArn": role}])
iam.put_role_policy(RoleName="clock", PolicyName="put", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["events:PutEvents", "sqs:SendMessage"], "Resource": [bus, rule_queue]}]}))
refused("ValidationException", "EventBridgeParameters must be given", create, name="x", expression="rate(1 hour)", target={**target, "Arn": bus, "Input": "{}"})
create("bus", soon(), target={**target, "Arn": bus, "Input": json.dumps({"at": "<aws.scheduler.scheduled-time>"}),
                              "EventBridgeParameters": {"Source": "own.clock", "DetailType": "Tick"}})

# Not told: no such queue, and one that the role may not send to
_, forbidden = queue("forbidden-ticks")
for name, wrong in [("no-queue", arn + "-none"), ("not-allowed", forbidden)]:
    create(name, soon(), target={**target, "Arn": wrong, "DeadLetterConfig": {"Arn": dead}})
    [message] = receive(dead_url)
    sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])
    attributes = {key: each["StringValue"] for key, each in message["MessageAttributes"].items()}
    assert attributes["SCHEDULE_ARN"] == ARN + "schedule/default/" + name, attributes
    assert attributes["TARGET_ARN"] == wrong and attributes["RETRY_ATTEMPTS"] == "0", attributes
    assert set(attributes) >= {"ERROR_CODE", "ERROR_MESSAGE", "EXECUTION_ID", "SCHEDULED_TIME", "IS_PAYLOAD_TRUNCATED"}, attributes
    assert json.loads(message["Body"])["MessageBody"] == "tick", message

# What a role may see
iam.create_role(RoleName="viewer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:root" % account}, "Action": "sts:AssumeRole"}]}))
iam.put_role_policy(RoleName="viewer", PolicyName="see", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "scheduler:Get*", "Resource": [ARN + "schedule/default/universal", ARN + "schedule-group/default"]}]}))
keys = boto3.client("sts").assume_role(RoleArn="arn:aws:iam::%s:role/viewer" % account, RoleSessionName="viewer")["Credentials"]
viewer = boto3.client("scheduler", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                      aws_session_token=keys["SessionToken"])
assert viewer.get_schedule(Name="universal")["Name"] == "universal"
assert viewer.get_schedule_group(Name="default")["Name"] == "default"
refused("AccessDeniedException", "scheduler:GetSchedule", viewer.get_schedule, Name="ordered")
refused("AccessDeniedException", "scheduler:GetSchedule", viewer.get_schedule, Name="full", GroupName="nightly")
refused("AccessDeniedException", "scheduler:ListSchedules", viewer.list_schedules)
refused("AccessDeniedException", "scheduler:DeleteSchedule", viewer.delete_schedule, Name="universal")
refused("AccessDeniedException", "scheduler:TagResource", viewer.tag_resource, ResourceArn=ARN + "schedule-group/nightly", Tags=[])

# What the rule and the bus have told
found = {}
while len(found) < 2:
    for message in receive(rule_url, seconds=90):
        event = json.loads(message["Body"])
        found[event["source"]] = event
assert found["aws.events"]["detail-type"] == "Scheduled Event" and found["aws.events"]["resources"] == [rule], found
assert found["aws.events"]["time"].endswith(":00Z"), found
assert found["own.clock"]["detail-type"] == "Tick" and found["own.clock"]["detail"]["at"].startswith("20"), found

# Gone
scheduler.delete_schedule(Name="universal", ClientToken="gone")
scheduler.delete_schedule(Name="universal", ClientToken="gone")
error = refused("ResourceNotFoundException", "Schedule universal does not exist.", scheduler.delete_schedule, Name="universal")
assert isinstance(error, errors.ResourceNotFoundException), error
scheduler.delete_schedule_group(Name="nightly")
refused("ResourceNotFoundException", "Schedule group nightly does not exist.", scheduler.get_schedule_group, Name="nightly")
refused("ResourceNotFoundException", "Schedule group nightly does not exist.", scheduler.list_schedules, GroupName="nightly")
refused("ValidationException", "default schedule group", scheduler.delete_schedule_group, Name="default")
