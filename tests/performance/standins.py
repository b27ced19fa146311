"""What the functions talk to: AWS, and the PSA with TLS in front. The same for both languages."""

import base64
import hashlib
import hmac
import http.client
import json
import queue
import ssl
import subprocess
import threading
import uuid
from pathlib import Path

import trustme
from network import AWS_ADDRESS, AWS_HOSTS, PSA_ADDRESS, PSA_API, PSA_SITE
from web import Answer, Server

HTTPS = 443
PATH_TOKEN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL"


class Trust:
    """An authority of our own, among those that a machine trusts: how long the list is counts."""

    def __init__(self, folder: Path, usual: Path):
        self.authority = trustme.CA()
        self.bundle = folder / "authorities.pem"
        self.bundle.write_bytes(usual.read_bytes() + b"\n" + self.authority.cert_pem.bytes())

    def certificate(self, *hosts):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        self.authority.issue_cert(*hosts).configure_cert(context)
        return context


class Aws:
    """Secrets Manager and SSM with one value each, a queue that takes everything, and an empty table."""

    def __init__(self, trust, steps):
        self.secrets = {}
        self.parameters = {}
        self.sent = []
        Server("AWS", (AWS_ADDRESS, HTTPS), self._answer, trust.certificate(*AWS_HOSTS), steps)

    def _answer(self, request):
        service, _, operation = request.headers.get("x-amz-target", ".").rpartition(".")
        asked = json.loads(request.body or b"{}")
        if operation == "GetSecretValue":
            told = {"Name": asked["SecretId"], "SecretString": self.secrets[asked["SecretId"]]}
        elif operation == "GetParameter":
            told = {"Parameter": {"Name": asked["Name"], "Type": "String", "Value": self.parameters[asked["Name"]]}}
        elif operation == "SendMessage":
            self.sent.append(asked)
            digest = hashlib.md5(asked["MessageBody"].encode()).hexdigest()
            told = {"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest, "SequenceNumber": str(len(self.sent))}
        elif service.startswith("DynamoDB"):
            told = of_empty_table(operation, asked)
        else:
            return Answer(400, json.dumps({"__type": "UnknownOperationException"}).encode())
        return Answer(200, json.dumps(told).encode(), {"content-type": "application/x-amz-json-1.1"})


def of_empty_table(operation, asked):
    if operation in ("Query", "Scan"):
        return {"Items": [], "Count": 0, "ScannedCount": 0}
    if operation == "BatchGetItem":
        return {"Responses": {table: [] for table in asked["RequestItems"]}, "UnprocessedKeys": {}}
    if operation == "TransactGetItems":
        return {"Responses": [{} for _ in asked["TransactItems"]]}
    return {"UnprocessedItems": {}} if operation == "BatchWriteItem" else {}


class Psa:
    """`rollcall sandbox` under the name of a real site. What it says of its own address is put right on the way."""

    def __init__(self, rollcall: Path, folder: Path, trust, steps):
        self.callbacks = queue.Queue()
        catcher = Server("callbacks", ("127.0.0.1", 0), self._catch)
        url = f"http://127.0.0.1:{catcher.port}/cw/{PATH_TOKEN}"
        self.process = subprocess.Popen(
            [rollcall, "sandbox", "--listen", "127.0.0.1:0", "--callback", url],
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )
        self.origin = self._line("the sandbox listens on ")
        self.credentials = {
            "login_company": self._line("login company"),
            "public_key": self._line("public key"),
            "private_key": self._line("private key"),
            "client_id": self._line("client id"),
        }
        self.address = self.origin.removeprefix("http://")
        self.connections = threading.local()
        Server("PSA", (PSA_ADDRESS, HTTPS), self._forward, trust.certificate(PSA_SITE, PSA_API), steps)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def genuine_callback(self, contact):
        """A callback for a contact that somebody just edited, with the public name of the PSA in it, signed again."""
        self._edit(contact)
        sent = self.callbacks.get(timeout=30)
        body = sent.body.decode().replace(self.origin, f"https://{PSA_SITE}")
        key_url = json.loads(body)["Metadata"]["key_url"]
        assert key_url.startswith(f"https://{PSA_SITE}/"), "the sandbox names its keys in another way"
        key = json.loads(self._ask("GET", key_url.removeprefix(f"https://{PSA_SITE}")).read())["signing_key"]
        digest = hmac.digest(hashlib.sha256(key.encode()).digest(), body.encode(), "sha256")
        return body, base64.b64encode(digest).decode()

    def _edit(self, contact):
        login = "{login_company}+{public_key}:{private_key}".format(**self.credentials)
        headers = {
            "authorization": "Basic " + base64.b64encode(login.encode()).decode(),
            "clientid": self.credentials["client_id"],
            "content-type": "application/json",
        }
        patch = [{"op": "replace", "path": "nickName", "value": "R."}]
        path = f"/v4_6_release/apis/3.0/company/contacts/{contact}"
        answer = self._ask("PATCH", path, json.dumps(patch).encode(), headers)
        assert answer.status == 200, f"the sandbox refuses an edit: {answer.status} {answer.read()!r}"
        answer.read()

    def _catch(self, request):
        self.callbacks.put(request)
        return Answer(202)

    def _forward(self, request):
        kept = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}
        headers = {name: value for name, value in request.headers.items() if name not in kept}
        answer = self._ask(request.method, request.target, request.body or None, headers)
        body = answer.read().replace(self.origin.encode(), f"https://{PSA_API}".encode())
        kept = {name.lower(): value for name, value in answer.getheaders() if name.lower() in ("content-type", "link")}
        return Answer(answer.status, body, kept)

    def _ask(self, method, target, body=None, headers=None):
        connection = getattr(self.connections, "one", None)
        if connection is None:
            connection = self.connections.one = http.client.HTTPConnection(self.address)
        connection.request(method, target, body, headers or {})
        return connection.getresponse()

    def _line(self, label):
        line = self.process.stdout.readline().strip()
        assert line.startswith(label), f"the sandbox says {line!r} in place of {label!r}"
        return line.removeprefix(label).strip()
