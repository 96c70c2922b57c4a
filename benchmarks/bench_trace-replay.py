"""Keep-alive: twenty minutes of production traces played to real platforms, in real time, beside what
the simulator says of them: one platform that learns, as it does by default, and one with a fixed window."""

import asyncio
import base64
import os
import re
import shutil
import signal
import statistics
import time
import urllib.request
from collections import Counter

import report
import traces
from mayfly import ROLE, Mayfly, zipped

SECONDS = 1200
BALLAST_MEGABYTES = 190
PLATFORMS = (("auto", 9310), ("120", 9320))


def sleeper(ballast):
    """Sleeps as long as it is told. What an instance has taken at most is what the policy takes it for, so ballast is given back."""
    return zipped({
        "app.py": "import time\n"
        "ballast = b'x' * %d\n"
        "del ballast\n"
        "def handler(event, context):\n"
        '    time.sleep(float(event["body"]))\n'
        '    return {"statusCode": 200, "body": "slept"}\n' % (ballast << 20)
    })


class Platform:
    def __init__(self, keep_alive, port):
        self.keep_alive = keep_alive
        self.mayfly = Mayfly(port, "--keep-alive", keep_alive, "--concurrency", "1000")
        self.statuses = Counter()
        self.idle = self.busy = 0.0
        keys = dict(re.findall(r"export (\w+)='?([^'\n]*)", self.mayfly._mayfly("env", "--data", self.mayfly.data)))
        password = "%s:%s" % (keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
        self.authorization = "Basic " + base64.b64encode(password.encode()).decode()

    def deploy(self, names):
        runtime = self.mayfly.runtime("python")
        # A fixed window does not ask.
        code = sleeper(BALLAST_MEGABYTES if self.keep_alive == "auto" else 0)
        self.hosts = {}
        for name in names:
            self.mayfly.lambdas.create_function(
                FunctionName=name, Runtime=runtime, Handler="app.handler", Role=ROLE, MemorySize=512, Timeout=900,
                Code={"ZipFile": code},
            )
        for name in names:
            self.mayfly.lambdas.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
            url = self.mayfly.lambdas.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
            self.hosts[name] = re.match(r"http://([^/]+)/", url).group(1)

    def metrics(self):
        """The sums of all series by name."""
        request = urllib.request.Request(
            "http://127.0.0.1:%d/_mayfly/metrics" % self.mayfly.port, headers={"Authorization": self.authorization}
        )
        sums = Counter()
        for line in urllib.request.urlopen(request).read().decode().splitlines():
            if not line.startswith("#"):
                series, value = line.rsplit(" ", 1)
                part = re.search(r'part="(\w+)"', series)
                sums[series.split("{")[0] + ("/" + part.group(1) if part else "")] += float(value)
        return sums

    async def call(self, begun, name, start, duration):
        await asyncio.sleep(begun + start - time.perf_counter())
        body = b"%.3f" % duration
        head = "POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.mayfly.port)
            writer.write((head % (self.hosts[name], len(body))).encode() + body)
            answer = await reader.read()
            writer.close()
            self.statuses[answer.split(b" ", 2)[1].decode()] += 1
        except (OSError, IndexError):
            self.statuses["broken"] += 1

    async def watch(self, begun):
        """Adds up instance-seconds."""
        before = begun
        while before < begun + SECONDS:
            await asyncio.sleep(1)
            found = await asyncio.to_thread(self.metrics)
            now = time.perf_counter()
            self.busy += found["mayfly_calls_running"] * (now - before)
            self.idle += (found["mayfly_instances"] - found["mayfly_calls_running"]) * (now - before)
            before = now

    def end(self):
        """Stops it, and does not wait for calls that still run for long."""
        try:
            self.mayfly.close()
        except RuntimeError:
            os.kill(self.mayfly.pid, signal.SIGKILL)
            shutil.rmtree(self.mayfly.data, ignore_errors=True)

    def peak(self, names):
        """The median of what calls say that their instance has taken, in bytes."""
        found = []
        for name in names:
            found += re.findall(r"Max Memory Used: (\d+) MB", self.mayfly.log(name))
        return int(statistics.median(map(int, found)) * 1048576)


async def replay(platforms, calls):
    begun = time.perf_counter() + 2
    tasks = [asyncio.create_task(platform.watch(begun)) for platform in platforms]
    playing = [
        asyncio.create_task(platform.call(begun, name, float(start), float(duration)))
        for platform in platforms
        for name, start, duration in calls
    ]
    await asyncio.gather(*tasks)
    found = [(platform, platform.metrics()) for platform in platforms]
    for each in playing:
        each.cancel()
    return found


def main():
    folder = traces.folder()
    calls = traces.java("ReplayReport", folder, "calls")
    names = sorted({name for name, _, _ in calls})
    platforms = []
    try:
        for keep_alive, port in PLATFORMS:
            platforms.append(Platform(keep_alive, port))
            platforms[-1].deploy(names)
        report.say("%d calls of %d functions, to %d platforms, in %d s ..." % (len(calls), len(names), len(platforms), SECONDS))
        found = asyncio.run(replay(platforms, calls))
        peak = platforms[0].peak(names)
    finally:
        for platform in platforms:
            platform.end()
    rows = [["keep-alive", "", "calls", "cold starts", "started ahead", "idle instances × s", "busy instances × s"]]
    bars = [["agreement with the simulator", "measured", "bar", ""]]
    for platform, metrics in found:
        simulated = [float(each) for each in traces.java("ReplayReport", folder, "simulate", platform.keep_alive, peak)[0]]
        cold, ahead = metrics["mayfly_cold_start_seconds_count/queue"], metrics["mayfly_prewarms_total"]
        title = "learned" if platform.keep_alive == "auto" else platform.keep_alive + " s"
        rows.append([
            title, "platform", "%d" % sum(platform.statuses.values()), "%d" % cold, "%d" % ahead, "%.0f" % platform.idle, "%.0f" % platform.busy,
        ])
        rows.append([title, "simulator"] + ["%.0f" % each for each in simulated])
        for what, ours, theirs in (("cold starts", cold, simulated[1]), ("memory-time", platform.idle, simulated[3])):
            off = ours / theirs - 1
            bars.append(["%s, %s" % (title, what), "%+.1f %%" % (100 * off), "within 10 %", "reached" if abs(off) <= 0.1 else "not reached"])
    wrong = sum((platform.statuses for platform, _ in found), Counter())
    report.write("trace-replay", "Twenty minutes of production traces, played to the platform", [
        rows,
        bars,
        "%d functions, %d calls to each of two platforms at the same time, in real time. Answers: %s; calls that still ran at the end have none."
        % (len(names), len(calls), ", ".join("%s × %s" % (count, status) for status, count in sorted(wrong.items()))),
        "Read: of azure2019-triggers-100 the twenty minutes in which most functions are called (the last such), each call at a random moment of its minute, without functions of more than 600 calls; and the first twenty "
        "minutes of azure2021-200-invocations.csv, which has real times. The functions are in Python and sleep as long as the trace says, ten minutes at most. The platforms begin without knowing anything, and so does the simulator.",
        "Memory-time is the sum of idle instances (`mayfly_instances` less `mayfly_calls_running`, asked for every second), because all functions take the same: on the platform that learns %d MB, the median of what calls report, which is "
        "what the simulator reckons with. They take it at their start and give it back, so that the policy takes them for heavy enough to have something to decide in twenty minutes." % (peak / 1048576),
    ])


main()
