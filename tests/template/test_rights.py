"""Each function may do what it does, and nothing else. What it does is read from the code."""

import re

import botocore.session
import pytest
from botocore import xform_name
from conditions import text_of
from conftest import ROOT, as_list, attribute_of, files

RECEIVER = "callback-receiver"
WORKER = "contact-policy"
MIRRORS = ("mirror-itglue", "mirror-growcrm")
WORKERS = (WORKER, *MIRRORS)

# Who makes the calls to AWS that are in the code. Nobody: the operator's tool alone, with rights of the operator's own.
CALLERS = {
    "cloudformation:DescribeStacks": (),
    "secretsmanager:GetSecretValue": (RECEIVER, *WORKERS),
    "sqs:ChangeMessageVisibility": WORKERS,
    "sqs:DeleteMessage": (),
    "sqs:GetQueueAttributes": (),
    "sqs:ReceiveMessage": (),
    "sqs:SendMessage": (RECEIVER, WORKER),
    "ssm:GetParameter": WORKERS,
    "ssm:PutParameter": (),
}
# The journal is the workers', whatever the calls it is made of.
JOURNAL = "dynamodb:"
# Who may list it by time. A mirror's worker reads one company at a time.
LISTERS = (WORKER,)

# The mapping polls with the role of its function.
POLLED = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
# Lambda writes what the function prints.
LOGGED = {"logs:CreateLogStream", "logs:PutLogEvents"}

# What a right is about, by function: by the right itself where that differs from its service's others.
ABOUT = {
    RECEIVER: {
        "sqs": ["WorkQueue"],
        "secretsmanager": ["TenantSecret"],
        "logs": ["CallbackReceiverLogs"],
    },
    WORKER: {
        "sqs": ["WorkQueue"],
        "sqs:SendMessage": ["WorkQueue", "ItGlueQueue", "GrowCrmQueue"],
        "secretsmanager": ["ConnectWiseSecret"],
        "ssm": ["Rules"],
        "logs": ["ContactPolicyLogs"],
        "dynamodb": ["Journal"],
    },
} | {
    folder: {
        "sqs": [f"{mirror}Queue"],
        "secretsmanager": ["ConnectWiseSecret", f"{mirror}Secret"],
        "ssm": ["Rules"],
        "logs": [f"{mirror}MirrorLogs"],
        "dynamodb": ["Journal"],
    }
    for folder, mirror in zip(MIRRORS, ("ItGlue", "GrowCrm"))
}

# What it takes to do this to what is encrypted, through the service that does it. AWS documents it so.
UNLOCKED = {
    "sqs:SendMessage": {"kms:GenerateDataKey", "kms:Decrypt"},
    "sqs:ReceiveMessage": {"kms:Decrypt"},
    "secretsmanager:GetSecretValue": {"kms:Decrypt"},
    "dynamodb:": {"kms:Decrypt"},
}

# A transaction takes the rights of its parts, not one of its own.
PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}

# The folders with code that calls AWS, or might.
CRATES = sorted(path.parent.relative_to(ROOT) for path in ROOT.glob("[sf]*/*/Cargo.toml"))


def calls_of(crate):
    """The operations of AWS that a crate calls, as rights."""
    code = "\n".join(files(crate))
    session = botocore.session.get_session()
    found = set()
    for service in set(re.findall(r"\baws_sdk_(\w+)", code)):
        operations = session.get_service_model(service).operation_names
        # A call is a builder that something is set on at once: `.send_message().queue_url(…)`.
        called = set(re.findall(r"\.(\w+)\(\)\s*\.", code))
        found |= {f"{service}:{name}" for name in operations if xform_name(name) in called}
    if "dynamodb:TransactWriteItems" in found:
        found.remove("dynamodb:TransactWriteItems")
        parts = set(re.findall(r"\b(Put|Update|Delete|ConditionCheck)::builder\(", code))
        found |= {f"dynamodb:{PARTS[part]}" for part in parts}
    if "dynamodb:TransactGetItems" in found:
        found.remove("dynamodb:TransactGetItems")
        found.add("dynamodb:GetItem")
    return found


@pytest.fixture(scope="module")
def calls():
    return set().union(*(calls_of(crate) for crate in CRATES))


@pytest.fixture(scope="module")
def listings():
    """Whether the journal reads its index."""
    return ".index_name(" in "\n".join(files("shared/journal"))


def needed(folder, calls, listings):
    """The rights of a function: action, resource, and the service that a key is used through."""
    about = ABOUT[folder]
    actions = {call for call in calls if folder in CALLERS.get(call, ())} | LOGGED
    if folder in WORKERS:
        actions |= POLLED | {call for call in calls if call.startswith(JOURNAL)}
    rights = {
        (action, resource, None)
        for action in actions
        for resource in about.get(action) or about[action.split(":")[0]]
    }
    if folder in LISTERS and listings:
        rights.add(("dynamodb:Query", "Journal/index/listing", None))
    for action in actions:
        service = action.split(":")[0]
        keys = UNLOCKED.get(action, set()) | UNLOCKED.get(f"{service}:", set())
        rights |= {(key, "Key", service) for key in keys}
    return rights


def named(resource):
    """The logical name of the one resource that a policy's `Resource` stands for, and what is below it."""
    if "Ref" in resource:
        return resource["Ref"]
    if "Fn::GetAtt" in resource:
        return attribute_of(resource)
    text = text_of(resource)
    # Put together: an ARN that ends in `…:parameter${Rules}`, and the index of a table.
    parameter = re.fullmatch(r"arn:.*:parameter\$\{(\w+)\}", text)
    below = re.fullmatch(r"\$\{(\w+)\.Arn\}(/.+)", text)
    return parameter[1] if parameter else below[1] + below[2]


def services(statement):
    """The services that a key may be used through; none for what is no key."""
    if "Condition" not in statement:
        return [None]
    assert statement["Condition"].keys() == {"StringEquals"}
    assert statement["Condition"]["StringEquals"].keys() == {"kms:ViaService"}
    hosts = [text_of(host) for host in as_list(statement["Condition"]["StringEquals"]["kms:ViaService"])]
    assert all(host.endswith(".${AWS::Region}.${AWS::URLSuffix}") for host in hosts)
    return [host.split(".")[0] for host in hosts]


def granted(statements):
    return [
        (action, named(resource), service)
        for statement in statements
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        for service in services(statement)
    ]


def test_it_is_known_who_makes_each_call(calls):
    assert {call for call in calls if not call.startswith(JOURNAL)} == CALLERS.keys()


@pytest.mark.parametrize("folder", [RECEIVER, *WORKERS])
def test_a_function_has_the_rights_that_its_code_needs_and_no_more(statements, folder, calls, listings):
    rights = granted(statements[folder])
    assert set(rights) == needed(folder, calls, listings)
    assert len(rights) == len(set(rights)), "a right is granted twice"


def test_the_journal_is_on_dynamodb(calls, listings):
    assert {"dynamodb:Query", "dynamodb:PutItem"} <= calls
    assert listings


def test_every_function_has_its_rights_listed_here(statements):
    assert sorted(statements) == sorted(ABOUT)


def test_rights_are_allowed_by_name_on_named_resources(statements):
    for folder, of_folder in statements.items():
        for statement in of_folder:
            assert statement["Effect"] == "Allow", folder
            assert not {"NotAction", "NotResource"} & statement.keys(), folder
            for action in as_list(statement["Action"]):
                assert "*" not in action, f"{folder} {action}"
                # A key opens everything; through one service it opens what that service holds.
                assert ("Condition" in statement) == action.startswith("kms:"), f"{folder} {action}"
            for resource in as_list(statement["Resource"]):
                assert "*" not in str(resource), f"{folder} {resource}"


def test_a_role_has_no_rights_from_elsewhere_and_one_user(of_type, functions):
    roles = of_type("IAM::Role")
    assert len(roles) == len(functions)
    for name, role in roles.items():
        assert "ManagedPolicyArns" not in role, name
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}, name
    assert not of_type("IAM::ManagedPolicy")
    # What a role has only while something is on stands apart, each for one role.
    for name, policy in of_type("IAM::Policy").items():
        (role,) = policy["Roles"]
        assert role["Ref"] in roles, name
        assert not {"Users", "Groups"} & policy.keys(), name
    used = {attribute_of(function["Role"]) for function in functions.values()}
    assert used == roles.keys()
    # With a role of its own, a function's `Policies` would be ignored by SAM without a word.
    assert all("Policies" not in function for function in functions.values())


def test_a_function_reads_what_it_is_told_of_and_nobody_elses_secret(statements, functions):
    def read(folder):
        return {
            named(resource)
            for statement in statements[folder]
            if "secretsmanager:GetSecretValue" in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
        }

    for folder, function in functions.items():
        variables = function["Environment"]["Variables"].items()
        told = {value["Ref"] for name, value in variables if name.endswith("_SECRET_ID")}
        assert read(folder) == told, folder
    # The API member is everybody's who works; the receiver and each mirror have one secret more or another.
    own = [read(folder) - {"ConnectWiseSecret"} for folder in (RECEIVER, *MIRRORS)]
    assert [len(secrets) for secrets in own] == [1, 1, 1]
    assert len(set().union(*own)) == 3
    assert "ConnectWiseSecret" not in read(RECEIVER)
    assert read(WORKER) == {"ConnectWiseSecret"}
