"""Where production traces are, and the simulator that plays them against the platform's policy."""

import os
import subprocess
import sys
from pathlib import Path

from mayfly import HOME


def folder():
    """Where the traces are: beside the project, unless TRACES says otherwise."""
    found = Path(os.environ.get("TRACES", HOME.parent / "shared/data/traces"))
    if not (found / "azure2019-triggers-100").is_dir():
        sys.exit(
            "bench: no traces in %s; give the folder with azure2019-triggers-100 and azure2021-200-invocations.csv"
            " in the variable TRACES" % found
        )
    return found


def classes():
    """The class path of the simulator: the tests of dispatch, and the platform itself."""
    compiled = HOME / "dispatch/target/test-classes"
    if not (compiled / "io/mayfly/dispatch/trace/TraceReport.class").exists():
        subprocess.run(["mvn", "-B", "-q", "test-compile", "-pl", "dispatch", "-am"], cwd=HOME, check=True)
    return "%s:%s/server/target/mayfly/lib/*" % (compiled, HOME)


def java(main, *arguments):
    """The lines that a main class of the simulator prints, split into their fields."""
    command = [os.environ["JAVA_HOME"] + "/bin/java", "-cp", classes(), "io.mayfly.dispatch.trace." + main]
    done = subprocess.run(command + [str(each) for each in arguments], stdout=subprocess.PIPE, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]
