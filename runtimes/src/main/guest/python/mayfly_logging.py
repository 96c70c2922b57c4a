"""Log lines as Lambda writes them: of the logging module, and of errors."""

import json
import logging
import os
import sys
import time
import traceback

from mayfly_json import encode

_LEVELS = {"TRACE": "DEBUG", "FATAL": "CRITICAL", "WARN": "WARNING"}
_SECONDS = "%Y-%m-%dT%H:%M:%SZ"
_STANDARD_FIELDS = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {
    "message",
    "aws_request_id",
    "tenant_id",
}

_json = False
_request_id = ""
_tenant_id = None


def set_invocation(request_id, tenant_id):
    global _request_id, _tenant_id
    _request_id = request_id
    _tenant_id = tenant_id


class _AddRequestId(logging.Filter):
    def filter(self, record):
        record.aws_request_id = _request_id
        record.tenant_id = _tenant_id
        return True


class _Handler(logging.Handler):
    def emit(self, record):
        sys.stdout.write(self.format(record))


class _JsonFormatter(logging.Formatter):
    def format(self, record):
        level = min(50, max(0, record.levelno)) // 10 * 10
        error = record.exc_info
        fields = {
            "timestamp": self.formatTime(record, _SECONDS),
            "level": logging.getLevelName(level),
            "message": record.msg
            if isinstance(record.msg, dict) and not record.args
            else record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(error[2]) if error else None,
            "errorType": error[0].__name__ if error else None,
            "errorMessage": str(error[1]) if error else None,
            "requestId": record.aws_request_id,
            "tenantId": record.tenant_id,
            "location": "%s:%s:%s" % (record.pathname, record.funcName, record.lineno)
            if error
            else None,
        }
        for name, value in vars(record).items():
            if name not in _STANDARD_FIELDS and name not in fields:
                fields[name] = value
        present = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(present, ensure_ascii=False, default=str) + "\n"


def set_up_logging():
    """Gives the root logger the handler that Lambda gives it."""
    global _json
    _json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    logging.Formatter.converter = time.gmtime
    handler = _Handler()
    if _json:
        handler.setFormatter(_JsonFormatter())
    else:
        handler.setFormatter(
            logging.Formatter(
                "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
                "%Y-%m-%dT%H:%M:%S",
            )
        )
    handler.addFilter(_AddRequestId())
    root = logging.getLogger()
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = _LEVELS.get(level, level)
    if level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        root.setLevel(level)
    root.addHandler(handler)


def log_error(error):
    """Writes an error object as one log event: its lines are held together by carriage returns."""
    if _json:
        stamp = time.strftime(_SECONDS, time.gmtime())
        sys.stdout.write(encode({"timestamp": stamp, "level": "ERROR", **error}) + "\n")
        return
    head = "[ERROR]"
    if error["errorType"]:
        head += " " + error["errorType"]
    if error["errorMessage"]:
        head += (": " if error["errorType"] else " ") + error["errorMessage"]
    lines = [head, "Traceback (most recent call last):"]
    for entry in error["stackTrace"]:
        lines.extend(_keep_indentation(line) for line in entry.splitlines() or [""])
    sys.stdout.write("\r".join(lines) + "\n")


def _keep_indentation(line):
    """Leading spaces become no-break spaces, which log viewers do not swallow."""
    text = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(text)) + text
