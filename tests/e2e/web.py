"""Asking a server on this machine."""

import http.client
from urllib.parse import urlsplit


def ask(url, method, path, headers, body=None):
    """Sends a request, and returns the content of the answer; fails unless all went well."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    assert answer.status < 300, f"{method} {path} was answered with {answer.status}: {text.decode()}"
    return text
