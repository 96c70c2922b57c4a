"""What a benchmark found: printed, and written to results/NAME.md with the machine and its versions."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def say(text):
    print("bench: " + text, flush=True)


def _first_line(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout.strip().splitlines()[0]


def machine():
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()).group(1))
    java = _first_line(os.environ.get("JAVA_HOME", "/usr") + "/bin/java", "-version")
    groups = "v2" if Path("/sys/fs/cgroup/cgroup.controllers").exists() else "v1"
    return "%d cores, %d GiB, Linux %s, cgroup %s; %s; Node.js %s; Python %s; wrk %s" % (
        os.cpu_count(),
        round(memory / 1048576),
        platform.release().split("-")[0],
        groups,
        java,
        _first_line("node", "--version"),
        platform.python_version(),
        re.search(r"[\d.]+", _first_line("wrk", "-v")).group(0),
    )


def table(rows):
    return "\n".join(
        "| " + " | ".join(row) + " |" + ("\n|" + "---|" * len(row) if number == 0 else "")
        for number, row in enumerate(rows)
    )


def write(name, title, parts):
    """Prints the parts (texts, or tables as lists of rows) and writes them down."""
    lines = ["# " + title, ""]
    lines += ["%s UTC; %s." % (datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M"), machine()), ""]
    lines += ["Made by `./mayfly bench %s`." % name, ""]
    for part in parts:
        lines += [part if isinstance(part, str) else table(part), ""]
    text = "\n".join(lines).rstrip() + "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / (name + ".md")).write_text(text)
    print("\n" + text)
