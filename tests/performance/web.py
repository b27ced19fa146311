"""A small HTTP/1.1 server: a thread per connection, and the time of each step.

`http.server` would do, but takes longer for a request than the functions that are measured.
"""

import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

REASONS = {200: "OK", 202: "Accepted", 404: "Not Found"}


@dataclass
class Request:
    method: str
    target: str
    headers: dict
    body: bytes
    # When it was here as a whole.
    at: float


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)


@dataclass
class Step:
    """Something that happened on a connection: `connected`, `secured`, `asked` or `answered`."""

    at: float
    name: str
    server: str
    what: str = ""


class Server:
    """Answers requests with `answer`, which hangs up by returning nothing; all that happens goes to `steps`."""

    def __init__(self, name, address, answer, certificate=None, steps=None):
        self.name = name
        self.answer = answer
        self.certificate = certificate
        self.steps = [] if steps is None else steps
        self.listener = socket.create_server(address, backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Takes no more connections."""
        # Without the shutdown, the thread would go on waiting for one.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _peer = self.listener.accept()
            except OSError:
                return
            self._step("connected")
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        # A process that is killed leaves its connections half-way; that is how each start ends.
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.certificate:
                connection = self.certificate.wrap_socket(connection, server_side=True)
                self._step("secured")
            with connection, connection.makefile("rb") as stream:
                while request := read(stream):
                    what = f"{request.method} {request.target} {request.headers.get('x-amz-target', '')}".strip()
                    self._step("asked", what, request.at)
                    answer = self.answer(request)
                    if answer is None:
                        return
                    self._step("answered", what)
                    connection.sendall(written(answer))
        except (ConnectionError, ssl.SSLError, EOFError, ValueError):
            return

    def _step(self, name, what="", at=None):
        self.steps.append(Step(at or time.perf_counter(), name, self.name, what))


def read(stream):
    """The next request, or nothing at the end."""
    line = stream.readline()
    if not line:
        return None
    method, target, _version = line.decode("latin-1").split()
    headers = {}
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b"".join(iter(lambda: chunk(stream), b""))
    else:
        body = stream.read(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body, time.perf_counter())


def chunk(stream):
    size = int(stream.readline().split(b";")[0], 16)
    data = stream.read(size)
    stream.readline()
    return data


def written(answer):
    headers = {"content-length": len(answer.body), **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Other')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body
