"""The limit of warm calls on this machine: the same exchange with everything of the platform taken away
but a web server, the frames and the guests, in turn with workerd."""

import os
import tempfile
from pathlib import Path
from statistics import median

import load
import peers
import report
from mayfly import HOME, Mayfly

ROUNDS = 3
SECONDS = 5
WARM_UP_SECONDS = 4
MANY = 16
DISTRIBUTION = HOME / "server/target/mayfly"
NODE = "exports.handler = async (event) => ({statusCode: 200, body: event.body});\n"
PYTHON = 'def handler(event, context):\n    return {"statusCode": 200, "body": event.get("body", "")}\n'

# An event of a function URL, but for the body, which comes last.
EVENT = (
    '{"version":"2.0","routeKey":"$default","rawPath":"/","rawQueryString":"","headers":{"content-length":"49",'
    '"content-type":"application/json","host":"gkru6ucziqdzvg3pfueawmnde2xm6kxx.lambda-url.us-east-1.localhost:9000",'
    '"x-amzn-trace-id":"Root=1-68e1a1d2-0123456789abcdef01234567","x-forwarded-for":"127.0.0.1",'
    '"x-forwarded-port":"9000","x-forwarded-proto":"http"},"requestContext":{"accountId":"anonymous",'
    '"apiId":"gkru6ucziqdzvg3pfueawmnde2xm6kxx","domainName":"gkru6ucziqdzvg3pfueawmnde2xm6kxx.lambda-url.us-east-1.localhost:9000",'
    '"domainPrefix":"gkru6ucziqdzvg3pfueawmnde2xm6kxx","http":{"method":"POST","path":"/","protocol":"HTTP/1.1",'
    '"sourceIp":"127.0.0.1","userAgent":""},"requestId":"0123456789abcdef0123456789abcdef0123","routeKey":"$default",'
    '"stage":"$default","time":"25/Nov/2026:04:00:00 +0000","timeEpoch":1795579200000},"isBase64Encoded":false,"body":"'
)


class Bare(peers.Peer):
    """The exchange without the platform."""

    def __init__(self, name, port, calls, guests, command, code):
        folder = Path(tempfile.mkdtemp(prefix="bench-limit-"))
        (folder / "event").write_text(EVENT)
        for file, text in code.items():
            (folder / file).write_text(text)
        variables = {"_HANDLER": "app.handler", "LAMBDA_TASK_ROOT": str(folder)}
        if calls > 1:
            variables["AWS_LAMBDA_MAX_CONCURRENCY"] = str(calls)
        java = os.environ.get("JAVA_HOME", "/usr") + "/bin/java"
        options = ["-XX:+UseSerialGC", "-Xms32m", "-cp", "%s/lib/*" % DISTRIBUTION]
        source = Path(__file__).resolve().parent / "limit/Limit.java"
        super().__init__(
            name,
            port,
            {},
            [java, *options, str(source), str(port), str(folder / "event"), str(calls), str(guests), *command],
            variables,
        )


def main():
    with Mayfly(9800) as mayfly:  # Builds it, and knows the interpreters.
        programs = [mayfly.interpreter(mayfly.runtime(family)) for family in ("node", "python")]
    guest = DISTRIBUTION / "guest"
    node = [programs[0], str(guest / "node/guest.cjs")]
    snake = [programs[1], "-u", str(guest / "python/main.py")]
    report.say("starting the bare exchange and workerd ...")
    opened = []
    try:
        for number, (name, calls, guests, command, code) in enumerate(
            (
                ("Node, %d calls in one guest" % MANY, MANY, 1, node, {"app.js": NODE}),
                ("Node, 3 guests and a queue", 1, 3, node, {"app.js": NODE}),
                ("Node, %d guests" % MANY, 1, MANY, node, {"app.js": NODE}),
                ("Python, 3 guests and a queue", 1, 3, snake, {"app.py": PYTHON}),
                ("Python, %d guests" % MANY, 1, MANY, snake, {"app.py": PYTHON}),
            )
        ):
            opened.append(Bare(name, 9840 + number, calls, guests, command, code))
        opened.append(peers.workerd(9850))
        found = {}
        for peer in opened:
            peer.first_answer()
            for connections in (MANY, 1):
                load.measure(peer.port, peer.host, connections, WARM_UP_SECONDS)
        for number in range(ROUNDS):
            for connections in (MANY, 1):
                for peer in opened:
                    result = load.measure(peer.port, peer.host, connections, SECONDS)
                    found.setdefault((peer.name, connections), []).append(result)
                    report.say(
                        "round %d, %2d connections, %s: %.0f/s, p50 %.3f ms, %d errors"
                        % (number + 1, connections, peer.name, result.rate, result.p50, result.errors)
                    )
        names = [peer.name for peer in opened]
    finally:
        for each in reversed(opened):
            each.close()

    def of(name, connections, what):
        return median(getattr(result, what) for result in found[name, connections])

    rows = [["the bare exchange", "requests/s, %d connections" % MANY, "x workerd", "errors", "p50 ms, one connection", "x workerd"]]
    for name in names:
        rows.append([
            name,
            "%.0f" % of(name, MANY, "rate"),
            "%.2f" % (of(name, MANY, "rate") / of(names[-1], MANY, "rate")),
            "%d" % sum(result.errors for count in (MANY, 1) for result in found[name, count]),
            "%.3f" % of(name, 1, "p50"),
            "%.2f" % (of(name, 1, "p50") / of(names[-1], 1, "p50")),
        ])
    report.write(
        "limit",
        "The limit of warm calls",
        [
            rows,
            "What `warm` measures with everything of the platform taken away but Jetty's core, an event of the same size, the frames and the guests "
            "(`benchmarks/limit/Limit.java`): no jail, log, meter, admission or routes, and one thread that reads requests and guests. "
            "Medians of %d rounds of %d s, in turn with workerd, wrk on the same machine." % (ROUNDS, SECONDS),
        ],
    )


main()
