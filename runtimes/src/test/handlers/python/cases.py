"""Handlers for the contract with AWS's client."""

import collections
import datetime
import decimal
import logging
import os
import sys

logger = logging.getLogger("own")
calls = 0


def echo(event, context):
    return event


def context(event, context):
    remaining = context.get_remaining_time_in_millis()
    client = context.client_context
    return {
        "aws_request_id": context.aws_request_id,
        "log_group_name": context.log_group_name,
        "log_stream_name": context.log_stream_name,
        "function_name": context.function_name,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "tenant_id": context.tenant_id,
        "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
        "client": client
        and [client.custom, client.env, client.client and client.client.app_title],
        "has_w3c": client and hasattr(client, "w3c"),
        "w3c": context.w3c(),
        "remaining": 0 < remaining <= 3600000 and type(remaining).__name__,
        "public": sorted(name for name in dir(context) if not name.startswith("_")),
    }


def context_text(event, context):
    return repr(context)


def environment(event, context):
    own = ("MAYFLY_SOCKET", "AWS_LAMBDA_RUNTIME_API")
    return {name: value for name, value in sorted(os.environ.items()) if name not in own}


def path(event, context):
    return [os.getcwd() == os.environ["LAMBDA_TASK_ROOT"], __name__, __file__]


def raises(event, context):
    raise ValueError("no good: ü %s" % event)


class Own(Exception):
    pass


def raises_own(event, context):
    raise Own()


def raises_from(event, context):
    try:
        return {}["absent"]
    except KeyError as error:
        raise RuntimeError("outer") from error


def raises_group_of_lines(event, context):
    raise ValueError("first\nsecond\n  third")


def recurses(event, context):
    return recurses(event, context)


def returns_set(event, context):
    return {1}


def returns_decimal(event, context):
    return {"a": decimal.Decimal("1.10"), "b": [decimal.Decimal("1E+3"), decimal.Decimal("NaN")]}


def returns_nan(event, context):
    return [float("nan"), float("inf")]


def returns_named_tuple(event, context):
    return collections.namedtuple("Point", "x y")(1, (2, 3))


def returns_bytes(event, context):
    return b"raw <bytes>"


def returns_bytes_inside(event, context):
    return {"a": b"text", b"key": 1}


def returns_text(event, context):
    return "ü 😀 \u2028 < & \x00 \x7f"


def returns_date(event, context):
    return {"at": datetime.date(2026, 1, 1)}


def returns_circle(event, context):
    circle = []
    circle.append(circle)
    return circle


def returns_odd_keys(event, context):
    return {1: "a", None: "b", True: "c", 1.5: "d"}


def returns_nothing(event, context):
    pass


def returns_much(event, context):
    return "x" * 5000000


def exits(event, context):
    sys.exit(3)


def exits_with_text(event, context):
    sys.exit("so long")


def dies(event, context):
    os._exit(7)


def interrupts(event, context):
    raise KeyboardInterrupt()


def logs(event, context):
    print("printed", event)
    sys.stdout.write("without end")
    sys.stderr.write("to error\n")
    print()
    logging.info("not shown")
    logging.warning("shown %s", "ü")
    logger.error("two\nlines")
    context.log("by context\n")


def logs_levels(event, context):
    logger.debug("debug")
    logger.info("info %d", 1)
    logger.warning({"a": 1, "b": object})
    logger.error("error", extra={"more": [1, 2], "odd": {1}})
    logger.critical("critical")
    logger.log(25, "between")


def logs_error(event, context):
    try:
        raises(event, context)
    except ValueError:
        logger.exception("caught")


def counts(event, context):
    global calls
    calls += 1
    return [calls, os.environ.get("_X_AMZN_TRACE_ID")]


class Class:
    def __init__(self, event=None, context=None):
        pass

    def method(self, event, context):
        return ["method", event]

    @staticmethod
    def static(event, context):
        return ["static", event]

    def __call__(self, event, context):
        return ["called", event]


bound = Class().method
callable_object = Class()
static = Class.static
number = 5
