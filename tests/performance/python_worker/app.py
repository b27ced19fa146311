"""What contact-policy does on most days, as a Python function: visits companies, and finds all in order.

Written for comparison, and as well as we could: clients, secret and rules are made once per process, connections are
kept, what the PSA answers is checked by a model. A visit makes the same requests to the PSA as ours does, asks the
journal what is known of the company, and leaves there who its default contact is. It decides far less than ours: three
plain rules in place of the policies; it neither writes nor looks for deleted contacts, and keeps to no rate. Whoever
breaks a rule is logged.
"""

import base64
import json
import os
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from functools import cached_property

import boto3
import requests
from botocore.config import Config
from pydantic import BaseModel, ConfigDict, Field, ValidationError

PAGE = 1000
PRIMARY_LABEL = "primary"
API = "apis/3.0"
TIMEOUT = (3, 10)


class Record(BaseModel):
    """The PSA leaves out whatever is null, and adds properties with every release."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Reference(Record):
    id: int
    name: str | None = None


class CommunicationItem(Record):
    type: Reference | None = None
    value: str = ""
    communication_type: str | None = Field(None, alias="communicationType")
    default: bool = Field(False, alias="defaultFlag")


class Contact(Record):
    id: int
    first_name: str = Field("", alias="firstName")
    last_name: str = Field("", alias="lastName")
    company: Reference | None = None
    inactive: bool = Field(False, alias="inactiveFlag")
    portal_disabled: bool = Field(True, alias="disablePortalLoginFlag")
    types: list[Reference] = []
    communication_items: list[CommunicationItem] = Field([], alias="communicationItems")

    @property
    def emails(self):
        return {item.value.strip().lower() for item in self.communication_items if item.communication_type == "Email"}


class Company(Record):
    id: int
    default_contact: Reference | None = Field(None, alias="defaultContact")
    deleted: bool = Field(False, alias="deletedFlag")


class ContactType(Record):
    id: int
    description: str = ""


class Visit(Record):
    company: int
    contact: int | None = None


class Message(BaseModel):
    visit: Visit = Field(alias="VisitCompanyV1")


class Psa:
    """Reads one instance of ConnectWise PSA."""

    def __init__(self, site, secret):
        self.site = site.rstrip("/")
        self.login_company = secret["login_company"]
        login = f"{self.login_company}+{secret['public_key']}:{secret['private_key']}"
        self.headers = {
            "Authorization": "Basic " + base64.b64encode(login.encode()).decode(),
            "clientId": secret["client_id"],
            "Accept": "application/vnd.connectwise.com+json; version=2025.1",
        }
        self.http = requests.Session()

    @cached_property
    def api(self):
        """The address of the API: its codebase changes with each release, and the site tells it without credentials."""
        url = f"{self.site}/login/companyinfo/{self.login_company}"
        answer = self.http.get(url, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        host = re.sub(r"^https://(?=(na|eu|au|aus|za)\.myconnectwise\.net$)", "https://api-", self.site)
        return f"{host}/{answer.json()['Codebase']}{API}"

    @cached_property
    def primary_label(self):
        labels = [ContactType.model_validate(item) for item in self.get("company/contacts/types", pageSize=PAGE)]
        return next((label.id for label in labels if label.description.strip().lower() == PRIMARY_LABEL), None)

    def company(self, company):
        return Company.model_validate(self.get(f"company/companies/{company}"))

    def contacts_of(self, company):
        items = self.get(
            "company/contacts",
            headers={"pagination-type": "forward-only"},
            conditions=f"company/id={company}",
            pageSize=PAGE,
        )
        return [Contact.model_validate(item) for item in items]

    def get(self, path, headers=None, **query):
        headers = {**self.headers, **(headers or {})}
        answer = self.http.get(
            f"{self.api}/{path}", params=query, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
        answer.raise_for_status()
        return answer.json()


SESSION = boto3.Session()
AWS = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard"})


def read_secret():
    client = SESSION.client("secretsmanager", config=AWS)
    return json.loads(client.get_secret_value(SecretId=os.environ["ROLLCALL_CONNECTWISE_SECRET_ID"])["SecretString"])


def read_rules():
    client = SESSION.client("ssm", config=AWS)
    return tomllib.loads(client.get_parameter(Name=os.environ["ROLLCALL_RULES_PARAMETER"])["Parameter"]["Value"])


PSA = Psa(os.environ["ROLLCALL_CONNECTWISE_SITE"], read_secret())
RULES = read_rules()
QUEUE_URL = os.environ["ROLLCALL_QUEUE_URL"]
SQS = SESSION.client("sqs", config=AWS)
TABLE = os.environ["ROLLCALL_JOURNAL_TABLE"]
# The client, not the resource: that one would take longer to make, and more memory.
JOURNAL = SESSION.client("dynamodb", config=AWS)


def handler(event, context):
    """A failure stops only its own group: that message and the later ones of its group come back."""
    failed_groups, failures = set(), []
    visited = set()
    for record in event["Records"]:
        group = record["attributes"]["MessageGroupId"]
        if group not in failed_groups:
            try:
                message = Message.model_validate_json(record["body"])
                if message.visit.company not in visited:
                    visit(message.visit, context)
                    visited.add(message.visit.company)
                continue
            except (requests.RequestException, ValidationError, JOURNAL.exceptions.ClientError) as error:
                log(context, "ERROR", "a message comes back", error=type(error).__name__)
                failed_groups.add(group)
                put_off(record, error)
        failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def put_off(record, error):
    """The PSA says when it wants to be asked again."""
    answer = getattr(error, "response", None)
    wait = getattr(answer, "headers", {}).get("Retry-After")
    if wait and wait.isdigit():
        SQS.change_message_visibility(
            QueueUrl=QUEUE_URL, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=int(wait)
        )


def visit(wanted, context):
    label = PSA.primary_label
    known = past(wanted.company)
    company = PSA.company(wanted.company)
    contacts = [c for c in PSA.contacts_of(wanted.company) if c.company and c.company.id == company.id]
    findings = judge(company, contacts, label)
    remember(company)
    log(
        context,
        "INFO",
        "visited a company",
        **{"company.id": company.id, "contacts": len(contacts), "known": len(known), "findings": findings},
    )


def judge(company, contacts, label):
    """The ids of those who break a rule, by rule. What each policy may do is for the rules to say; we only observe."""
    modes = {**RULES.get("modes", {}), **RULES.get("companies", {}).get(str(company.id), {})}
    active = [contact for contact in contacts if not contact.inactive]
    found = {}
    if modes.get("portal-invite") != "off":
        found["portal-invite"] = [c.id for c in active if not c.portal_disabled and not c.emails]
    if modes.get("primary-contact") != "off":
        primary = company.default_contact.id if company.default_contact else None
        labeled = [c.id for c in active if any(kind.id == label for kind in c.types)]
        found["primary-contact"] = [id for id in labeled if id != primary]
    if modes.get("merge-duplicates") != "off":
        keys = Counter((c.first_name.lower(), c.last_name.lower(), email) for c in active for email in c.emails)
        found["merge-duplicates"] = [
            c.id
            for c in active
            if any(keys[c.first_name.lower(), c.last_name.lower(), email] > 1 for email in c.emails)
        ]
    return {rule: ids for rule, ids in found.items() if ids}


def past(company):
    """What the journal knows of a company."""
    return JOURNAL.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :company",
        ExpressionAttributeValues={":company": {"S": f"company#{company}"}},
    )["Items"]


def remember(company):
    default = {"N": str(company.default_contact.id)} if company.default_contact else {"NULL": True}
    item = {"pk": {"S": f"company#{company.id}"}, "sk": {"S": "default"}, "contact": default}
    JOURNAL.put_item(TableName=TABLE, Item=item)


def log(context, level, message, **fields):
    line = {
        "timestamp": datetime.now(UTC).isoformat(),
        "level": level,
        "message": message,
        "request.id": context.aws_request_id,
        **fields,
    }
    print(json.dumps(line))
