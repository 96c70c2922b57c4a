"""Load: wrk, closed loop, with a fixed number of connections and one thread; and single requests."""

import http.client
import re
import subprocess
import tempfile
import time

BODY = '{"key": "value", "number": 42, "list": [1, 2, 3]}'
SCRIPT = """
wrk.method = "POST"
wrk.body = '%s'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Host"] = "%s"
""" % (BODY, "%s")

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


class Result:
    def __init__(self, rate, p50, p99, errors):
        self.rate, self.p50, self.p99, self.errors = rate, p50, p99, errors


def measure(port, host, connections, seconds):
    """Requests per second, median and 99th percentile in milliseconds, and how many failed."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % host)
        script.flush()
        output = subprocess.run(
            ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--latency", "-s", script.name]
            + ["http://127.0.0.1:%d/" % port],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    return result(output)


def result(output):
    """What wrk has printed."""

    def percentile(which):
        number, unit = re.search(r"%s%%\s+([\d.]+)(us|ms|s|m)\b" % which, output).groups()
        return float(number) * UNITS[unit]

    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    return Result(
        float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)),
        percentile(50),
        percentile(99),
        (int(failed.group(1)) if failed else 0) + (sum(map(int, broken.groups())) if broken else 0),
    )


def percentile(times, part):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def request(port, host):
    """Milliseconds from sending a request on an open connection to its whole answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    before = time.perf_counter()
    connection.request("POST", "/", BODY, {"Host": host, "Content-Type": "application/json"})
    answer = connection.getresponse()
    body = answer.read().decode()
    took = (time.perf_counter() - before) * 1000
    connection.close()
    return took, answer.status == 200 and body == BODY
