"""The peers: each an echo of the request's body, started in a folder of its own."""

import http.client
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

MODULES = Path(__file__).resolve().parent / "target/peers/node_modules"

WORKERD = """
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker", esModule = embed "worker.js")],
    compatibilityDate = "2025-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:PORT", http = (), service = "main")]);
"""

OFFLINE = """
service: echo
frameworkVersion: "3"
provider: {name: aws, runtime: nodejs20.x}
plugins: [serverless-offline]
functions:
  echo:
    handler: handler.echo
    events: [{httpApi: "POST /"}]
"""


def version(package):
    return json.loads((MODULES / package / "package.json").read_text())["version"]


class Peer:
    """A process that serves at a port; ready when it answers."""

    def __init__(self, name, port, files, command, variables=None):
        self.name = name
        self.port = port
        self.host = "127.0.0.1:%d" % port
        self.folder = tempfile.TemporaryDirectory(prefix="bench-peer-")
        folder = Path(self.folder.name)
        (folder / "node_modules").symlink_to(MODULES)
        for file, text in files.items():
            (folder / file).write_text(text)
        self.started = time.perf_counter()
        self.log = open(folder / "log", "w")
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def first_answer(self, patience=60):
        """Seconds from the start to the first answer."""
        while time.perf_counter() - self.started < patience:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.request("POST", "/", b"{}", {"Content-Type": "application/json"})
                if connection.getresponse().status == 200:
                    return time.perf_counter() - self.started
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.002)
        raise RuntimeError(self.name + " does not answer: " + Path(self.log.name).read_text())

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()
        self.folder.cleanup()


def workerd(port):
    return Peer(
        "workerd " + version("workerd"),
        port,
        {
            "worker.js": "export default {async fetch(r) {return new Response(await r.text());}};",
            "config.capnp": WORKERD.replace("PORT", str(port)),
        },
        [str(MODULES / "@cloudflare/workerd-linux-64/bin/workerd"), "serve", "config.capnp"],
    )


def functions_framework(port):
    return Peer(
        "functions-framework " + version("@google-cloud/functions-framework"),
        port,
        {"index.js": "exports.echo = (request, response) => response.send(request.rawBody);"},
        [str(MODULES / ".bin/functions-framework"), "--target=echo", "--port=%d" % port],
    )


def serverless_offline(port):
    return Peer(
        "serverless-offline " + version("serverless-offline"),
        port,
        {
            "serverless.yml": OFFLINE,
            "handler.js": "exports.echo = async (event) => ({statusCode: 200, body: event.body});",
        },
        [
            str(MODULES / ".bin/serverless"),
            "offline",
            "--httpPort",
            str(port),
            "--lambdaPort",
            str(port + 1),
        ],
        {"SLS_NOTIFICATIONS_MODE": "off", "SLS_TELEMETRY_DISABLED": "1"},
    )
