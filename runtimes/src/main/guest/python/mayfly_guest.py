"""Serves one Python function over frames (docs/design/002-frames.md).

Everything runs in the main thread: it waits for a call, runs the handler, answers, and waits again.
A function that takes several calls at a time has a process for each, as on Lambda, so that handlers
share nothing but /tmp; each has its own connection, and the first process only waits for the end.
What the handler sees (event, context, errors, log lines) is what AWS's runtime interface client for
Python shows it.
"""

import _socket
import importlib
import os
import sys
import traceback

from mayfly_context import LambdaContext
from mayfly_json import decode, encode
from mayfly_logging import log_error, set_invocation, set_up_logging

PROTOCOL_VERSION = 2
HELLO, READY, INIT_ERROR, RESULT, ERROR = 1, 2, 3, 4, 5
INVOKE, SPECIALISE, TENANT = 0x41, 0x42, 0x44

HERE = os.path.dirname(os.path.abspath(__file__))


class Fault(Exception):
    """An error of the runtime's own wording: a type, a message, and at most one line of trace."""

    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace


class Platform:
    """The socket to the platform."""

    def __init__(self, path):
        self.socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self.socket.connect(path)
        self.pending = b""

    def send(self, kind, call, *parts):
        size = 5 + sum(map(len, parts))
        head = size.to_bytes(4, "big") + bytes((kind,)) + call.to_bytes(4, "big")
        if size < 65536:
            self.socket.sendall(b"".join((head, *parts)))
        else:
            self.socket.sendall(head)
            for part in parts:
                self.socket.sendall(part)

    def send_error(self, kind, call, error):
        name = error["errorType"].encode("utf-8", "replace")[:65535]
        self.send(kind, call, len(name).to_bytes(2, "big"), name, encode(error).encode("utf-8", "replace"))

    def receive(self):
        """The next frame's type, call number and body; the process ends when the platform is gone."""
        pending = self._at_least(self.pending, 4)
        end = 4 + int.from_bytes(pending[:4], "big")
        if end < 9:
            sys.exit("mayfly guest: a frame of %d bytes" % (end - 4))
        pending = self._at_least(pending, end)
        self.pending = pending[end:]
        return pending[4], int.from_bytes(pending[5:9], "big"), pending[9:end]

    def _at_least(self, pending, size):
        """What is pending, with what has to come for it to be so long."""
        missing = size - len(pending)
        if missing <= 0:
            return pending
        pieces = [pending]
        while missing > 0:
            piece = self.socket.recv(max(65536, min(missing, 1 << 20)))
            if not piece:
                os._exit(0)
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)


class Call:
    """One INVOKE frame, taken apart."""

    def __init__(self, body, tenant_id):
        self.tenant_id = tenant_id
        self.deadline_ms = int.from_bytes(body[:8], "big")
        self.request_id, at = _text(body, 8, 2)
        self.function_arn, at = _text(body, at, 2)
        self.trace_id, at = _text(body, at, 2)
        self.client_context, at = _text(body, at, 4)
        self.cognito_identity, at = _text(body, at, 4)
        self.payload = body[at:]


def _text(body, at, width):
    """The text at a place with its length before it, and where it ends."""
    start = at + width
    end = start + int.from_bytes(body[at:start], "big")
    return body[start:end].decode(), end


def load_handler(handler):
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '{}': {}".format(handler, error))
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module {} as a handler module".format(module_name),
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault(
            "Runtime.ImportModuleError",
            "Unable to import module '{}': {}".format(module_name, error),
        )
    except SyntaxError as error:
        raise Fault(
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module '{}': {}".format(module_name, error),
            ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)],
        )
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault(
            "Runtime.HandlerNotFound",
            "Handler '{}' missing on module '{}'".format(function_name, module_name),
        )


def error_object(message, error_type, trace, request_id):
    return {
        "errorMessage": message or "",
        "errorType": error_type or "",
        "requestId": request_id or "",
        "stackTrace": trace or [],
    }


def describe(error, request_id):
    """The error object of something thrown, its trace without the guest's own frames."""
    if isinstance(error, Fault):
        return error_object(error.message, error.error_type, error.trace, request_id)
    frames = [
        (frame.filename, frame.lineno, frame.name, frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    own = 0
    while own < len(frames) - 1 and frames[own][0].startswith(HERE):
        own += 1
    trace = traceback.format_list(frames[own:])
    return error_object(str(error), type(error).__name__, trace, request_id)


def parse_context(text, name):
    if not text:
        return None
    try:
        return decode(text)
    except Exception as error:
        raise Fault(
            "Runtime.LambdaContextUnmarshalError",
            "Unable to parse {} JSON: {}".format(name, error),
        )


def call_handler(handler, call):
    """Runs the handler and gives its answer as bytes."""
    context = LambdaContext(
        call.request_id,
        parse_context(call.client_context, "Client Context"),
        parse_context(call.cognito_identity, "Cognito Identity"),
        call.deadline_ms,
        call.function_arn,
        call.tenant_id,
    )
    try:
        event = decode(call.payload)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: {}".format(error))
    result = handler(event, context)
    if isinstance(result, bytes):
        return result
    try:
        return encode(result).encode("utf-8")
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: {}".format(error))


def serve(platform, handler):
    tenant_id = None
    while True:
        kind, number, body = platform.receive()
        if kind == TENANT:
            tenant_id = body.decode()
        if kind != INVOKE:
            continue
        call = Call(body, tenant_id)
        set_invocation(call.request_id, tenant_id)
        if call.trace_id:
            os.environ["_X_AMZN_TRACE_ID"] = call.trace_id
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        try:
            answer = call_handler(handler, call)
        except Exception as error:
            described = describe(error, call.request_id)
            log_error(described)
            platform.send_error(ERROR, number, described)
        else:
            platform.send(RESULT, number, answer)


def become(body):
    """Takes the variables of one SPECIALISE frame and goes to the function's code."""
    at = 4
    for _ in range(int.from_bytes(body[:4], "big")):
        pair = []
        for _ in range(2):
            start = at + 4
            at = start + int.from_bytes(body[start - 4 : start], "big")
            pair.append(body[start:at])
        os.environb[pair[0]] = pair[1]
    # Code that was mounted after the start is not in the folder of that name that was there before.
    os.chdir(os.environ["LAMBDA_TASK_ROOT"])


def wait_for_function(platform):
    while True:
        kind, _, body = platform.receive()
        if kind == SPECIALISE:
            return become(body)


def set_up_path():
    """The function's code first, then its layers, and the guest's own folder not at all."""
    task_root = os.environ.get("LAMBDA_TASK_ROOT", "/var/task")
    version = "python%d.%d" % sys.version_info[:2]
    rest = [entry for entry in sys.path if entry != HERE and entry != task_root]
    sys.path[:] = [task_root, "/opt/python/lib/%s/site-packages" % version, "/opt/python"] + rest


def connect(path):
    platform = Platform(path)
    version = "python %d.%d.%d" % sys.version_info[:3]
    name = version.encode()
    platform.send(
        HELLO, 0, PROTOCOL_VERSION.to_bytes(2, "big"), len(name).to_bytes(2, "big"), name
    )
    return platform


def start_workers(count):
    """Returns in each of so many new processes; this one ends like the first of them that ends."""
    for _ in range(count):
        if os.fork() == 0:
            return
    _, status = os.wait()
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def main():
    path = os.environ.pop("MAYFLY_SOCKET")
    platform = connect(path)
    if "_HANDLER" not in os.environ:
        wait_for_function(platform)
    workers = int(os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY", "1"))
    if workers > 1:
        platform.send(READY, 0, (0).to_bytes(2, "big"))
        start_workers(workers)
        platform.socket.close()
        platform = connect(path)
    set_up_logging()
    set_up_path()
    try:
        handler = load_handler(os.environ.get("_HANDLER", ""))
    except Exception as error:
        described = describe(error, "")
        log_error(described)
        platform.send_error(INIT_ERROR, 0, described)
        sys.exit(1)
    platform.send(READY, 0)
    serve(platform, handler)
