"""Every action of the EventBridge API through boto3. Takes the account and the region."""
import datetime
import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

account, region = sys.argv[1:]
events = boto3.client("events")
sqs = boto3.client("sqs")
errors = events.exceptions
ARN = "arn:aws:events:%s:%s:" % (region, account)
ORDERS = json.dumps({"source": ["orders"]})


def refused(code, text, action, **arguments):
    try:
        action(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert text in error.response["Error"]["Message"], error.response
        return error
    raise AssertionError(f"{action} was not refused")


def eventually(condition):
    end = time.time() + 60
    while True:
        found = condition()
        if found:
            return found
        assert time.time() < end, condition
        time.sleep(0.05)


def queue(name, **attributes):
    """A queue that rules may send to."""
    arn = "arn:aws:sqs:%s:%s:%s" % (region, account, name)
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": ARN + "rule/*"}}}]}
    return sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy), **attributes})["QueueUrl"], arn


def taken(url):
    found = []
    while True:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages", [])
        if not messages:
            return found
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += messages


def bodies(url):
    return [json.loads(message["Body"]) for message in taken(url)]


def entry(detail, **more):
    return {"Source": "orders", "DetailType": "Order placed", "Detail": json.dumps(detail), **more}


# Buses
made = events.create_event_bus(Name="shop", Description="of the shop", Tags=[{"Key": "team", "Value": "a"}])
assert made["EventBusArn"] == ARN + "event-bus/shop" and made["Description"] == "of the shop", made
error = refused("ResourceAlreadyExistsException", "Event bus shop already exists.", events.create_event_bus, Name="shop")
assert isinstance(error, errors.ResourceAlreadyExistsException), error
refused("ResourceAlreadyExistsException", "Event bus default already exists.", events.create_event_bus, Name="default")
refused("ValidationException", "must not contain '/'", events.create_event_bus, Name="a/b")
refused("ValidationException", "failed to satisfy constraint", events.create_event_bus, Name="a b")
refused("InvalidParameterValueException", "KmsKeyIdentifier is not supported yet", events.create_event_bus, Name="x", KmsKeyIdentifier="k")
shown = events.describe_event_bus(Name=ARN + "event-bus/shop")
assert shown["Name"] == "shop" and shown["CreationTime"] == shown["LastModifiedTime"], shown
assert events.describe_event_bus()["Arn"] == ARN + "event-bus/default"
error = refused("ResourceNotFoundException", "Event bus none does not exist.", events.describe_event_bus, Name="none")
assert isinstance(error, errors.ResourceNotFoundException), error
assert events.update_event_bus(Name="shop", Description="changed")["Description"] == "changed"
assert events.describe_event_bus(Name="shop")["Description"] == "changed"
for number in range(3):
    events.create_event_bus(Name="many-%d" % number)
assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default", "many-0", "many-1", "many-2", "shop"]
page = events.list_event_buses(NamePrefix="many-", Limit=2)
assert [bus["Name"] for bus in page["EventBuses"]] == ["many-0", "many-1"], page
page = events.list_event_buses(NamePrefix="many-", Limit=2, NextToken=page["NextToken"])
assert [bus["Name"] for bus in page["EventBuses"]] == ["many-2"] and "NextToken" not in page, page
for number in range(3):
    events.delete_event_bus(Name="many-%d" % number)
events.delete_event_bus(Name="many-0")
refused("ValidationException", "Cannot delete event bus default.", events.delete_event_bus, Name="default")

# Permissions
events.put_permission(EventBusName="shop", Action="events:PutEvents", Principal="111111111111", StatementId="one")
events.put_permission(EventBusName="shop", Action="events:PutEvents", Principal="*", StatementId="org",
                      Condition={"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1"})
assert json.loads(events.describe_event_bus(Name="shop")["Policy"]) == {"Version": "2012-10-17", "Statement": [
    {"Sid": "one", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "events:PutEvents",
     "Resource": ARN + "event-bus/shop"},
    {"Sid": "org", "Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": ARN + "event-bus/shop",
     "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}]}
events.remove_permission(EventBusName="shop", StatementId="one")
refused("ResourceNotFoundException", "Statement with the provided id does not exist.", events.remove_permission, EventBusName="shop", StatementId="one")
events.remove_permission(EventBusName="shop", RemoveAllPermissions=True)
assert "Policy" not in events.describe_event_bus(Name="shop")
refused("ResourceNotFoundException", "EventBus does not have a policy.", events.remove_permission, EventBusName="shop", StatementId="one")
refused("ValidationException", "Parameter Policy is not valid", events.put_permission, EventBusName="shop", Policy="{}")
refused("ValidationException", "must be specified", events.put_permission, EventBusName="shop", StatementId="x")

# Patterns
event = {"id": "1", "account": account, "source": "orders", "time": "2026-01-01T00:00:00Z", "region": region, "resources": [],
         "detail-type": "x", "detail": {"n": 7}}
assert events.test_event_pattern(EventPattern=json.dumps({"detail": {"n": [{"numeric": [">", 5]}]}}), Event=json.dumps(event))["Result"]
assert not events.test_event_pattern(EventPattern=json.dumps({"detail": {"n": [{"numeric": [">", 7]}]}}), Event=json.dumps(event))["Result"]
refused("ValidationException", "Parameter Event is not valid", events.test_event_pattern, EventPattern=ORDERS, Event="{}")
error = refused("InvalidEventPatternException", 'Event pattern is not valid. Reason: "source" must be an object or an array\n at [Source: (String)"',
                events.test_event_pattern, EventPattern='{"source":"orders"}', Event=json.dumps(event))
assert isinstance(error, errors.InvalidEventPatternException), error

# Rules
refused("InvalidEventPatternException", "Event pattern is not valid. Reason: ", events.put_rule, Name="r", EventPattern="{")
refused("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.", events.put_rule, Name="r")
refused("ValidationException", "ScheduleExpression is supported only on the default event bus.", events.put_rule, Name="r", EventBusName="shop",
        ScheduleExpression="rate(1 minute)")
refused("ResourceNotFoundException", "Event bus none does not exist.", events.put_rule, Name="r", EventBusName="none", EventPattern=ORDERS)
assert events.put_rule(Name="on-default", EventPattern=ORDERS, Tags=[{"Key": "team", "Value": "a"}])["RuleArn"] == ARN + "rule/on-default"
assert events.put_rule(Name="on-shop", EventBusName="shop", EventPattern=ORDERS, Description="d", RoleArn="arn:aws:iam::%s:role/any" % account,
                       State="DISABLED")["RuleArn"] == ARN + "rule/shop/on-shop"
shown = events.describe_rule(Name="on-shop", EventBusName=ARN + "event-bus/shop")
shown.pop("ResponseMetadata")
assert shown == {"Name": "on-shop", "Arn": ARN + "rule/shop/on-shop", "EventPattern": ORDERS, "State": "DISABLED", "Description": "d",
                 "RoleArn": "arn:aws:iam::%s:role/any" % account, "EventBusName": "shop", "CreatedBy": account}, shown
refused("ResourceNotFoundException", "Rule on-shop does not exist on EventBus default.", events.describe_rule, Name="on-shop")
events.enable_rule(Name="on-shop", EventBusName="shop")
assert events.describe_rule(Name="on-shop", EventBusName="shop")["State"] == "ENABLED"
events.disable_rule(Name="on-shop", EventBusName="shop")
assert events.list_rules(EventBusName="shop")["Rules"][0]["State"] == "DISABLED"
events.enable_rule(Name="on-shop", EventBusName="shop")
assert [rule["Name"] for rule in events.list_rules(NamePrefix="on-")["Rules"]] == ["on-default"]
assert events.list_rules(NamePrefix="none")["Rules"] == []
refused("ValidationException", "EventBus can't be deleted since it has rules.", events.delete_event_bus, Name="shop")

# Tags
events.tag_resource(ResourceARN=ARN + "rule/on-default", Tags=[{"Key": "cost", "Value": ""}, {"Key": "team", "Value": "b"}])
assert events.list_tags_for_resource(ResourceARN=ARN + "rule/on-default")["Tags"] == [{"Key": "cost", "Value": ""}, {"Key": "team", "Value": "b"}]
events.untag_resource(ResourceARN=ARN + "rule/on-default", TagKeys=["cost", "never"])
assert events.list_tags_for_resource(ResourceARN=ARN + "rule/on-default")["Tags"] == [{"Key": "team", "Value": "b"}]
assert events.list_tags_for_resource(ResourceARN=ARN + "event-bus/shop")["Tags"] == [{"Key": "team", "Value": "a"}]
refused("ResourceNotFoundException", "does not exist", events.list_tags_for_resource, ResourceARN=ARN + "rule/none")
refused("ValidationException", "Duplicated keys", events.tag_resource, ResourceARN=ARN + "event-bus/shop",
        Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])

# Targets
url, arn = queue("bus-one")
fifo_url, fifo_arn = queue("bus-two.fifo", FifoQueue="true", ContentBasedDeduplication="true")
dead_url, dead_arn = queue("bus-dead")
targets = [
    {"Id": "whole", "Arn": arn},
    {"Id": "part", "Arn": fifo_arn, "InputPath": "$.detail", "SqsParameters": {"MessageGroupId": "g"}},
    {"Id": "made", "Arn": arn, "InputTransformer": {"InputPathsMap": {"n": "$.detail.n", "t": "$.detail-type"},
                                                  "InputTemplate": '{"n": <n>, "text": "<t> by <aws.events.rule-name>"}'}},
    {"Id": "gone", "Arn": arn + "-gone", "DeadLetterConfig": {"Arn": dead_arn}, "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 60}},
    {"Id": "tasks", "Arn": "arn:aws:ecs:%s:%s:cluster/c" % (region, account), "RoleArn": "arn:aws:iam::%s:role/any" % account,
     "EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:%s:%s:task-definition/t" % (region, account), "TaskCount": 1, "LaunchType": "FARGATE",
                       "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["s"], "AssignPublicIp": "ENABLED"}}}},
]
assert events.put_targets(Rule="on-shop", EventBusName="shop", Targets=targets)["FailedEntryCount"] == 0
shown = events.list_targets_by_rule(Rule="on-shop", EventBusName="shop")["Targets"]
assert sorted(shown, key=lambda each: each["Id"]) == sorted(targets, key=lambda each: each["Id"]), shown
page = events.list_targets_by_rule(Rule="on-shop", EventBusName="shop", Limit=3)
assert len(page["Targets"]) == 3 and page["NextToken"], page
assert events.list_rule_names_by_target(TargetArn=arn, EventBusName="shop")["RuleNames"] == ["on-shop"]
assert events.list_rule_names_by_target(TargetArn=arn)["RuleNames"] == []
refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.", events.put_targets, Rule="on-shop", EventBusName="shop",
        Targets=[{"Id": "sixth", "Arn": arn}])
refused("ValidationException", "Provided Arn is not in correct format.", events.put_targets, Rule="on-shop", EventBusName="shop", Targets=[{"Id": "x", "Arn": "x"}])
refused("ValidationException", "'targets.1.member.id' failed to satisfy constraint", events.put_targets, Rule="on-shop", EventBusName="shop",
        Targets=[{"Id": "!", "Arn": arn}])
refused("ResourceNotFoundException", "Rule none does not exist on EventBus default.", events.put_targets, Rule="none", Targets=[{"Id": "x", "Arn": arn}])
refused("ValidationException", "Rule can't be deleted since it has targets.", events.delete_rule, Name="on-shop", EventBusName="shop")

# What targets of services have that are not here is kept and shown
events.put_rule(Name="elsewhere", EventPattern=json.dumps({"source": ["elsewhere"]}))
foreign = [
    {"Id": "a", "Arn": "arn:aws:kinesis:%s:%s:stream/s" % (region, account), "KinesisParameters": {"PartitionKeyPath": "$.detail.k"}},
    {"Id": "b", "Arn": "arn:aws:ssm:%s:%s:document/d" % (region, account),
     "RunCommandParameters": {"RunCommandTargets": [{"Key": "tag:a", "Values": ["b"]}]}},
    {"Id": "c", "Arn": "arn:aws:batch:%s:%s:job-queue/q" % (region, account),
     "BatchParameters": {"JobDefinition": "d", "JobName": "n", "ArrayProperties": {"Size": 2}, "RetryStrategy": {"Attempts": 3}}},
    {"Id": "d", "Arn": "arn:aws:execute-api:%s:%s:abc/prod/GET/x" % (region, account),
     "HttpParameters": {"PathParameterValues": ["p"], "HeaderParameters": {"h": "1"}, "QueryStringParameters": {"q": "2"}}},
    {"Id": "e", "Arn": "arn:aws:redshift:%s:%s:cluster:c" % (region, account), "RedshiftDataParameters": {"Database": "d", "Sql": "select 1", "WithEvent": True}},
]
events.put_targets(Rule="elsewhere", Targets=foreign)
assert events.list_targets_by_rule(Rule="elsewhere")["Targets"] == foreign, events.list_targets_by_rule(Rule="elsewhere")
more = [
    {"Id": "a", "Arn": "arn:aws:sagemaker:%s:%s:pipeline/p" % (region, account),
     "SageMakerPipelineParameters": {"PipelineParameterList": [{"Name": "n", "Value": "v"}]}},
    {"Id": "b", "Arn": "arn:aws:appsync:%s:%s:endpoints/graphql-api/x" % (region, account), "AppSyncParameters": {"GraphQLOperation": "query { a }"}},
    {"Id": "c", "Arn": "arn:aws:ecs:%s:%s:cluster/c" % (region, account), "EcsParameters": {
        "TaskDefinitionArn": "arn:aws:ecs:%s:%s:task-definition/t" % (region, account), "PlatformVersion": "LATEST", "Group": "g",
        "CapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}], "EnableECSManagedTags": True, "EnableExecuteCommand": False,
        "PlacementConstraints": [{"type": "memberOf", "expression": "x"}], "PlacementStrategy": [{"type": "spread", "field": "f"}],
        "PropagateTags": "TASK_DEFINITION", "ReferenceId": "r", "Tags": [{"Key": "k", "Value": "v"}]}}]
events.put_targets(Rule="elsewhere", Targets=more)
assert events.list_targets_by_rule(Rule="elsewhere")["Targets"][:3] == more
assert events.put_events(Entries=[entry({}, Source="elsewhere")])["FailedEntryCount"] == 0
events.remove_targets(Rule="elsewhere", Ids=["a", "b", "c", "d", "e"])
events.delete_rule(Name="elsewhere")

# Events
answer = events.put_events(Entries=[
    entry({"n": 1}, EventBusName="shop", Time=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), Resources=["arn:a"],
          TraceHeader="Root=1-5759e988-bd862e3fe1be46a994272793"),
    entry({"n": 2}, EventBusName="shop", Source="other"),
    {"Source": "orders", "DetailType": "x", "Detail": "nothing"},
    {"Source": "orders", "DetailType": "x"},
    entry({"n": 3}, EventBusName="nowhere")])
assert answer["FailedEntryCount"] == 2, answer
assert answer["Entries"][2] == {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}, answer
assert answer["Entries"][3]["ErrorMessage"] == "Parameter Detail is not valid. Reason: Detail is a required argument.", answer
whole, made = sorted(bodies(url), key=lambda each: "text" in each)
assert whole == {"version": "0", "id": answer["Entries"][0]["EventId"], "detail-type": "Order placed", "source": "orders", "account": account,
                 "time": "2026-01-02T03:04:05Z", "region": region, "resources": ["arn:a"], "detail": {"n": 1}}, whole
assert made == {"n": 1, "text": "Order placed by on-shop"}, made
assert bodies(fifo_url) == [{"n": 1}]
[dead] = taken(dead_url)
assert json.loads(dead["Body"]) == whole
said = {name: value["StringValue"] for name, value in dead["MessageAttributes"].items()}
# A queue that is not there allows nothing.
assert "is not allowed sqs:SendMessage" in said.pop("ERROR_MESSAGE"), dead
assert said == {"RULE_ARN": ARN + "rule/shop/on-shop", "TARGET_ARN": arn + "-gone", "ERROR_CODE": "NO_PERMISSIONS", "RETRY_ATTEMPTS": "0"}, dead
refused("ValidationException", "Member must have length less than or equal to 10", events.put_events, Entries=[entry({})] * 11)
refused("ValidationException", "Total size of the entries in the request is over the limit.", events.put_events, Entries=[entry({"x": "x" * 1048576})])
large = {"x": "x" * 1048000}
assert events.put_events(Entries=[entry(large)])["FailedEntryCount"] == 0

# What is deep
events.put_rule(Name="deep", EventPattern='{"detail":' + '{"a":' * 600 + '[1]' + '}' * 600 + '}')
events.put_targets(Rule="deep", Targets=[{"Id": "q", "Arn": arn, "Input": '"found"'}])
for depth, taken_up in [(600, True), (900, True), (999, True), (1000, False), (100000, False)]:
    answer = events.put_events(Entries=[{"Source": "s", "DetailType": "t", "Detail": '{"a":' * depth + "1" + "}" * depth}])
    assert answer["FailedEntryCount"] == (0 if taken_up else 1), (depth, answer)
assert bodies(url) == ["found"]
events.remove_targets(Rule="deep", Ids=["q"])
events.delete_rule(Name="deep")

# What a role may
iam = boto3.client("iam")
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="teller", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
iam.put_role_policy(RoleName="teller", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "events:PutEvents", "Resource": ARN + "event-bus/default"},
    {"Effect": "Allow", "Action": "events:*Rule", "Resource": ARN + "rule/shop/*"}]}))
keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
as_role = boto3.client("events", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                       aws_session_token=keys["SessionToken"])
assert as_role.put_events(Entries=[entry({})])["FailedEntryCount"] == 0
for entries in [[entry({}, EventBusName="shop")], [entry({}), entry({}, EventBusName="shop")]]:
    refused("AccessDeniedException", "events:PutEvents", as_role.put_events, Entries=entries)
assert as_role.describe_rule(Name="on-shop", EventBusName="shop")["Name"] == "on-shop"
refused("AccessDeniedException", "events:DescribeRule", as_role.describe_rule, Name="on-default")
refused("AccessDeniedException", "events:ListRules", as_role.list_rules)
events.put_permission(EventBusName="shop", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "events:PutEvents", "Resource": ARN + "event-bus/shop"}]}))
assert as_role.put_events(Entries=[entry({}, Source="nobody"), entry({}, Source="nobody", EventBusName="shop")])["FailedEntryCount"] == 0

# A bus tells another as a role, and a role tells a queue that allows nobody
events.create_event_bus(Name="second")
silent = sqs.create_queue(QueueName="bus-silent")["QueueUrl"]
iam.put_role_policy(RoleName="teller", PolicyName="q", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["events:PutEvents", "sqs:SendMessage"], "Resource": "*"}]}))
events.put_rule(Name="on", EventPattern=json.dumps({"source": ["chain"]}))
events.put_targets(Rule="on", Targets=[{"Id": "bus", "Arn": ARN + "event-bus/second", "RoleArn": role}])
events.put_rule(Name="on", EventBusName="second", EventPattern=json.dumps({"source": ["chain"]}))
events.put_targets(Rule="on", EventBusName="second", Targets=[
    {"Id": "q", "Arn": "arn:aws:sqs:%s:%s:bus-silent" % (region, account), "RoleArn": role}, {"Id": "back", "Arn": ARN + "event-bus/default", "RoleArn": role}])
events.put_events(Entries=[entry({"n": 5}, Source="chain")])
assert [event["detail"] for event in bodies(silent)] == [{"n": 5}]

# Archives and replays
made = events.create_archive(ArchiveName="kept", EventSourceArn=ARN + "event-bus/shop", Description="d", EventPattern=ORDERS, RetentionDays=7)
assert made["ArchiveArn"] == ARN + "archive/kept" and made["State"] == "ENABLED", made
refused("ResourceAlreadyExistsException", "Archive kept already exists.", events.create_archive, ArchiveName="kept", EventSourceArn=ARN + "event-bus/shop")
refused("ResourceNotFoundException", "Event bus none does not exist.", events.create_archive, ArchiveName="x", EventSourceArn=ARN + "event-bus/none")
start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5)
events.put_events(Entries=[entry({"n": n}, EventBusName="shop") for n in range(10)])
events.put_events(Entries=[entry({"n": 99}, EventBusName="shop", Source="other")])
shown = events.describe_archive(ArchiveName="kept")
assert shown["EventCount"] == 10 and 2000 < shown["SizeBytes"] < 5000 and shown["RetentionDays"] == 7 and shown["EventPattern"] == ORDERS, shown
assert events.update_archive(ArchiveName="kept", Description="changed", RetentionDays=8)["State"] == "ENABLED"
[listed] = events.list_archives(NamePrefix="ke", EventSourceArn=ARN + "event-bus/shop")["Archives"]
assert listed["RetentionDays"] == 8 and listed["EventCount"] == 10, listed
refused("ResourceNotFoundException", "Archive none does not exist.", events.describe_archive, ArchiveName="none")
for each in [url, fifo_url, dead_url]:
    taken(each)
window = {"EventStartTime": start, "EventEndTime": start + datetime.timedelta(minutes=5)}
made = events.start_replay(ReplayName="again", Description="d", EventSourceArn=ARN + "archive/kept",
                           Destination={"Arn": ARN + "event-bus/shop", "FilterArns": [ARN + "rule/shop/on-shop"]}, **window)
assert made["ReplayArn"] == ARN + "replay/again" and made["State"] == "STARTING", made
eventually(lambda: events.describe_replay(ReplayName="again")["State"] == "COMPLETED")
replayed = [event for event in bodies(url) if "source" in event]
assert sorted(event["detail"]["n"] for event in replayed) == list(range(10)) and {event["replay-name"] for event in replayed} == {"again"}, replayed
shown = events.describe_replay(ReplayName="again")
assert shown["Destination"] == {"Arn": ARN + "event-bus/shop", "FilterArns": [ARN + "rule/shop/on-shop"]}, shown
assert shown["ReplayEndTime"] >= shown["ReplayStartTime"] and shown["EventLastReplayedTime"], shown
[listed] = events.list_replays(NamePrefix="ag", State="COMPLETED", EventSourceArn=ARN + "archive/kept")["Replays"]
assert listed["ReplayName"] == "again", listed
assert events.list_replays(State="RUNNING")["Replays"] == []
refused("IllegalStatusException", "Replay again is not in a valid state", events.cancel_replay, ReplayName="again")
refused("ResourceAlreadyExistsException", "Replay again already exists.", events.start_replay, ReplayName="again", EventSourceArn=ARN + "archive/kept",
        Destination={"Arn": ARN + "event-bus/shop"}, **window)
refused("ValidationException", "Cross event bus replay is not permitted.", events.start_replay, ReplayName="x", EventSourceArn=ARN + "archive/kept",
        Destination={"Arn": ARN + "event-bus/default"}, **window)
refused("ResourceNotFoundException", "Replay none does not exist.", events.describe_replay, ReplayName="none")
for attempt in range(100):
    # Whichever comes first: a replay may be over before it is cancelled.
    events.start_replay(ReplayName="cancelled-%d" % attempt, EventSourceArn=ARN + "archive/kept", Destination={"Arn": ARN + "event-bus/shop"}, **window)
    try:
        assert events.cancel_replay(ReplayName="cancelled-%d" % attempt)["State"] == "CANCELLING"
    except errors.IllegalStatusException:
        continue
    eventually(lambda: events.describe_replay(ReplayName="cancelled-%d" % attempt)["State"] == "CANCELLED")
    break
else:
    raise AssertionError("no replay could be cancelled")
refused("ValidationException", "EventBus can't be deleted since it has rules.", events.delete_event_bus, Name="shop")
events.delete_archive(ArchiveName="kept")
refused("ResourceNotFoundException", "Archive kept does not exist.", events.delete_archive, ArchiveName="kept")

# The end
assert events.remove_targets(Rule="on-shop", EventBusName="shop", Ids=["whole", "part", "made", "gone", "tasks", "never"])["FailedEntryCount"] == 0
events.delete_rule(Name="on-shop", EventBusName="shop")
events.delete_rule(Name="on-shop", EventBusName="shop")
events.delete_event_bus(Name="shop")

# What is not there yet
for action, arguments in [(events.list_connections, {}), (events.list_api_destinations, {}), (events.list_endpoints, {}), (events.list_event_sources, {}),
                          (events.create_api_destination, {"Name": "x", "ConnectionArn": ARN + "connection/x/1", "InvocationEndpoint": "https://x.y/",
                                                           "HttpMethod": "POST"})]:
    refused("NotImplementedException", "Mayfly does not implement events:", action, **arguments)
