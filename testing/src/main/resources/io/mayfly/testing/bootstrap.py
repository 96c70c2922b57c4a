#!/usr/bin/python3
"""The smallest runtime that serves handler(event, context) of app.py over the Runtime API."""
import http.client
import json
import os
import sys
import traceback

sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


class Raw(bytes):
    """A result that goes out as it is."""


class Context:
    def __init__(self, headers):
        self.request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])
        self.arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.trace = headers["Lambda-Runtime-Trace-Id"]
        self.client_context = headers["Lambda-Runtime-Client-Context"]
        self.tenant_id = headers["Lambda-Runtime-Aws-Tenant-Id"]


def post(path, body):
    api.request("POST", "/2018-06-01/runtime/" + path, body)
    api.getresponse().read()


def problem(error):
    return json.dumps({
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    })


def main():
    sys.stdout.reconfigure(line_buffering=True)
    sys.modules["runtime"] = sys.modules["__main__"]
    try:
        import app
        handler = app.handler
    except Exception as error:
        post("init/error", problem(error))
        sys.exit(1)
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        answer = api.getresponse()
        event = json.loads(answer.read())
        context = Context(answer.headers)
        path = "invocation/" + context.request_id
        try:
            result = handler(event, context)
            body = result if isinstance(result, Raw) else json.dumps(result).encode()
        except Exception as error:
            post(path + "/error", problem(error))
            continue
        post(path + "/response", body)


main()
