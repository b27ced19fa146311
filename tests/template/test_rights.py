"""Each function may do what it does, and nothing else."""

import pytest
from conftest import as_list

RECEIVER = {
    "sqs:SendMessage": "WorkQueue",
    "secretsmanager:GetSecretValue": "TenantSecret",
    "logs:CreateLogStream": "CallbackReceiverLogs",
    "logs:PutLogEvents": "CallbackReceiverLogs",
}
WORKER = {
    "sqs:ReceiveMessage": "WorkQueue",
    "sqs:DeleteMessage": "WorkQueue",
    "sqs:GetQueueAttributes": "WorkQueue",
    "sqs:ChangeMessageVisibility": "WorkQueue",
    "sqs:SendMessage": "WorkQueue",
    "secretsmanager:GetSecretValue": "ConnectWiseSecret",
    "ssm:GetParameter": "Rules",
    "logs:CreateLogStream": "ContactPolicyLogs",
    "logs:PutLogEvents": "ContactPolicyLogs",
}


def named(resource):
    """The logical name of the one resource that a policy's `Resource` stands for."""
    if "Ref" in resource:
        return resource["Ref"]
    if "Fn::GetAtt" in resource:
        return resource["Fn::GetAtt"][0]
    # The only ARN that is put together: `…:parameter${Rules}`.
    return resource["Fn::Sub"].rsplit("parameter", 1)[1].strip("${}")


@pytest.mark.parametrize("folder, rights", [("callback-receiver", RECEIVER), ("contact-policy", WORKER)])
def test_a_function_has_exactly_these_rights(statements, folder, rights):
    granted = {
        action: named(statement["Resource"])
        for statement in statements[folder]
        for action in as_list(statement["Action"])
    }
    assert granted == rights


def test_every_function_has_its_rights_listed_here(statements):
    assert sorted(statements) == ["callback-receiver", "contact-policy"]


def test_rights_are_allowed_by_name_on_named_resources(statements):
    for folder, of_folder in statements.items():
        for statement in of_folder:
            assert statement["Effect"] == "Allow", folder
            assert not {"NotAction", "NotResource"} & statement.keys(), folder
            for action in as_list(statement["Action"]):
                assert "*" not in action, f"{folder} {action}"
            for resource in as_list(statement["Resource"]):
                assert "*" not in str(resource), f"{folder} {resource}"


def test_a_role_has_no_rights_from_elsewhere_and_one_user(template, functions):
    roles = {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }
    assert len(roles) == len(functions)
    for name, role in roles.items():
        assert "ManagedPolicyArns" not in role, name
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}, name
    used = {function["Role"]["Fn::GetAtt"][0] for function in functions.values()}
    assert used == roles.keys()
    # With a role of its own, a function's `Policies` would be ignored by SAM without a word.
    assert all("Policies" not in function for function in functions.values())


def test_each_function_reads_a_secret_of_its_own(statements):
    secrets = [
        named(statement["Resource"])
        for of_folder in statements.values()
        for statement in of_folder
        if "secretsmanager:GetSecretValue" in as_list(statement["Action"])
    ]
    assert len(secrets) == len(set(secrets)) == len(statements)
