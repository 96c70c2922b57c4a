"""A Mayfly platform of the benchmark's own, started as users start it, and its functions."""

import io
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import boto3

HOME = Path(__file__).resolve().parent.parent
ROLE = "arn:aws:iam::000000000000:role/any"


def zipped(files):
    """A zip file of texts by name; every file may be executed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, text)
    return content.getvalue()


class Mayfly:
    def __init__(self, port, *options):
        self.port = port
        self.data = tempfile.mkdtemp(prefix="mayfly-bench-")
        self.options = [*options, "--port", str(port), "--data", self.data]
        self._mayfly("up", *self.options)
        settings = self._mayfly("env", "--data", self.data)
        keys = dict(re.findall(r"export (\w+)='?([^'\n]*)", settings))
        self.lambdas = boto3.client(
            "lambda",
            endpoint_url="http://127.0.0.1:%d" % port,
            region_name=keys["AWS_REGION"],
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        )

    def _mayfly(self, *words):
        done = subprocess.run(
            [str(HOME / "mayfly"), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if done.returncode:
            raise RuntimeError("mayfly %s: %s%s" % (words, done.stdout, done.stderr))
        return done.stdout

    @property
    def pid(self):
        return int(re.search(r"pid=(\d+)", (Path(self.data) / "server").read_text()).group(1))

    def runtime(self, family):
        """The newest runtime of a family that this machine has, but aliases."""
        found = re.findall(r"^(%s\S*)" % family, self._mayfly("runtimes", "--data", self.data), re.M)
        return found[-1]

    def interpreter(self, runtime):
        """The program that serves a runtime."""
        rows = self._mayfly("runtimes", "--data", self.data)
        return re.search(r"^%s\s+\S+\s+(\S+)" % re.escape(runtime), rows, re.M).group(1)

    def deploy(self, name, runtime, handler, code, memory=1769, variables=None):
        """Deploys a function with a URL for everybody and returns the URL's host."""
        self.lambdas.create_function(
            FunctionName=name,
            Runtime=runtime,
            Handler=handler,
            Role=ROLE,
            MemorySize=memory,
            Timeout=30,
            Environment={"Variables": variables or {}},
            Code={"ZipFile": code},
        )
        self.lambdas.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        url = self.lambdas.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
        return re.match(r"http://([^/]+)/", url).group(1)

    def log(self, name):
        return self._mayfly("logs", "--data", self.data, name)

    def close(self):
        self._mayfly("down", "--data", self.data)
        shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
