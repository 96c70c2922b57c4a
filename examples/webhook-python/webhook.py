"""Webhook: takes GitHub's deliveries and trusts only those signed with the shared secret."""

import base64
import hashlib
import hmac
import json
import os

SECRET = os.environ["WEBHOOK_SECRET"].encode()


def handler(event, context):
    headers = event["headers"]
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()

    if not is_signed(raw, headers.get("x-hub-signature-256", "")):
        return answer(401, message="The signature in X-Hub-Signature-256 is missing or wrong.")
    try:
        payload = json.loads(raw)
    except ValueError as error:
        return answer(400, message=f"The body is no JSON: {error}")
    if not isinstance(payload, dict):
        return answer(400, message="The body is JSON but no object.")

    name, action = headers.get("x-github-event"), payload.get("action")
    print(f"Delivery {headers.get('x-github-delivery')}: {name} {action or ''}")
    # This is the place to act on the delivery.
    return answer(200, event=name, action=action)


def is_signed(raw, signature):
    expected = "sha256=" + hmac.new(SECRET, raw, hashlib.sha256).hexdigest()
    # Takes the same time wherever the two differ, so that nobody can guess byte by byte.
    return hmac.compare_digest(expected.encode(), signature.encode())


def answer(status, **content):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(content),
    }
