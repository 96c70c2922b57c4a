"""Echo: answers with the event it was called with."""


def handler(event, context):
    return event
