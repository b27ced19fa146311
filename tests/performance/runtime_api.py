"""The side of Lambda that a function talks to, for one process of one function."""

import json
import queue
import time
import uuid
from dataclasses import dataclass

from web import Answer, Server

PATIENCE_SECONDS = 60
FUNCTION_ARN = "arn:aws:lambda:eu-central-1:123456789012:function:measured"


@dataclass
class Outcome:
    """What a function answered to an event, and how long it took."""

    seconds: float
    answered_at: float
    answer: dict


class Failed(Exception):
    """The function ended, or reported an error."""


class RuntimeApi:
    """Hands out events and takes answers. `ended` must be called when the process is over."""

    def __init__(self, steps):
        self._events = queue.Queue()
        self._news = queue.Queue()
        self._handed_out = {}
        self._closing = queue.Queue()
        self._server = Server("Lambda", ("127.0.0.1", 0), self._answer, steps=steps)
        self.address = f"127.0.0.1:{self._server.port}"

    def wait_until_asked(self):
        """When the function asked for an event."""
        return self._next_news("asked")

    def invoke(self, event):
        """Hands out an event. The function must have asked for it."""
        self._events.put(event)
        return self._next_news("answered")

    def ended(self, how):
        """Nobody will ask any more."""
        self._news.put(("failed", how))
        self._events.put(None)
        self._closing.put(None)
        self._server.close()

    def _next_news(self, wanted):
        try:
            what, value = self._news.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise Failed(f"nothing happened for {PATIENCE_SECONDS} s") from None
        if what != wanted:
            raise Failed(f"waited for {wanted!r}, but: {what}: {value}")
        return value

    def _answer(self, request):
        version, _, path = request.target.removeprefix("/").partition("/")
        if path == "runtime/invocation/next":
            self._news.put(("asked", request.at))
            return self._hand_out()
        if path == "extension/register":
            told = {"functionName": "measured", "functionVersion": "1", "handler": "bootstrap"}
            return Answer(200, json.dumps(told).encode(), {"lambda-extension-identifier": str(uuid.uuid4())})
        if path == "extension/event/next":
            return self._closing.get()
        if path.endswith("/response"):
            handed_out = self._handed_out.pop(path.split("/")[-2])
            outcome = Outcome(request.at - handed_out, request.at, json.loads(request.body))
            self._news.put(("answered", outcome))
            return Answer(202, b"{}")
        if path.endswith("/error"):
            self._news.put(("failed", request.body.decode()))
            return Answer(202, b"{}")
        return Answer(404)

    def _hand_out(self):
        event = self._events.get()
        if event is None:
            return None
        request_id = str(uuid.uuid4())
        headers = {
            "content-type": "application/json",
            "lambda-runtime-aws-request-id": request_id,
            "lambda-runtime-deadline-ms": str(int((time.time() + PATIENCE_SECONDS) * 1000)),
            "lambda-runtime-invoked-function-arn": FUNCTION_ARN,
            "lambda-runtime-trace-id": "Root=1-5e1b4151-43a0913a12345678901234567;Sampled=0",
        }
        body = json.dumps(event).encode()
        self._handed_out[request_id] = time.perf_counter()
        return Answer(200, body, headers)
