"""Timers: how late thousands of schedules fire that are due in the same second, and what they take while none is due."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import boto3
from botocore.config import Config

import load
import report
from mayfly import Mayfly

SCHEDULES = 10_000
CLIENTS = 16
MINUTES = 3
IDLE_SECONDS = 60
FEW = 100


def client(mayfly, service):
    keys = mayfly.lambdas._request_signer._credentials
    return boto3.client(
        service, endpoint_url="http://127.0.0.1:%d" % mayfly.port, region_name="us-east-1",
        aws_access_key_id=keys.access_key, aws_secret_access_key=keys.secret_key,
        config=Config(max_pool_connections=CLIENTS),
    )


def role(iam):
    """A role that the Scheduler may assume, and that may send to queues."""
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    allowed = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}
    arn = iam.create_role(RoleName="clock", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="clock", PolicyName="send", PolicyDocument=json.dumps(allowed))
    return arn


class Clock:
    """Schedules that tell a queue when they were to fire."""

    def __init__(self, mayfly):
        self.scheduler, self.sqs = client(mayfly, "scheduler"), client(mayfly, "sqs")
        self.role = role(client(mayfly, "iam"))

    def queue(self, name):
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return url, arn

    def create(self, name, expression, arn, **more):
        self.scheduler.create_schedule(
            Name=name, ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn, "RoleArn": self.role, "Input": "<aws.scheduler.scheduled-time>"}, **more)

    def fill(self, prefix, count, expression, arn):
        begun = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(lambda number: self.create("%s-%d" % (prefix, number), expression, arn), range(count)))
        return count / (time.perf_counter() - begun)

    def empty(self, prefix, count):
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(lambda number: self.scheduler.delete_schedule(Name="%s-%d" % (prefix, number)), range(count)))

    def waiting(self, url):
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def late(self, url, count):
        """Milliseconds between when a message was due and when it was in the queue, of so many messages."""
        times, seen = [], set()
        while len(times) < count:
            messages = self.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1,
                MessageSystemAttributeNames=["SentTimestamp"]).get("Messages", [])
            if not messages:
                break
            for message in messages:
                due = datetime.strptime(message["Body"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
                times.append(int(message["Attributes"]["SentTimestamp"]) - due.timestamp() * 1000)
                seen.add(message["MessageId"])
            self.sqs.delete_message_batch(QueueUrl=url, Entries=[
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)])
        return times, len(times) - len(seen)


def processor(pid):
    """Seconds of processor time that a process has taken."""
    fields = Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share(pid, seconds):
    """Of a core, what a process takes in so many seconds."""
    before = processor(pid)
    time.sleep(seconds)
    return (processor(pid) - before) / seconds * 100


def until(moment):
    time.sleep(max(0, moment - time.time()))


def single(clock):
    """A few schedules, each alone in its second."""
    url, arn = clock.queue("alone")
    start = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=10)
    for number in range(FEW):
        at = start + timedelta(seconds=number // 2)
        clock.create("alone-%d" % number, "at(%s)" % at.strftime("%Y-%m-%dT%H:%M:%S"), arn, ActionAfterCompletion="DELETE")
    until((start + timedelta(seconds=FEW // 2 + 1)).timestamp())
    return clock.late(url, FEW)[0]


def same_second(clock, count):
    """All schedules at one second, once."""
    url, arn = clock.queue("at-once")
    at = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=30 + count // 100)
    rate = clock.fill("at-once", count, "at(%s)" % at.strftime("%Y-%m-%dT%H:%M:%S"), arn)
    report.say("%.0f schedules/s made" % rate)
    until(at.timestamp() + 5)
    times, twice = clock.late(url, count)
    clock.empty("at-once", count)
    return rate, times, twice


def every_minute(clock, count, minutes):
    """All schedules at the beginning of every minute."""
    url, arn = clock.queue("minutes")
    clock.fill("minutes", count, "cron(* * * * ? *)", arn)
    clock.sqs.purge_queue(QueueUrl=url)
    # What is due in the minute in which the queue is emptied is not counted.
    begin = (int(time.time()) // 60 + 2) * 60
    until(begin - 30)
    clock.late(url, 10 * count)
    until(begin + (minutes - 1) * 60 + 10)
    clock.empty("minutes", count)
    return clock.late(url, minutes * count)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SCHEDULES
    minutes = int(sys.argv[2]) if len(sys.argv) > 2 else MINUTES
    with Mayfly(9840) as mayfly:
        clock = Clock(mayfly)
        report.say("%d schedules, two in each second ..." % FEW)
        alone = single(clock)
        report.say("%d schedules in the same second ..." % count)
        rate, once, twice_once = same_second(clock, count)
        report.say("%d schedules at every minute ..." % count)
        cron, twice_cron = every_minute(clock, count, minutes)
        report.say("idle ...")
        without = share(mayfly.pid, IDLE_SECONDS)
        _, arn = clock.queue("far")
        clock.fill("far", count, "cron(0 0 1 1 ? *)", arn)
        time.sleep(10)
        idle = share(mayfly.pid, IDLE_SECONDS)

    rows = [["milliseconds late", "fired", "p50", "p99", "last"]]
    for title, times in [
        ("at(), two in each second", alone),
        ("at(), %d in the same second" % count, once),
        ("cron, %d at every minute, %d minutes" % (count, minutes), cron),
    ]:
        rows.append([title, str(len(times)), "%.0f" % load.percentile(times, 0.5), "%.0f" % load.percentile(times, 0.99), "%.0f" % max(times)])

    def bar(what, measured, text, most, reached):
        return [what, text % measured, most, "reached" if reached else "not reached"]

    every = len(alone) == FEW and len(once) == count and len(cron) == minutes * count
    report.write("timers", "Timers", [
        rows,
        [
            ["what must be reached", "measured", "bar", ""],
            bar("late, two in each second, the last", max(alone), "%.0f ms", "<= 100 ms", max(alone) <= 100),
            bar("late, %d in the same second, the last" % count, max(once + cron), "%.0f ms", "<= 1,000 ms", max(once + cron) <= 1000),
            bar("fired of those due", 100 * (len(alone) + len(once) + len(cron)) / (FEW + count + minutes * count), "%.2f %%", "100 %", every),
            bar("processor with %d schedules far away" % count, idle, "%.2f %% of a core", "< 1 %", idle < 1),
        ],
        "Late is the time at which a message was in its queue (SentTimestamp) beyond the second that its schedule names. "
        "%d came twice. The platform alone takes %.2f %% of a core. Schedules were made at %.0f/s by %d clients." % (
            twice_once + twice_cron, without, rate, CLIENTS),
    ])


main()
