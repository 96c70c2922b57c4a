"""Events: asynchronous calls and queue messages, accepted on the disk; from a queue into a function; beside ElasticMQ."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

import load
import peers
import report
from mayfly import Mayfly, zipped

SOURCES = Path(__file__).resolve().parent / "functions"
TARGET = Path(__file__).resolve().parent / "target"
ROUNDS = 3
SECONDS = 10
WARM_UP_SECONDS = 5
CONNECTIONS = 16
BODY = "x" * 512
BATCH = 10
PACE = 11_600
LATENCIES = 400

COUNTING = """
export const handler = async (event) => {
  const now = performance.timeOrigin + performance.now();
  if (event.Records[0].body.startsWith("sent ")) {
    for (const record of event.Records) console.log("late", (now - Number(record.body.slice(5)) / 1e6).toFixed(3));
  }
  return {};
};
"""

# The pause makes one connection send so many requests a second, whatever an answer takes.
SCRIPT = """
wrk.method = "POST"
wrk.path = %s
wrk.body = %s
%s
function delay() return %d end
"""


class Wire:
    """Requests as load: signed once, sent again and again."""

    def __init__(self, port, keys=None):
        self.port, self.keys = port, keys

    def headers(self, service, path, body, headers):
        if self.keys is None:
            return headers
        request = AWSRequest("POST", "http://127.0.0.1:%d%s" % (self.port, path), headers=headers, data=body.encode())
        SigV4Auth(self.keys, service, "us-east-1").add_auth(request)
        return dict(request.headers.items())

    def load(self, service, path, body, headers, seconds, connections=CONNECTIONS, pause=0):
        signed = self.headers(service, path, body, headers)
        lines = "\n".join("wrk.headers[%s] = %s" % (json.dumps(k), json.dumps(str(v))) for k, v in signed.items())
        script = SCRIPT % (json.dumps(path), json.dumps(body), lines, pause)
        if not pause:
            script = script.replace("function delay() return 0 end", "")
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write(script)
            file.flush()
            output = subprocess.run(
                ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--latency", "-s", file.name,
                 "http://127.0.0.1:%d" % self.port],
                check=True, stdout=subprocess.PIPE, text=True,
            ).stdout
        return load.result(output)

    def sqs(self, action, parameters, seconds, **options):
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS." + action}
        return self.load("sqs", "/", json.dumps(parameters), headers, seconds, **options)


class ElasticMq:
    """The peer, with its messages in its database on the disk."""

    def __init__(self, port):
        folder = TARGET / "elasticmq"
        if not folder.exists():
            report.say("fetching ElasticMQ (Maven) ...")
            subprocess.run(
                ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=%s" % folder],
                cwd=SOURCES / "elasticmq", check=True, stdout=subprocess.PIPE,
            )
        self.version = re.search(r"server_2\.13-([\d.]+)\.jar", " ".join(map(str, folder.iterdir()))).group(1)
        configuration = """
            include classpath("application.conf")
            node-address {protocol = http, host = 127.0.0.1, port = %d, context-path = ""}
            rest-sqs {enabled = true, bind-port = %d, bind-hostname = "127.0.0.1", sqs-limits = strict}
            rest-stats {enabled = false}
            messages-storage {enabled = true, driver-class = "org.h2.Driver", uri = "jdbc:h2:./messages"}
            queues-storage {enabled = true, path = "./queues.conf"}
        """ % (port, port)
        java = os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java"
        self.peer = peers.Peer(
            "ElasticMQ " + self.version, port, {"elasticmq.conf": configuration},
            [java, "-Dconfig.file=elasticmq.conf", "-cp", "%s/*" % folder, "org.elasticmq.server.Main"],
        )
        self.client = boto3.client(
            "sqs", endpoint_url="http://127.0.0.1:%d" % port, region_name="us-east-1",
            aws_access_key_id="any", aws_secret_access_key="any",
        )
        end = time.time() + 60
        while True:
            try:
                self.client.list_queues()
                break
            except Exception:  # not there yet
                if time.time() > end:
                    raise
                time.sleep(0.2)

    def close(self):
        self.peer.close()


def client(mayfly, service):
    keys = mayfly.lambdas._request_signer._credentials
    return boto3.client(
        service, endpoint_url="http://127.0.0.1:%d" % mayfly.port, region_name="us-east-1",
        aws_access_key_id=keys.access_key, aws_secret_access_key=keys.secret_key,
    )


def entries():
    return [{"Id": str(number), "MessageBody": BODY} for number in range(BATCH)]


def waiting(sqs, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def accepted(mayfly, wire, runtime):
    """Asynchronous calls: how many are accepted, each on the disk, while the function runs what it can."""
    mayfly.deploy("later", runtime, "app.handler", zipped({"app.mjs": "export const handler = async () => 1;\n"}))
    path = "/2015-03-31/functions/later/invocations"
    headers = {"X-Amz-Invocation-Type": "Event", "Content-Type": "application/json"}
    wire.load("lambda", path, load.BODY, headers, WARM_UP_SECONDS)
    results = []
    for number in range(ROUNDS):
        results.append(wire.load("lambda", path, load.BODY, headers, SECONDS))
        report.say("asynchronous calls: %.0f/s, p99 %.2f ms" % (results[-1].rate, results[-1].p99))
    # What has been accepted and not been run yet goes with it; the next measurement is of an idle system.
    mayfly.lambdas.delete_function(FunctionName="later")
    return results


def beside(ours, theirs):
    """The same calls to both, in turn."""
    found = {}
    sides = [("Mayfly", *ours), *([("ElasticMQ", *theirs)] if theirs else [])]
    calls = [
        ("SendMessageBatch of 10", "SendMessageBatch", lambda url: {"QueueUrl": url, "Entries": entries()}),
        ("SendMessage", "SendMessage", lambda url: {"QueueUrl": url, "MessageBody": BODY}),
        ("ReceiveMessage of 10", "ReceiveMessage", lambda url: {
            # Not for longer, because SQS has no more than 120,000 messages of a queue in flight.
            "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 1}),
    ]
    for number in range(-1, ROUNDS):
        urls = {name: sqs.create_queue(QueueName="round-%d" % (number + 1))["QueueUrl"] for name, _, sqs in sides}
        for title, action, parameters in calls:
            for name, wire, _ in sides:
                result = wire.sqs(action, parameters(urls[name]), WARM_UP_SECONDS if number < 0 else SECONDS)
                if number >= 0:
                    found.setdefault((title, name), []).append(result)
                    report.say("%s, %s: %.0f/s, p99 %.2f ms, %d errors" % (
                        title, name, result.rate, result.p99, result.errors))
        for name, _, sqs in sides:
            sqs.delete_queue(QueueUrl=urls[name])
    return [title for title, _, _ in calls], found


def through(mayfly, wire, runtime, seconds):
    """Messages at a steady pace through a queue into a function, in batches of 100."""
    sqs = client(mayfly, "sqs")
    url = sqs.create_queue(QueueName="steady", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    mayfly.deploy("steady", runtime, "app.handler", zipped({"app.mjs": COUNTING}))
    reader(mayfly, "steady")
    mapping = mayfly.lambdas.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="steady", BatchSize=100, MaximumBatchingWindowInSeconds=1)["UUID"]
    enabled(mayfly, mapping)
    parameters = {"QueueUrl": url, "Entries": entries()}
    # An answer takes a millisecond or two beside the pause.
    pause = CONNECTIONS * BATCH * 1000 // PACE - 1
    wire.sqs("SendMessageBatch", parameters, WARM_UP_SECONDS)
    drained(sqs, url)
    begun = time.perf_counter()
    result = wire.sqs("SendMessageBatch", parameters, seconds, pause=pause)
    sent = time.perf_counter() - begun
    left = waiting(sqs, url)
    drained(sqs, url)
    took = time.perf_counter() - begun
    messages = result.rate * sent * BATCH
    return messages, messages / took, left, took - sent, result.errors


def reader(mayfly, name):
    """Gives a function a role that may read queues."""
    iam, role = client(mayfly, "iam"), "reader-of-" + name
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(
        RoleName=role, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole")
    mayfly.lambdas.update_function_configuration(FunctionName=name, Role=arn)
    mayfly.lambdas.get_waiter("function_updated_v2").wait(FunctionName=name)


def drained(sqs, url, patience=600):
    end = time.time() + patience
    while waiting(sqs, url):
        if time.time() > end:
            raise RuntimeError("the queue does not run empty")
        time.sleep(0.1)


def enabled(mayfly, mapping):
    while mayfly.lambdas.get_event_source_mapping(UUID=mapping)["State"] != "Enabled":
        time.sleep(0.1)


def late(mayfly, wire, runtime):
    """Milliseconds from sending a message to the start of its handler, one message at a time."""
    sqs = client(mayfly, "sqs")
    url = sqs.create_queue(QueueName="alone")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    mayfly.deploy("alone", runtime, "app.handler", zipped({"app.mjs": COUNTING}))
    reader(mayfly, "alone")
    enabled(mayfly, mayfly.lambdas.create_event_source_mapping(EventSourceArn=arn, FunctionName="alone")["UUID"])
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
    connection = http.client.HTTPConnection("127.0.0.1", mayfly.port)
    for number in range(LATENCIES + 20):
        time.sleep(0.03)
        # Before it is signed, because the signature is of the body: signing counts.
        body = json.dumps({"QueueUrl": url, "MessageBody": "sent %d" % time.time_ns()})
        signed = wire.headers("sqs", "/", body, headers)
        connection.request("POST", "/", body, signed)
        if connection.getresponse().read() and number == 0:
            time.sleep(3)
    drained(sqs, url)
    time.sleep(1)
    times = [float(found) for found in re.findall(r"late ([\d.]+)", mayfly.log("alone"))]
    return times[20:]


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    opened = []
    try:
        mayfly = Mayfly(9820)
        opened.append(mayfly)
        runtime = mayfly.runtime("node")
        wire = Wire(mayfly.port, mayfly.lambdas._request_signer._credentials)
        calls = accepted(mayfly, wire, runtime)
        report.say("one message at a time ...")
        times = late(mayfly, wire, runtime)
        report.say("%d messages/s for %d s ..." % (PACE, seconds))
        messages, handled, left, rest, errors = through(mayfly, wire, runtime, seconds)
        mq = ElasticMq(9830)
        opened.append(mq)
        titles, found = beside((wire, client(mayfly, "sqs")), (Wire(9830), mq.client))
    finally:
        for each in reversed(opened):
            each.close()

    def of(results, what):
        return median(getattr(result, what) for result in results)

    def wrong(results):
        return sum(result.errors for result in results)

    rows = [["16 clients", "calls/s", "p50 ms", "p99 ms", "errors", "x ElasticMQ"]]
    rows.append(["Invoke, InvocationType=Event", "%.0f" % of(calls, "rate"), "%.2f" % of(calls, "p50"),
                 "%.2f" % of(calls, "p99"), str(wrong(calls)), ""])
    ratios = {}
    for title in titles:
        for name in ("Mayfly", "ElasticMQ"):
            results = found[title, name]
            ratio = of(results, "rate") / of(found[title, "ElasticMQ"], "rate")
            if name == "Mayfly":
                ratios[title] = ratio
            rows.append(["%s, %s" % (title, name if name == "Mayfly" else "ElasticMQ " + mq.version),
                         "%.0f" % of(results, "rate"), "%.2f" % of(results, "p50"), "%.2f" % of(results, "p99"),
                         str(wrong(results)), "%.1f" % ratio])
    batches = of(found["SendMessageBatch of 10", "Mayfly"], "rate") * BATCH

    def bar(what, measured, text, most, reached):
        return [what, text % measured, most, "reached" if reached else "not reached"]

    p50, p99 = median(times), load.percentile(times, 0.99)
    report.write("events", "Events", [
        rows,
        [
            ["what must be reached", "measured", "bar", ""],
            bar("asynchronous calls accepted", of(calls, "rate"), "%.0f/s", ">= 8,000/s", of(calls, "rate") >= 8000),
            bar("the same, p99", of(calls, "p99"), "%.2f ms", "<= 20 ms", of(calls, "p99") <= 20),
            bar("SendMessageBatch of 10", batches, "%.0f messages/s", ">= 40,000/s", batches >= 40000),
            bar("queue to function in batches of 100, for %d s" % seconds, handled, "%.0f messages/s", ">= 11,600/s",
                handled >= PACE * 0.99),
            bar("one message to its handler, p50", p50, "%.2f ms", "<= 3 ms", p50 <= 3),
            bar("the same, p99", p99, "%.2f ms", "<= 15 ms", p99 <= 15),
            bar("SendMessageBatch x ElasticMQ", ratios["SendMessageBatch of 10"], "%.1f", ">= 2",
                ratios["SendMessageBatch of 10"] >= 2),
        ],
        "Through the queue: %.0f messages, %d still there when the last was sent, gone %.1f s later, %d errors. "
        "Medians of %d rounds of %d s, in turn with ElasticMQ, whose messages are in its database on the disk; wrk on "
        "the same machine, requests signed once (ElasticMQ checks no signature), bodies of %d bytes. Everything Mayfly "
        "has accepted is on the disk. One message at a time: %d of them, from before the request is signed to the "
        "handler's first line." % (messages, left, rest, errors, ROUNDS, SECONDS, len(BODY), len(times)),
    ])


main()
