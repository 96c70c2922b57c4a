def handler(event, context):
    left = context.get_remaining_time_in_millis()
    return {
        "statusCode": 200,
        "headers": {"content-type": "text/plain"},
        "body": f"Hello from {context.function_name}, with {left} ms left to say so.\n",
    }
