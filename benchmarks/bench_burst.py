"""A burst: a thousand calls at once to one function that has no instance, each taking five seconds,
while another function is called all the time. And once more with calls that take so long that all
thousand instances live at the same time."""

import asyncio
import sys
import time

import functions
import report
from mayfly import Mayfly, zipped

CALLS = 1000
WORK_SECONDS = 5
LONG_SECONDS = 20
PROBE_PAUSE_SECONDS = 0.01
QUIET_SECONDS = 10
TIMEOUT_SECONDS = 300

# The other function's calls count as well.
CONCURRENCY = CALLS + 100


def sleeper(seconds):
    return zipped(
        {
            "app.py": "import time\n"
            "def handler(event, context):\n"
            "    time.sleep(%d)\n"
            '    return {"statusCode": 200, "body": "slept"}\n' % seconds
        }
    )


async def call(port, host):
    """The status of one request on a connection of its own, 0 if it broke, and when it was answered."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % host.encode())
        answer = await asyncio.wait_for(reader.read(), TIMEOUT_SECONDS)
        writer.close()
        return int(answer.split(b" ", 2)[1]), time.perf_counter()
    except (OSError, IndexError, asyncio.TimeoutError):
        return 0, time.perf_counter()


async def probe(port, host, times, over):
    while not over.is_set():
        before = time.perf_counter()
        status, after = await call(port, host)
        times.append(((after - before) * 1000, status))
        await asyncio.sleep(PROBE_PAUSE_SECONDS)


def available():
    with open("/proc/meminfo") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1048576


async def watch(least, over):
    while not over.is_set():
        least.append(available())
        await asyncio.sleep(0.2)


async def measure(mayfly, sleeper, probed, count):
    quiet, busy, memory = [], [], []
    over = asyncio.Event()
    report.say("quiet for %d s ..." % QUIET_SECONDS)
    task = asyncio.create_task(probe(mayfly.port, probed, quiet, over))
    await asyncio.sleep(QUIET_SECONDS)
    over.set()
    await task
    before = available()
    over = asyncio.Event()
    tasks = [
        asyncio.create_task(probe(mayfly.port, probed, busy, over)),
        asyncio.create_task(watch(memory, over)),
    ]
    report.say("%d calls at once ..." % count)
    begun = time.perf_counter()
    answers = await asyncio.gather(*(call(mayfly.port, sleeper) for _ in range(count)))
    over.set()
    await asyncio.gather(*tasks)
    return quiet, busy, before - min(memory), [(status, at - begun) for status, at in answers]


def p99(times):
    ordered = sorted(times)
    return ordered[int(len(ordered) * 0.99)]


def burst(count, seconds):
    """What came of a burst on a platform of its own: rows of a table."""
    with Mayfly(9800, "--concurrency", str(CONCURRENCY)) as mayfly:
        sleeps = mayfly.deploy(
            "sleeper", mayfly.runtime("python"), "app.handler", sleeper(seconds), memory=128
        )
        probed = mayfly.deploy("probed", mayfly.runtime("node"), "app.handler", functions.NODE)
        quiet, busy, memory, answers = asyncio.run(measure(mayfly, sleeps, probed, count))
    good = sorted(at for status, at in answers if status == 200)
    starts = len(good) / max(0.001, good[-1] - seconds) if good else 0
    live = max(sum(1 for at in good if at - seconds <= moment < at) for moment in good) if good else 0
    calm, storm = p99([t for t, _ in quiet]), p99([t for t, _ in busy])
    broken = sum(1 for _, status in busy if status != 200)
    statuses = {status: sum(1 for s, _ in answers if s == status) for status in sorted({s for s, _ in answers})}
    return [
        ["%d s each" % seconds, "measured", "bar"],
        ["answered 200", "%d of %d" % (len(good), count), "all"],
        ["throttled (429)", str(statuses.get(429, 0)), "0"],
        ["all statuses (0: connection broken)", str(statuses), ""],
        ["last answer after", "%.1f s" % (good[-1] if good else 0), ""],
        ["new instances per second", "%.0f" % starts, ">= 100"],
        ["busy at the same moment, at most", str(live), "1000"],
        ["memory of everything, at most", "%.1f GiB" % memory, "<= 8 GB"],
        ["another function, p99 when quiet", "%.1f ms" % calm, ""],
        ["another function, p99 during the burst", "%.1f ms" % storm, "<= 3 x quiet: %.1f ms" % (3 * calm)],
        ["another function, calls that failed during the burst", "%d of %d" % (broken, len(busy)), "0"],
    ]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    report.write("burst", "A burst of %d calls" % count, [
        burst(count, WORK_SECONDS),
        burst(count, LONG_SECONDS),
        "A Python function of 128 MB that sleeps, from no instance; all requests from one client on the same machine. New instances per second: answers divided by the "
        "time from the first request to the last instance's call; where instances are used again, calls. The other function is Node's echo, called every %d ms on a new connection. The platform is allowed %d calls at a time."
        % (PROBE_PAUSE_SECONDS * 1000, CONCURRENCY),
    ])


main()
