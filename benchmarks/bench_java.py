"""Cold starts of Java: an HTTP request to each of many functions that have no instance, once, after their trainings;
beside Google's invoker, started afresh."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import load
import peers
import report
from mayfly import Mayfly, zipped

SOURCES = Path(__file__).resolve().parent / "functions"
TARGET = Path(__file__).resolve().parent / "target"
HELLOS, FATS, AFRESH = 50, 20, 5
PAUSE_SECONDS = 0.5
TRAINING_PATIENCE = 900


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise RuntimeError("%s: %s" % (command, done.stdout))


def java(program):
    return os.path.join(os.environ["JAVA_HOME"], "bin", program) if "JAVA_HOME" in os.environ else program


def libraries(project):
    folder = TARGET / project
    if not folder.exists():
        report.say("%s: fetching libraries (Maven) ..." % project)
        run("mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=%s" % folder, cwd=SOURCES / project)
    return sorted(folder.glob("*.jar"))


def compiled(source, jars):
    """The classes of one source by their names in a zip file."""
    with tempfile.TemporaryDirectory() as folder:
        run(java("javac"), "--release", "25", "-d", folder, "-cp", ":".join(map(str, jars)), str(SOURCES / source))
        return {str(file.relative_to(folder)): file.read_bytes() for file in Path(folder).rglob("*.class")}


def cold(mayfly, title, prefix, handler, files, count):
    report.say("%s: deploying %d functions ..." % (title, count))
    runtime = mayfly.runtime("java")
    names = ["%s-%d" % (prefix, number) for number in range(count)]
    # A file of its own makes each function's code, and so its training, its own.
    hosts = [
        mayfly.deploy(name, runtime, handler, zipped({**files, "name.txt": name}), memory=512) for name in names
    ]
    report.say("%s: waiting for %d trainings ..." % (title, count))
    end = time.time() + TRAINING_PATIENCE
    log = Path(mayfly.data) / "mayfly.log"
    while len(re.findall(r"cold starts of %s-" % prefix, log.read_text())) < count:
        if time.time() > end:
            raise RuntimeError("not all trainings have ended: " + log.read_text()[-2000:])
        time.sleep(1)
    time.sleep(3)
    times, wrong = [], 0
    for host in hosts:
        took, right = load.request(mayfly.port, host)
        times.append(took)
        wrong += not right
        time.sleep(PAUSE_SECONDS)
    starts = re.findall(r"\tStart: ([\w ]+)", "".join(mayfly.log(name) for name in names))
    ways = ", ".join("%d %s" % (starts.count(way), way) for way in sorted(set(starts)))
    row = [
        "%s, %s" % (runtime, title),
        str(count),
        "%.1f" % median(times),
        "%.1f" % load.percentile(times, 0.9),
        "%.1f" % load.percentile(times, 0.99),
        str(wrong),
        ways,
    ]
    report.say(" | ".join(row))
    return row, median(times)


def invoker(port, jar, classes):
    return peers.Peer(
        jar.stem,
        port,
        {},
        [java("java"), "-jar", str(jar), "--classpath", classes, "--target", "Echo", "--port", str(port)],
    )


def main():
    hello, fat = (HELLOS, FATS) if len(sys.argv) < 3 else (int(sys.argv[1]), int(sys.argv[2]))
    sdk = libraries("java-sdk")
    jar = libraries("java-invoker")[0]
    rows = [["", "starts", "p50 ms", "p90 ms", "p99 ms", "wrong", "how they started"]]
    small = compiled("java-hello/App.java", [])
    large = compiled("java-sdk/src/main/java/fat/App.java", sdk)
    large.update({"lib/" + file.name: file.read_bytes() for file in sdk})
    with Mayfly(9145, "--keep-alive", "5") as mayfly:
        row, first = cold(mayfly, "echo", "echo", "App::handle", small, hello)
        rows.append(row)
        row, second = cold(mayfly, "Jackson, S3, SQS, DynamoDB clients", "sdk", "fat.App::handle", large, fat)
        rows.append(row)
    afresh = []
    with tempfile.TemporaryDirectory() as classes:
        for name, content in compiled("java-invoker/Echo.java", [jar]).items():
            (Path(classes) / name).write_bytes(content)
        for number in range(AFRESH):
            peer = invoker(9146 + number, jar, classes)
            try:
                afresh.append(peer.first_answer() * 1000)
            finally:
                peer.close()
    rows.append([peer.name + ", echo, started afresh", str(AFRESH), "%.1f" % median(afresh), "", "%.1f" % max(afresh), "0", ""])

    def bar(title, value, most):
        return [title + ", p50", "%.1f ms" % value, "<= %d ms" % most, "reached" if value <= most else "not reached",
                "%.1f" % (median(afresh) / value)]

    report.write("java", "Cold starts of Java", [
        rows,
        [["what must be reached", "measured", "bar", "", "the invoker's p50 is x"],
         bar("echo", first, 60), bar("Jackson and three SDK clients", second, 400)],
        "Each function called once, one after the other, %g s apart; the time is that of the whole HTTP exchange on an open connection. Functions have 512 MB. "
        "Each has a zip file of its own, and so a training of its own: no cache is shared. p99 of the invoker is its slowest start." % PAUSE_SECONDS,
    ])


main()
