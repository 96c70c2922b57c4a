"""InvokeWithResponseStream through boto3. Takes the names of a streaming function, of one that takes
two calls at a time, and of one that answers as a whole."""
import base64
import json
import sys

import boto3

client = boto3.client("lambda")
STREAMS, MEETS, WHOLE = sys.argv[1:]


def begin(name, do, **more):
    return client.invoke_with_response_stream(
        FunctionName=name, Payload=json.dumps({"do": do, "n": 7}), **more)


def rest(answer):
    """What has come, in pieces, and how it ended."""
    chunks, complete = [], None
    for event in answer["EventStream"]:
        assert complete is None, event
        if "PayloadChunk" in event:
            chunks.append(event["PayloadChunk"]["Payload"])
        else:
            complete = event["InvokeComplete"]
    assert complete is not None, chunks
    return chunks, complete


def whole(name, do, **more):
    chunks, complete = rest(begin(name, do, **more))
    return b"".join(chunks), complete


# As it comes: the first chunk is here before the handler goes on, which it does for another call.
answer = begin(MEETS, "waits")
assert answer["StatusCode"] == 200
assert answer["ExecutedVersion"] == "$LATEST"
assert answer["ResponseStreamContentType"] == "application/vnd.amazon.eventstream"
headers = answer["ResponseMetadata"]["HTTPHeaders"]
assert headers["x-amzn-remapped-content-type"] == "text/event-stream", headers
events = iter(answer["EventStream"])
assert next(events) == {"PayloadChunk": {"Payload": b"first"}}
assert whole(MEETS, "goes") == (b"went", {})
assert next(events) == {"PayloadChunk": {"Payload": b"second"}}
assert next(events) == {"InvokeComplete": {}}

# What is written is what comes
assert whole(STREAMS, "plain") == (b"one two", {})
assert whole(STREAMS, "octets") == (b"\x00\xff\x01{\"a\":[1]}", {})
assert whole(STREAMS, "nothing") == (b"", {})
assert whole(STREAMS, "returns") == (b"all", {})
assert json.loads(whole(STREAMS, "context")[0]) == [7, 36, True]
metadata, _ = whole(STREAMS, "metadata")
head, body = metadata.split(b"\0" * 8)
assert json.loads(head)["statusCode"] == 201 and body == b"<p></p>", metadata
large, complete = whole(STREAMS, "large")
assert len(large) == 8 * 1024 * 1024 and complete == {}, (len(large), complete)
assert large[25 * 1024:27 * 1024] == b"z" * 1024 + b"a" * 1024
drained, _ = whole(STREAMS, "drains")
assert drained.endswith(b"x|2100000 true true"), drained[-40:]

# The log's tail, with the whole time of the stream on its REPORT line
_, complete = whole(STREAMS, "plain", LogType="Tail")
log = base64.b64decode(complete["LogResult"]).decode()
assert "START RequestId" in log and "REPORT RequestId" in log, log

# Errors before and in the middle
for do, sent, message in [
    ("throwsBefore", b"", "before"), ("throwsAfter", b"half", "after"),
    ("throwsInPipeline", b"half", "in the source"),
    ("late", b"half", "Cannot set content-type, too late."),
    ("synchronous", b"all", "Streaming does not support non-async handlers."),
]:
    payload, complete = whole(STREAMS, do)
    assert payload == sent, (do, payload)
    assert complete["ErrorCode"] == "Unhandled", complete
    assert json.loads(complete["ErrorDetails"])["errorMessage"] == message, complete
events = iter(begin(MEETS, "killed")["EventStream"])
assert next(events) == {"PayloadChunk": {"Payload": b"half"}}
whole(MEETS, "goes")
assert "signal: killed" in next(events)["InvokeComplete"]["ErrorDetails"]
for do in ("sleeps", "forgets"):
    payload, complete = whole(STREAMS, do)
    assert payload == b"half", payload
    assert "Task timed out after 3.00 seconds" in complete["ErrorDetails"], complete
assert whole(STREAMS, "plain") == (b"one two", {})

# Handlers that answer as a whole
assert json.loads(whole(WHOLE, "")[0]) == {"statusCode": 201, "body": "text"}
chunks, complete = rest(begin(WHOLE, "large"))
assert len(chunks) > 1 and b"".join(chunks) == b'"' + b"x" * 5_000_000 + b'"'
payload, complete = whole(WHOLE, "throws")
assert payload == b"" and "as a whole" in complete["ErrorDetails"], (payload, complete)

# The other way round: a stream is gathered for Invoke
answer = client.invoke(FunctionName=STREAMS, Payload=b'{"do": "plain"}')
assert answer["Payload"].read() == b"one two"
assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "text/plain"
answer = client.invoke(FunctionName=STREAMS, Payload=b'{"do": "throwsAfter"}')
assert answer["FunctionError"] == "Unhandled"
assert json.loads(answer["Payload"].read())["errorMessage"] == "after"
answer = client.invoke(FunctionName=STREAMS, Payload=b'{"do": "large"}')
assert json.loads(answer["Payload"].read()) == {
    "errorType": "Function.ResponseSizeTooLarge",
    "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes)."}

# Asked for something else
answer = client.invoke_with_response_stream(FunctionName=STREAMS, InvocationType="DryRun")
assert answer["StatusCode"] == 204
for refused, arguments in [
    ("ResourceNotFoundException", {"FunctionName": "absent"}),
    ("InvalidRequestContentException", {"FunctionName": STREAMS, "Payload": b"no json"}),
    ("RequestTooLargeException", {"FunctionName": STREAMS, "Payload": b"x" * 6_400_000}),
]:
    try:
        client.invoke_with_response_stream(**arguments)
    except client.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == refused, error
    else:
        raise AssertionError(f"no {refused}")
