"""Asks what `aws logs tail --follow --since 1h` asks: FilterLogEvents from a time on, in pages, and
again from the last line's time on, where lines are known by their ids."""

import sys
import time

import boto3

function = sys.argv[1]
logs = boto3.client("logs")
functions = boto3.client("lambda")
pages = logs.get_paginator("filter_log_events")
asked = {
    "logGroupName": "/aws/lambda/" + function,
    "interleaved": True,
    "startTime": int((time.time() - 3600) * 1000),
    "filterPattern": "said",
}
known = set()
calls = 1
deadline = time.monotonic() + 60
while calls < 3 or len(known) < 3:
    if time.monotonic() > deadline:
        raise SystemExit("only %d lines" % len(known))
    for page in pages.paginate(**asked):
        for event in page["events"]:
            if event["eventId"] not in known:
                known.add(event["eventId"])
                print(event["message"].rstrip())
                asked["startTime"] = event["timestamp"]
    if calls < 3 and len(known) == calls:
        calls += 1
        functions.invoke(FunctionName=function, Payload=str(calls))
