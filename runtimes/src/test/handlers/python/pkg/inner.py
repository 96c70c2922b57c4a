def handler(event, context):
    return [__name__, event]
