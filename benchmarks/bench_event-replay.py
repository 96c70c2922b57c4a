"""The queue- and timer-triggered functions of production traces, at speed, through the real queues and the real scheduler: every event is accounted for."""

import csv
import json
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import boto3

import load
import report
import traces
from mayfly import Mayfly, zipped

SECONDS = 160
BATCH = 10
THREADS = 8
PATIENCE = 600

# Handlers note what they were given in a file of the host: they run without a jail for that, in processes of their own.
NOTING = """
import json, os, time
def note(lines):
    descriptor = os.open("%(notes)s", os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, "".join(lines).encode())
    os.close(descriptor)
def handler(event, context):
    now = time.time()
    time.sleep(%(pause).6f)
    if "Records" in event:
        note(["%%s -\\n" %% record["body"] for record in event["Records"]])
    else:
        note(["%%s %%.6f\\n" %% (event["id"], now - event["due"])])
"""


def functions():
    """Of each function that queues or timers trigger: name, trigger, calls by minute, and its median duration in seconds."""
    folder = traces.folder() / "azure2019-triggers-100"
    with open(folder / "durations.csv") as file:
        medians = {row["HashFunction"]: float(row["percentile_Average_50"]) / 1000 for row in csv.DictReader(file)}
    found = []
    with open(folder / "invocations.csv") as file:
        rows = csv.reader(file)
        next(rows)
        for number, row in enumerate(rows):
            if row[3] in ("queue", "timer"):
                calls = [int(each or 0) for each in row[4:]]
                found.append(("f%d" % number, row[3], calls, medians.get(row[2], 0.0)))
    return found


class Replay:
    def __init__(self, mayfly, notes):
        self.mayfly, self.notes = mayfly, notes
        keys = mayfly.lambdas._request_signer._credentials
        self.clients = {
            service: boto3.client(
                service, endpoint_url="http://127.0.0.1:%d" % mayfly.port, region_name="us-east-1",
                aws_access_key_id=keys.access_key, aws_secret_access_key=keys.secret_key,
            )
            for service in ("sqs", "scheduler", "iam")
        }
        self.sent = Counter()
        self.urls = {}
        self.role = self.make_role()

    def make_role(self):
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "scheduler.amazonaws.com"]},
             "Action": "sts:AssumeRole"}]}
        iam = self.clients["iam"]
        arn = iam.create_role(RoleName="replay", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        for policy in ("AWSLambdaSQSQueueExecutionRole", "AWSLambdaRole"):
            iam.attach_role_policy(RoleName="replay", PolicyArn="arn:aws:iam::aws:policy/service-role/" + policy)
        return arn

    def deploy(self, name, trigger, pause):
        code = NOTING % {"notes": self.notes, "pause": pause}
        self.mayfly.deploy(name, self.mayfly.runtime("python"), "app.handler", zipped({"app.py": code}), memory=256)
        self.mayfly.lambdas.update_function_configuration(FunctionName=name, Role=self.role)
        self.mayfly.lambdas.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        if trigger == "queue":
            sqs = self.clients["sqs"]
            url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
            arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            self.mayfly.lambdas.create_event_source_mapping(EventSourceArn=arn, FunctionName=name, BatchSize=BATCH)
            self.urls[name] = url

    def schedule(self, name, identity, due):
        self.clients["scheduler"].create_schedule(
            Name=identity, ScheduleExpression="at(%s)" % due.strftime("%Y-%m-%dT%H:%M:%S"),
            FlexibleTimeWindow={"Mode": "OFF"}, ActionAfterCompletion="DELETE",
            Target={
                "Arn": "arn:aws:lambda:us-east-1:000000000000:function:" + name, "RoleArn": self.role,
                "Input": json.dumps({"id": identity, "due": due.timestamp()}),
            },
        )
        return identity

    def send(self, name, identities):
        answer = self.clients["sqs"].send_message_batch(
            QueueUrl=self.urls[name],
            Entries=[{"Id": str(number), "MessageBody": each} for number, each in enumerate(identities)])
        accepted = [identities[int(each["Id"])] for each in answer.get("Successful", [])]
        return accepted

    def noted(self):
        found, late = Counter(), []
        with open(self.notes) as file:
            for line in file:
                identity, lateness = line.split()
                found[identity] += 1
                if lateness != "-":
                    late.append(float(lateness) * 1000)
        return found, late


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    played = functions()
    minutes = len(played[0][2])
    speed = minutes * 60 / seconds
    folder = tempfile.mkdtemp(prefix="mayfly-replay-")
    os.chmod(folder, 0o755)
    notes = os.path.join(folder, "notes")
    open(notes, "w").close()
    mayfly = Mayfly(9840, "--isolation", "none", "--concurrency", "1000")
    try:
        replay = Replay(mayfly, notes)
        report.say("deploying %d functions ..." % len(played))
        for name, trigger, _, median in played:
            replay.deploy(name, trigger, median / speed)
        timers = [
            (name, "%s-%d-%d" % (name, minute, number), minute)
            for name, trigger, calls, _ in played if trigger == "timer"
            for minute, count in enumerate(calls) for number in range(count)
        ]
        with ThreadPoolExecutor(THREADS) as pool:
            report.say("making %d schedules ..." % len(timers))
            # All must be there before the first is due.
            begin = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=30 + len(timers) // 200)
            made = list(pool.map(
                lambda each: replay.schedule(each[0], each[1], begin + timedelta(seconds=int(each[2] * seconds / minutes))),
                timers))
            if datetime.now(timezone.utc) > begin:
                raise RuntimeError("the schedules were not made in time; replay more slowly")
            replay.sent.update(made)
            report.say("%d schedules; replaying %d minutes in %d s ..." % (len(made), minutes, seconds))
            while datetime.now(timezone.utc) < begin:
                time.sleep(0.05)
            sending = []
            for minute in range(minutes):
                due = begin.timestamp() + minute * seconds / minutes
                time.sleep(max(0, due - time.time()))
                for name, trigger, calls, _ in played:
                    if trigger == "queue" and calls[minute]:
                        identities = ["%s-%d-%d" % (name, minute, number) for number in range(calls[minute])]
                        for first in range(0, len(identities), BATCH):
                            sending.append(pool.submit(replay.send, name, identities[first:first + BATCH]))
            for each in sending:
                replay.sent.update(each.result())
        ended = time.time()
        report.say("%d events accepted; waiting for the last ..." % len(replay.sent))
        found, late = replay.noted()
        while len(found) < len(replay.sent) and time.time() - ended < PATIENCE:
            time.sleep(1)
            found, late = replay.noted()
        drained = time.time() - ended
    finally:
        mayfly.close()
    lost = sum(1 for each in replay.sent if each not in found)
    again = sum(count - 1 for count in found.values())
    unknown = sum(1 for each in found if each not in replay.sent)
    late.sort()
    queued = sum(sum(calls) for _, trigger, calls, _ in played if trigger == "queue")
    report.write("event-replay", "Production traces through queues and schedules", [
        [
            ["", "functions", "events accepted"],
            ["triggered by queues", str(sum(1 for each in played if each[1] == "queue")), str(len(replay.sent) - len(timers))],
            ["triggered by timers", str(sum(1 for each in played if each[1] == "timer")), str(len(timers))],
        ],
        [
            ["what must be reached", "measured", "bar", ""],
            ["events that were lost", str(lost), "0", "reached" if lost == 0 else "not reached"],
            ["events that came and were never accepted", str(unknown), "0", "reached" if unknown == 0 else "not reached"],
            ["events of queues that were accepted, of those in the trace", "%d of %d" % (len(replay.sent) - len(timers), queued), "all",
             "reached" if len(replay.sent) - len(timers) == queued else "not reached"],
        ],
        "%d events came more than once. %d minutes of azure2019-triggers-100 in %d s, %.0f times as fast, with the functions' median "
        "durations as much shorter; %.1f s after the last was sent all had come. Each event of a queue is a message, sent in batches of "
        "ten as its minute comes, each call of a timer a one-time schedule of its own, which is deleted when it has fired. From a "
        "schedule's second to its handler: p50 %.0f ms, p99 %.0f ms, with all the other load; schedules of a minute are due in the same second."
        % (again, minutes, seconds, speed, drained, load.percentile(late, 0.5), load.percentile(late, 0.99)),
    ])


main()
