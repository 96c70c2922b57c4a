"""Control plane: how long single calls take, many deployments at once, and long lists."""

import base64
import hashlib
import http.client
import io
import json
import os
import statistics
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

import functions
import report
from mayfly import ROLE, Mayfly

TIMES = 200
WARM_UPS = 2
AT_ONCE = 100
LISTED = 10_000
BAR_CALL_MS = 5
BAR_PAGE_MS = 50


class Client:
    """Signed requests on one open connection: what is timed is the exchange alone."""

    def __init__(self, mayfly):
        self.host = "127.0.0.1:%d" % mayfly.port
        self.keys = mayfly.lambdas._request_signer._credentials
        self.connection = http.client.HTTPConnection(self.host)

    def call(self, method, path, body=None, service="lambda", form=None):
        """Milliseconds that the exchange took, its status and its answer."""
        data = form.encode() if form else b"" if body is None else json.dumps(body).encode()
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        request = AWSRequest(method, "http://%s%s" % (self.host, path), headers={"Content-Type": kind}, data=data)
        SigV4Auth(self.keys, service, "us-east-1").add_auth(request)
        headers = dict(request.headers.items())
        begun = time.perf_counter()
        self.connection.request(method, path, data, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - begun) * 1000
        return took, answer.status, text


def zipped(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 1\n")
        archive.writestr("data", content)
    return file.getvalue()


def creation(name, runtime, code):
    return {
        "FunctionName": name,
        "Runtime": runtime,
        "Handler": "app.handler",
        "Role": ROLE,
        "Code": {"ZipFile": base64.b64encode(code).decode()},
    }


def row(name, times, errors):
    times = sorted(times)
    return [
        name,
        str(len(times)),
        "%.2f" % statistics.median(times),
        "%.2f" % times[int(len(times) * 0.9)],
        "%.2f" % times[min(len(times) - 1, int(len(times) * 0.99))],
        str(errors),
    ]


def single_calls(mayfly, runtime, one):
    """Every call for so many functions, whose names begin so."""
    client = Client(mayfly)
    base = "/2015-03-31/functions"
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    quoted = base64.b16encode(trust.encode()).decode()
    form = "Version=2010-05-08&Action=CreateRole&RoleName=NAME&AssumeRolePolicyDocument=" + "".join(
        "%" + quoted[i:i + 2] for i in range(0, len(quoted), 2))
    calls = [
        ("CreateFunction", lambda n: client.call("POST", base, creation(one + "%d" % n, runtime, functions.PYTHON))),
        ("GetFunction", lambda n: client.call("GET", base + "/" + one + "%d" % n)),
        ("GetFunctionConfiguration", lambda n: client.call("GET", base + "/" + one + "%d/configuration" % n)),
        ("UpdateFunctionConfiguration", lambda n: client.call("PUT", base + "/" + one + "%d/configuration" % n, {"Timeout": 7})),
        ("PublishVersion", lambda n: client.call("POST", base + "/" + one + "%d/versions" % n, {})),
        ("CreateAlias", lambda n: client.call("POST", base + "/" + one + "%d/aliases" % n, {"Name": "live", "FunctionVersion": "1"})),
        ("GetAlias", lambda n: client.call("GET", base + "/" + one + "%d/aliases/live" % n)),
        ("AddPermission", lambda n: client.call("POST", base + "/" + one + "%d/policy" % n, {
            "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"})),
        ("PutFunctionConcurrency", lambda n: client.call(
            "PUT", "/2017-10-31/functions/" + one + "%d/concurrency" % n, {"ReservedConcurrentExecutions": 1})),
        ("CreateFunctionUrlConfig", lambda n: client.call("POST", "/2021-10-31/functions/" + one + "%d/url" % n, {"AuthType": "NONE"})),
        ("ListVersionsByFunction", lambda n: client.call("GET", base + "/" + one + "%d/versions" % n)),
        ("iam CreateRole", lambda n: client.call("POST", "/", service="iam", form=form.replace("NAME", one + "%d" % n))),
        ("sts GetCallerIdentity", lambda n: client.call(
            "POST", "/", service="sts", form="Version=2011-06-15&Action=GetCallerIdentity")),
        ("DeleteFunction", lambda n: client.call("DELETE", base + "/" + one + "%d" % n)),
    ]
    rows, medians = [], {}
    for name, call in calls:
        report.say(name + " ...")
        times, errors = [], 0
        for n in range(TIMES):
            took, status, text = call(n)
            times.append(took)
            if status >= 300:
                errors += 1
                if errors == 1:
                    report.say("%s: %d %s" % (name, status, text[:200]))
        rows.append(row(name, times, errors))
        medians[name] = statistics.median(times)
        if name in ("CreateFunction", "UpdateFunctionConfiguration"):
            for n in range(TIMES):
                settled(client, one + "%d" % n)
    return rows, max(medians.values())


def settled(client, name):
    while True:
        found = json.loads(client.call("GET", "/2015-03-31/functions/%s/configuration" % name)[2])
        if found["State"] != "Pending" and found["LastUpdateStatus"] != "InProgress":
            return found
        time.sleep(0.02)


def at_once(mayfly, runtime):
    codes = [zipped(os.urandom(1 << 20)) for _ in range(AT_ONCE)]
    bodies = [creation("burst-%d" % n, runtime, code) for n, code in enumerate(codes)]
    start = threading.Barrier(AT_ONCE + 1)

    def create(body):
        client = Client(mayfly)
        start.wait()
        return client.call("POST", "/2015-03-31/functions", body)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [pool.submit(create, body) for body in bodies]
        start.wait()
        begun = time.perf_counter()
        answers = [answer.result() for answer in answers]
        whole = time.perf_counter() - begun
    errors = sum(status != 201 for _, status, _ in answers)
    client = Client(mayfly)
    for n, code in enumerate(codes):
        found = settled(client, "burst-%d" % n)
        hashed = base64.b64encode(hashlib.sha256(code).digest()).decode()
        errors += found["State"] != "Active" or found["CodeSha256"] != hashed
    return row("CreateFunction, 1 MB each", [took for took, _, _ in answers], errors), whole, errors


def pages(mayfly, runtime):
    client = Client(mayfly)
    report.say("%d functions ..." % LISTED)
    have = len(mayfly.lambdas.get_paginator("list_functions").paginate().build_full_result()["Functions"])

    def deploy(number):
        mayfly.lambdas.create_function(
            FunctionName="listed-%d" % number, Runtime=runtime, Handler="app.handler", Role=ROLE,
            Code={"ZipFile": functions.PYTHON},
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deploy, range(LISTED - have)))
    times, seen, marker = [], set(), ""
    while True:
        took, status, text = client.call("GET", "/2015-03-31/functions?MaxItems=50" + marker)
        answer = json.loads(text)
        times.append(took)
        seen.update(each["FunctionName"] for each in answer["Functions"])
        if not answer.get("NextMarker"):
            break
        marker = "&Marker=" + answer["NextMarker"].replace("=", "%3D").replace("+", "%2B").replace("/", "%2F")
    return row("ListFunctions, 50 of %d" % LISTED, times, LISTED - len(seen)), max(times)


def main():
    with Mayfly(9810) as mayfly:
        runtime = mayfly.runtime("python")
        for number in range(WARM_UPS):
            single_calls(mayfly, runtime, "warm-up-%d-" % number)
        rows, slowest = single_calls(mayfly, runtime, "one-")
        burst, whole, errors = at_once(mayfly, runtime)
        page, longest = pages(mayfly, runtime)
    report.write("control", "Control-plane calls", [
        [["", "calls", "p50 ms", "p90 ms", "p99 ms", "wrong"], *rows, burst, page],
        [
            ["what must be reached", "measured", "bar", ""],
            ["p50 of every single call", "at most %.2f ms" % slowest, "<= %d ms" % BAR_CALL_MS,
             "reached" if slowest <= BAR_CALL_MS else "not reached"],
            ["%d CreateFunction of 1 MB at once: errors" % AT_ONCE, "%d, in %.2f s" % (errors, whole), "0",
             "reached" if errors == 0 else "not reached"],
            ["ListFunctions over %d functions, the longest page" % LISTED, "%.1f ms" % longest, "<= %d ms" % BAR_PAGE_MS,
             "reached" if longest <= BAR_PAGE_MS else "not reached"],
        ],
        "One client on an open connection, one call after the other, the third of three rounds of all of them; the time is that of the HTTP exchange, without"
        " signing. Every change is on the disk when it is answered. 'Wrong' are answers other than success and, for the"
        " burst, functions that did not become active with the code they were given.",
    ])


main()
