"""Warm calls: an echo behind a function URL, beside workerd, the functions framework and
serverless-offline, in turn, round after round."""

import functions
import load
import peers
import report
from mayfly import Mayfly
from statistics import median

ROUNDS = 3
SECONDS = 5
WARM_UP_SECONDS = 4
MANY = 16


def main():
    report.say("starting Mayfly and the peers ...")
    opened = []
    try:
        mayfly = Mayfly(9800)
        opened.append(mayfly)
        targets = {}
        node, python = mayfly.runtime("node"), mayfly.runtime("python")
        for title, runtime, handler, code, calls in (
            ("Mayfly, Node (%s)" % node, node, "app.handler", functions.NODE, 1),
            ("Mayfly, Python (%s)" % python, python, "app.handler", functions.PYTHON, 1),
            ("Mayfly, custom runtime in C", "provided.al2023", "bootstrap", functions.bootstrap(), 1),
            ("Mayfly, Node, %d calls in one instance" % MANY, node, "app.handler", functions.NODE, MANY),
        ):
            name = "echo-%d" % len(targets)
            variables = {"AWS_LAMBDA_MAX_CONCURRENCY": str(calls)} if calls > 1 else None
            url = mayfly.deploy(name, runtime, handler, code, variables=variables)
            targets[title] = (mayfly.port, url)
        titles = list(targets)
        for number, start in enumerate(
            (peers.workerd, peers.functions_framework, peers.serverless_offline)
        ):
            peer = start(9810 + 10 * number)
            opened.append(peer)
            peer.first_answer()
            targets[peer.name] = (peer.port, peer.host)
        workerd, framework, offline = list(targets)[len(titles):]

        for target in targets.values():
            for connections in (MANY, 1):
                load.measure(*target, connections, WARM_UP_SECONDS)
        found = {}
        for number in range(ROUNDS):
            for connections in (MANY, 1):
                for title, target in targets.items():
                    result = load.measure(*target, connections, SECONDS)
                    found.setdefault((title, connections), []).append(result)
                    report.say(
                        "round %d, %2d connections, %s: %.0f/s, p50 %.3f ms, p99 %.3f ms, %d errors"
                        % (number + 1, connections, title, result.rate, result.p50, result.p99, result.errors)
                    )
    finally:
        for each in reversed(opened):
            each.close()

    def of(title, connections, what):
        return median(getattr(result, what) for result in found[title, connections])

    def errors(title, connections):
        return sum(result.errors for result in found[title, connections])

    parts = []
    for connections in (MANY, 1):
        rows = [["%d connections" % connections if connections > 1 else "one connection", "requests/s",
                 "p50 ms", "p99 ms", "errors", "x workerd", "x serverless-offline"]]
        for title in targets:
            rate = of(title, connections, "rate")
            rows.append([
                title,
                "%.0f" % rate,
                "%.3f" % of(title, connections, "p50"),
                "%.3f" % of(title, connections, "p99"),
                "%d" % errors(title, connections),
                "%.2f" % (rate / of(workerd, connections, "rate")),
                "%.1f" % (rate / of(offline, connections, "rate")),
            ])
        parts.append(rows)

    def bar(text, value, most=None, least=None):
        met = value <= most if most is not None else value >= least
        return [text, "%.3f" % value, "%s %g" % ("<=" if most is not None else ">=", most if most is not None else least),
                "reached" if met else "not reached"]

    rates = {title: of(title, MANY, "rate") for title in targets}
    node_title, python_title, custom_title, several_title = titles
    parts.append([
        ["what must be reached", "measured", "bar", ""],
        bar("Node, one call per instance, 16 connections, x workerd", rates[node_title] / rates[workerd], least=0.9),
        bar("Node, several calls in one instance, 16 connections, x workerd", rates[several_title] / rates[workerd], least=2.0),
        bar("Node, one call per instance, x serverless-offline", rates[node_title] / rates[offline], least=8),
        bar("Python, one call per instance, x workerd", rates[python_title] / rates[workerd], least=1.0),
        bar("custom runtime, x Node over frames", rates[custom_title] / rates[node_title], least=0.7),
        bar("Node, one connection, p50, x workerd", of(node_title, 1, "p50") / of(workerd, 1, "p50"), most=1.5),
        bar("Node, one connection, p99, x workerd", of(node_title, 1, "p99") / of(workerd, 1, "p99"), most=1.0),
        bar("Node, one connection, p50 of the whole call, ms (handler: about 0.01)", of(node_title, 1, "p50"), most=0.15),
    ])
    parts.append(
        "Medians of %d rounds of %d s each, all targets in turn in each round, wrk on the same machine (closed loop, one thread), "
        "warm-up of %d s not counted. A function has 1,769 MB, so one CPU."
        % (ROUNDS, SECONDS, WARM_UP_SECONDS)
    )
    report.write("warm", "Warm calls", parts)


main()
