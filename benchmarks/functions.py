"""The functions that benchmarks deploy: the same echo in each runtime."""

import subprocess
import tempfile
from pathlib import Path

from mayfly import zipped

NODE = zipped(
    {"app.js": "exports.handler = async (event) => ({statusCode: 200, body: event.body});\n"}
)
PYTHON = zipped(
    {
        "app.py": "def handler(event, context):\n"
        '    return {"statusCode": 200, "body": event.get("body", "")}\n'
    }
)


def bootstrap():
    """The custom runtime in C, compiled without a library it would have to find in the jail."""
    source = Path(__file__).resolve().parent / "functions/echo.c"
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "bootstrap"
        subprocess.run(
            ["cc", "-O2", "-static", "-D_GNU_SOURCE", "-o", program, source], check=True
        )
        return zipped({"bootstrap": program.read_bytes()})
