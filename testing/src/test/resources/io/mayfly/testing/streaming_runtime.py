#!/usr/bin/python3
"""A custom runtime that streams over the Runtime API: two calls at a time, each on a thread."""
import base64
import http.client
import json
import os
import socket
import threading

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
PATH = "/2018-06-01/runtime/invocation/"
gate = threading.Event()


def stream(request_id, event):
    global gate
    gate = opened = threading.Event()
    host, port = API.split(":")
    link = socket.create_connection((host, int(port)))

    def chunk(data):
        link.sendall(b"%x\r\n%s\r\n" % (len(data), data))

    link.sendall((
        f"POST {PATH}{request_id}/response HTTP/1.1\r\nHost: {API}\r\n"
        "Content-Type: text/plain\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n"
        "Trailer: Lambda-Runtime-Function-Error-Type\r\n"
        "Trailer: Lambda-Runtime-Function-Error-Body\r\n"
        "Transfer-Encoding: chunked\r\n\r\n").encode())
    chunk(b"first")
    opened.wait()
    if event == "breaks off":
        link.sendall(b"100\r\nhalf")
        link.close()
        return
    if event == "garbage":
        link.sendall(b"a lot\r\n")
    elif event == "kill":
        os.kill(os.getpid(), 9)
    else:
        chunk(b"second")
    link.sendall(b"0\r\n")
    if event == "fails":
        error = base64.b64encode(b'{"errorType": "Own", "errorMessage": "in the middle"}')
        link.sendall(b"Lambda-Runtime-Function-Error-Type: Own\r\n"
                     b"Lambda-Runtime-Function-Error-Body: " + error + b"\r\n")
    link.sendall(b"\r\n")
    link.recv(1000)
    link.close()


def serve():
    api = http.client.HTTPConnection(API)
    while True:
        api.request("GET", PATH + "next")
        answer = api.getresponse()
        event = json.loads(answer.read())
        request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        if event == "go":
            gate.set()
            api.request("POST", PATH + request_id + "/response", "\"went\"")
            api.getresponse().read()
        else:
            stream(request_id, event)


for _ in range(2):
    threading.Thread(target=serve).start()
