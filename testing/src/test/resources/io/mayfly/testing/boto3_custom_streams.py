"""A custom runtime's streams through boto3. Takes the function's name."""
import json
import sys

import boto3

client = boto3.client("lambda")
NAME = sys.argv[1]


def begin(event):
    return iter(client.invoke_with_response_stream(
        FunctionName=NAME, Payload=json.dumps(event))["EventStream"])


events = begin("streams")
assert next(events) == {"PayloadChunk": {"Payload": b"first"}}
assert client.invoke(FunctionName=NAME, Payload=b'"go"')["Payload"].read() == b'"went"'
assert next(events) == {"PayloadChunk": {"Payload": b"second"}}
assert next(events) == {"InvokeComplete": {}}

for event, details in [
    ("fails", "in the middle"), ("breaks off", "Runtime.InvalidResponse"),
    ("garbage", "Runtime.InvalidResponse"), ("kill", "signal: killed"),
]:
    events = begin(event)
    assert next(events) == {"PayloadChunk": {"Payload": b"first"}}
    client.invoke(FunctionName=NAME, Payload=b'"go"')
    more = list(events)
    assert details in more[-1]["InvokeComplete"]["ErrorDetails"], (event, more)
    assert client.invoke(FunctionName=NAME, Payload=b'"go"')["Payload"].read() == b'"went"'
