"""wrk as the load generator: closed loop, a fixed number of connections, one thread."""

import re
import subprocess
import tempfile

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
