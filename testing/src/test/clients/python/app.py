"""What a function can see and do, one action for each event."""

import os
import time

calls = 0


class Own(Exception):
    pass


def echo(event, context):
    return event


def throws(event, context):
    raise Own("no good: ü 😀")


def counts(event, context):
    global calls
    calls += 1
    return calls


def meets(event, context):
    """Answers once as many calls of the same meeting as the event says are in this instance."""
    open("/tmp/%s-%s" % (event["meeting"], context.aws_request_id), "w").close()
    while sum(name.startswith(event["meeting"]) for name in os.listdir("/tmp")) < event["calls"]:
        time.sleep(0.002)
    print("met", context.aws_request_id)
    return context.aws_request_id


def shows_context(event, context):
    remaining = context.get_remaining_time_in_millis()
    client = context.client_context
    return {
        "requestId": context.aws_request_id,
        "logGroup": context.log_group_name,
        "logStream": context.log_stream_name == os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
        "name": context.function_name,
        "memory": context.memory_limit_in_mb,
        "version": context.function_version,
        "arn": context.invoked_function_arn,
        "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
        "client": client and [client.custom, client.env, client.client and client.client.app_title],
        "remaining": 0 < remaining <= event["timeout"],
        "public": sorted(name for name in dir(context) if not name.startswith("_")),
    }


def shows_environment(event, context):
    return dict(os.environ)


def sleeps(event, context):
    time.sleep(3600)


def exits(event, context):
    os._exit(3)


def logs(event, context):
    print("printed for", context.aws_request_id)
    return None


def handler(event, context):
    return globals()[event["do"]](event, context)
