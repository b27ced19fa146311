"""A relay for HTTP on this machine: it passes requests on unchanged, and remembers them."""

import http.client
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# These are about one connection, and each side of the relay has its own.
OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Exchange:
    """A request and its answer. The times are seconds since the epoch."""

    method: str
    path: str
    query: str
    headers: dict
    body: bytes
    arrived: float
    answered: float | None = None
    status: int | None = None
    answer: bytes = b""


class Relay:
    """Listens on a free port and passes everything on to one target, with these headers added."""

    def __init__(self, headers=None):
        self.target = None
        self.headers = headers or {}
        # Hangs up on everybody, as a server does that is not there.
        self.down = False
        # What every request takes longer than without the relay.
        self.latency = 0.0
        self._exchanges = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def exchanges(self):
        """What went through so far, oldest first. One that is under way has no status yet."""
        with self._lock:
            return list(self._exchanges)

    def close(self):
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self):
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # A short answer leaves at once, without waiting for more to send.
            disable_nagle_algorithm = True
            wbufsize = -1

            def log_message(self, *_):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path, _, query = self.path.partition("?")
                headers = {name.lower(): value for name, value in self.headers.items()}
                exchange = Exchange(self.command, path, query, headers, body, time.time())
                with relay._lock:
                    relay._exchanges.append(exchange)
                if relay.down:
                    self.close_connection = True
                    return
                time.sleep(relay.latency)
                try:
                    answer, exchange.answer = self.ask(body)
                except (OSError, http.client.HTTPException):
                    # As the client would have seen it: no answer.
                    self.close_connection = True
                    return
                # Noted first: who has the answer may look at once.
                exchange.answered, exchange.status = time.time(), answer.status
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in OF_A_CONNECTION:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(exchange.answer)))
                self.end_headers()
                self.wfile.write(exchange.answer)

            def ask(self, body):
                target = urlsplit(relay.target)
                connection = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
                try:
                    connection.putrequest(
                        self.command, target.path + self.path, skip_host=True, skip_accept_encoding=True
                    )
                    for name, value in self.headers.items():
                        if name.lower() not in OF_A_CONNECTION:
                            connection.putheader(name, value)
                    for name, value in relay.headers.items():
                        connection.putheader(name, value)
                    if "Content-Length" in self.headers:
                        connection.putheader("Content-Length", str(len(body)))
                    connection.endheaders(body)
                    answer = connection.getresponse()
                    return answer, answer.read()
                finally:
                    connection.close()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

        return Handler
