"""Density: many deployed functions that nobody calls."""

import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import functions
import report
from mayfly import HOME, ROLE, Mayfly

FUNCTIONS = 10_000
IDLE_SECONDS = 60


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/%d/status" % pid).read_text()).group(1))


def cpu_seconds(pid):
    fields = Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def settled(mayfly):
    """Resident kilobytes after the collector has run twice."""
    jcmd = [str(Path("/proc/%d/exe" % mayfly.pid).resolve().parent / "jcmd"), str(mayfly.pid), "GC.run"]
    for _ in range(2):
        subprocess.run(jcmd, stdout=subprocess.DEVNULL, check=True)
        time.sleep(1)
    used = subprocess.run(jcmd[:2] + ["GC.heap_info"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return resident(mayfly.pid), sum(int(number) for number in re.findall(r"generation.*?used (\d+)K", used))


def restart(mayfly):
    """Seconds from the command to its return."""
    subprocess.run([HOME / "mayfly", "down", "--data", mayfly.data], stdout=subprocess.DEVNULL, check=True)
    before = time.perf_counter()
    subprocess.run([HOME / "mayfly", "up", *mayfly.options], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - before


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FUNCTIONS
    with Mayfly(9800) as mayfly:
        runtime = mayfly.runtime("python")
        few = min(restart(mayfly) for _ in range(3))
        time.sleep(5)
        before, heap_before = settled(mayfly)

        def deploy(number):
            mayfly.lambdas.create_function(
                FunctionName="idle-%d" % number, Runtime=runtime, Handler="app.handler", Role=ROLE,
                Code={"ZipFile": functions.PYTHON},
            )
            if number % 1000 == 999:
                report.say("%d deployed" % (number + 1))

        begun = time.perf_counter()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(deploy, range(count)))
        deploying = time.perf_counter() - begun
        many = min(restart(mayfly) for _ in range(3))
        time.sleep(10)
        after, heap_after = settled(mayfly)
        report.say("idle for %d s ..." % IDLE_SECONDS)
        used = cpu_seconds(mayfly.pid)
        time.sleep(IDLE_SECONDS)
        used = cpu_seconds(mayfly.pid) - used
    report.write("density", "%d idle functions" % count, [
        [
            ["", "measured", "bar"],
            ["platform memory for each, heap after collection", "%.2f KB" % ((heap_after - heap_before) / count), "<= 4 KB"],
            ["platform memory for each, resident", "%.2f KB" % ((after - before) / count), ""],
            ["platform resident, with one function and with all", "%d and %d MB" % (before / 1024, after / 1024), ""],
            ["CPU of the idle platform, of one core", "%.2f %%" % (100 * used / IDLE_SECONDS), "< 1 %"],
            ["start-up with one function (least of 3)", "%.2f s" % few, ""],
            ["start-up with all (least of 3)", "%.2f s" % many, "<= 2 s"],
            ["deployed per second (4 clients)", "%.0f" % (count / deploying), ""],
        ],
        "All have the same code. Memory after two collections; idle CPU over %d s." % IDLE_SECONDS,
    ])


main()
