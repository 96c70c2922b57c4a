"""Cold starts: an HTTP request to each of many functions that have no instance, once, with
prewarmed instances and without; beside peers that are started afresh."""

import sys
import time

import functions
import load
import peers
import report
from mayfly import Mayfly
from statistics import median

FUNCTIONS = 200
AFRESH = 5
WARM_UP_SECONDS = 10
# Between two requests: the pool of prewarmed instances is refilled meanwhile.
PAUSE_SECONDS = 0.25


def cold(mayfly, title, runtime, handler, code, count):
    report.say("%s: deploying %d functions ..." % (title, count))
    hosts = [
        mayfly.deploy("%s-%d" % (runtime.replace(".", "-"), number), runtime, handler, code, memory=512)
        for number in range(count)
    ]
    time.sleep(3)
    times, wrong = [], 0
    for host in hosts:
        took, right = load.request(mayfly.port, host)
        times.append(took)
        wrong += not right
        time.sleep(PAUSE_SECONDS)
    report.say("%s: p50 %.1f ms, p99 %.1f ms, %d wrong" % (title, median(times), load.percentile(times, 0.99), wrong))
    return title, times, wrong


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FUNCTIONS
    found = []
    for prewarmed in (True, False):
        options = [] if prewarmed else ["--spares", "0"]
        with Mayfly(9800, "--keep-alive", "5", *options) as mayfly:
            suffix = "prewarmed" if prewarmed else "no spare"
            warm_up = mayfly.deploy("warm", mayfly.runtime("node"), "app.handler", functions.NODE)
            load.measure(mayfly.port, warm_up, 4, WARM_UP_SECONDS)
            for family, handler, code in (
                ("python", "app.handler", functions.PYTHON),
                ("node", "app.handler", functions.NODE),
                ("provided.al2023", "bootstrap", functions.bootstrap()),
            ):
                runtime = mayfly.runtime(family)
                found.append(cold(mayfly, "%s, %s" % (runtime, suffix), runtime, handler, code, count))
    afresh = []
    for start in (peers.functions_framework, peers.serverless_offline, peers.workerd):
        times = []
        for number in range(AFRESH):
            peer = start(9850 + 10 * number)
            try:
                times.append(peer.first_answer() * 1000)
            finally:
                peer.close()
        afresh.append((peer.name + ", started afresh", times, 0))
        report.say("%s: p50 %.0f ms" % (afresh[-1][0], median(times)))
    offline = median(afresh[1][1])
    rows = [["", "starts", "p50 ms", "p90 ms", "p99 ms", "wrong", "serverless-offline's p50 is x"]]
    for title, times, wrong in found + afresh:
        rows.append([
            title,
            str(len(times)),
            "%.1f" % median(times),
            "%.1f" % load.percentile(times, 0.9),
            "%.1f" % load.percentile(times, 0.99),
            str(wrong),
            "%.0f" % (offline / median(times)),
        ])

    def bar(index, most, part):
        title, times, _ = found[index]
        value = load.percentile(times, part) if part != 0.5 else median(times)
        return ["%s, p%d" % (title, part * 100), "%.1f ms" % value, "<= %g ms" % most,
                "reached" if value <= most else "not reached"]

    bars = [["what must be reached", "measured", "bar", ""]]
    for index in (0, 1):
        bars += [bar(index, 8, 0.5), bar(index, 25, 0.99)]
    bars += [bar(2, 15, 0.5), bar(3, 70, 0.5), bar(4, 70, 0.5)]
    report.write("cold", "Cold starts", [
        rows,
        bars,
        "Each function called once, one after the other, %g s apart, from a client in Python on the same machine; the time is that of the whole "
        "HTTP exchange on an open connection. The platform has served another function for %d s before. Functions have 512 MB. Java: see java.md."
        % (PAUSE_SECONDS, WARM_UP_SECONDS),
    ])


main()
