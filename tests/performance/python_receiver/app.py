"""What callback-receiver does, as a Python function: authenticates a ConnectWise callback and puts it on the queue.

Written for comparison, and as well as we could: only what is needed is imported, clients and secrets are made once per
process, connections and keys are kept. It takes the same callbacks as ours, and checks them in the same order.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

LONGEST_BODY = 256 * 1024
KEY_LIFETIME_SECONDS = 60 * 60
CLOUDS = (".myconnectwise.net", ".connectwisedev.com")
# ConnectWise sends a callback again after this, and after no 5xx.
TRY_AGAIN = 429


class Refused(Exception):
    """A request that is not taken."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status
        self.reason = reason


def read_secret(session):
    config = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard"})
    client = session.client("secretsmanager", config=config)
    answer = client.get_secret_value(SecretId=os.environ["ROLLCALL_TENANT_SECRET_ID"])
    return json.loads(answer["SecretString"])


def hosts_of(site):
    """A site of the vendor's cloud is one tenant with and without `api-`."""
    if not site.endswith(CLOUDS):
        return {site}
    site = site.removeprefix("api-")
    return {site, f"api-{site}"}


SESSION = boto3.Session()
SECRET = read_secret(SESSION)
PATH_TOKEN = SECRET["path_token"].encode()
LOGIN_COMPANY = SECRET["login_company"]
KEY_HOSTS = hosts_of(SECRET["site_host"])
QUEUE_URL = os.environ["ROLLCALL_QUEUE_URL"]
SQS = SESSION.client("sqs", config=Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard"}))
HTTP = requests.Session()
KEYS = {}


def handler(event, context):
    body = {}
    try:
        status, answer = receive(event, body)
    except Refused as refusal:
        status, answer = refusal.status, {"status": "refused", "reason": refusal.reason}
    log(context, status, answer, body)
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(answer),
        "isBase64Encoded": False,
    }


def receive(event, seen):
    """The order is from cheap to dear: no outside request before the address of the key is bound to the tenant."""
    if event["requestContext"]["http"]["method"] != "POST":
        raise Refused(405, "method")
    _, _, token = event["rawPath"].rpartition("/cw/")
    if not hmac.compare_digest(token.encode(), PATH_TOKEN):
        raise Refused(403, "path")
    raw_body = raw_body_of(event)
    if len(raw_body) > LONGEST_BODY:
        raise Refused(413, "size")
    signature = signature_of(event["headers"].get("x-content-signature", ""))
    body = parse(raw_body)
    seen.update(body)
    key_url = bind(body)
    verify(signature, raw_body, key_url)
    if body["Type"] not in ("contact", "company"):
        return 202, {"status": "ignored"}
    send(body, raw_body)
    return 202, {"status": "queued"}


def raw_body_of(event):
    text = event.get("body") or ""
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()


def signature_of(header):
    try:
        signature = base64.b64decode(header.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(401, "unsigned") from None
    if len(signature) != hashlib.sha256().digest_size:
        raise Refused(401, "unsigned")
    return signature


def parse(raw_body):
    try:
        body = json.loads(raw_body)
        entity = body.get("Entity")
        body["Entity"] = json.loads(entity) if isinstance(entity, str) else entity
        body["ID"] = int(body["ID"])
        body["Type"], body["Action"] = str(body["Type"]).lower(), str(body["Action"]).lower()
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Refused(400, "body") from None
    return body


def bind(body):
    """The address of the key, if it is the tenant's: the body that names it is not verified yet."""
    if body.get("CompanyId") != LOGIN_COMPANY:
        raise Refused(403, "tenant")
    address = str((body.get("Metadata") or {}).get("key_url", ""))
    url = urlsplit(address)
    companies = parse_qs(url.query).get("companyName", [])
    is_ours = (
        url.scheme == "https"
        and url.netloc.lower() in KEY_HOSTS
        and "/system/callbackkey/" in url.path
        and companies == [LOGIN_COMPANY]
    )
    if not is_ours:
        raise Refused(403, "tenant")
    return address


def verify(signature, raw_body, key_url):
    """Keys change without notice under the same address, so a known key that does not fit is fetched once more."""
    key, fetched_at = KEYS.get(key_url, (None, 0.0))
    if key and time.monotonic() - fetched_at < KEY_LIFETIME_SECONDS and fits(signature, raw_body, key):
        return
    key = fetch(key_url)
    KEYS[key_url] = (key, time.monotonic())
    if not fits(signature, raw_body, key):
        raise Refused(401, "signature")


def fits(signature, raw_body, key):
    # The key of the HMAC is not the signing key but its SHA-256.
    expected = hmac.digest(hashlib.sha256(key.encode()).digest(), raw_body, "sha256")
    return hmac.compare_digest(signature, expected)


def fetch(key_url):
    try:
        answer = HTTP.get(key_url, timeout=2, allow_redirects=False)
        if 400 <= answer.status_code < 500 and answer.status_code not in (408, 429):
            raise Refused(401, "key")
        return answer.json()["signing_key"]
    except (requests.RequestException, KeyError, TypeError, ValueError):
        raise Refused(TRY_AGAIN, "key-server") from None


def send(body, raw_body):
    entity = body["Entity"] or {}
    company = (entity.get("company") or {}).get("id")
    cause = {
        "source": {"kind": "callback", "record": body["Type"], "action": body["Action"]},
        "message": body.get("MessageId"),
    }
    if body["Type"] == "company":
        message = {"VisitCompanyV1": {"company": body["ID"], "contact": None, "cause": cause}}
        group = f"company-{body['ID']}"
    elif company and body["Action"] != "deleted":
        message = {"VisitCompanyV1": {"company": company, "contact": body["ID"], "cause": cause}}
        group = f"company-{company}"
    else:
        message = {"LocateContactV1": {"contact": body["ID"], "cause": cause}}
        group = f"contact-{body['ID']}"
    try:
        SQS.send_message(
            QueueUrl=QUEUE_URL,
            MessageBody=json.dumps(message),
            MessageGroupId=group,
            MessageDeduplicationId=deduplication_id(body, entity, raw_body),
        )
    except (BotoCoreError, ClientError):
        raise Refused(TRY_AGAIN, "queue") from None


def deduplication_id(body, entity, raw_body):
    """A repetition of a callback is the same message, and a later edit of the same record is not."""
    message = body.get("MessageId") or hashlib.sha256(raw_body).hexdigest()
    updated = (entity.get("_info") or {}).get("lastUpdated", "")
    parts = ["callback", body["Type"], str(body["ID"]), body["Action"], message, updated]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def log(context, status, answer, body):
    line = {
        "timestamp": datetime.now(UTC).isoformat(),
        "level": "INFO",
        "message": f"callback {answer['status']}",
        "request.id": context.aws_request_id,
        "http.status": status,
        "reason": answer.get("reason"),
        "record.type": body.get("Type"),
        "record.action": body.get("Action"),
        "record.id": body.get("ID"),
        "message.id": body.get("MessageId"),
    }
    print(json.dumps(line))
