"""What is stored is encrypted with our key, kept as long as it must be and no longer."""

from fnmatch import fnmatch

import pytest
from conditions import text_of
from conftest import ROOT, attribute_of, without_tests

KEY = {"Fn::GetAtt": ["Key", "Arn"]}

# What stores data, and where it names the key.
STORES = {
    "DynamoDB::Table": lambda table: table["SSESpecification"]["KMSMasterKeyId"],
    "Logs::LogGroup": lambda group: group["KmsKeyId"],
    "SNS::Topic": lambda topic: topic["KmsMasterKeyId"],
    "SQS::Queue": lambda queue: queue["KmsMasterKeyId"],
    "SecretsManager::Secret": lambda secret: secret["KmsKeyId"],
}
# What stores none of the tenant's.
OTHERS = {
    "CloudWatch::Alarm",
    "CloudWatch::Dashboard",
    "IAM::Policy",
    "IAM::Role",
    "KMS::Alias",
    "KMS::Key",
    "SNS::Subscription",
    "SNS::TopicPolicy",
    "SQS::QueuePolicy",
    # Rules: no secrets, and CloudFormation can make no SecureString.
    "SSM::Parameter",
    "Serverless::Function",
    "Serverless::HttpApi",
}

# What nobody can make again.
IRREPLACEABLE = {"Journal", "Key"}
# What CloudFormation deletes with what is in it.
HOLDING = {"DynamoDB::Table", "KMS::Key", "Logs::LogGroup", "SQS::Queue", "SecretsManager::Secret"}

# Rights to a key with which one could read what it encrypts, or let others.
READING = {"CreateGrant", "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom"}


def kind(resource):
    return resource["Type"].removeprefix("AWS::")


def test_it_is_known_of_every_kind_of_resource_whether_it_stores_data(template):
    assert {kind(resource) for resource in template["Resources"].values()} == STORES.keys() | OTHERS


@pytest.mark.parametrize("name", STORES)
def test_what_is_stored_is_encrypted_with_our_key(of_type, name):
    stores = of_type(name)
    assert stores
    for logical, properties in stores.items():
        assert STORES[name](properties) == KEY, logical


def test_variables_of_functions_are_encrypted_with_our_key(template, functions):
    assert template["Globals"]["Function"]["KmsKeyArn"] == KEY
    assert all("KmsKeyArn" not in function for function in functions.values())


def test_what_cannot_be_made_again_stays_and_all_else_goes_on_purpose(template):
    for name, resource in template["Resources"].items():
        policies = {resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")}
        if name in IRREPLACEABLE:
            assert policies == {"Retain"}, name
        elif kind(resource) in HOLDING:
            assert policies == {"Delete"}, name
        else:
            assert policies == {None}, name


def test_every_log_is_deleted_in_time(of_type):
    for name, group in of_type("Logs::LogGroup").items():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


@pytest.fixture(scope="module")
def journal(resources):
    return resources["Journal"]


@pytest.fixture(scope="module")
def dynamodb():
    """The code of the journal on DynamoDB."""
    paths = sorted((ROOT / "shared/journal/src").glob("dynamo*.rs")) + sorted(
        (ROOT / "shared/journal/src").glob("dynamo*/**/*.rs")
    )
    assert paths, "there is no journal on DynamoDB"
    return "\n".join(without_tests(path.read_text()) for path in paths)


def keys_of(schema):
    return [(key["AttributeName"], key["KeyType"]) for key in schema]


def test_the_journal_is_paid_by_use_and_can_be_restored(journal):
    assert journal["BillingMode"] == "PAY_PER_REQUEST"
    assert journal["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert journal["SSESpecification"]["SSEEnabled"] is True
    assert journal["SSESpecification"]["SSEType"] == "KMS"


def test_nobody_deletes_the_journal_by_mistake(journal, template):
    assert journal["DeletionProtectionEnabled"] == {"Ref": "JournalDeletionProtection"}
    assert template["Parameters"]["JournalDeletionProtection"]["Default"] == "true"


def test_keys_index_and_time_to_live_have_the_names_that_the_code_uses(journal, dynamodb):
    (index,) = journal["GlobalSecondaryIndexes"]
    assert keys_of(journal["KeySchema"]) == [("pk", "HASH"), ("sk", "RANGE")]
    assert keys_of(index["KeySchema"]) == [("listing", "HASH"), ("listed_at", "RANGE")]
    assert index["Projection"] == {"ProjectionType": "ALL"}
    assert journal["TimeToLiveSpecification"]["Enabled"] is True
    names = {key["AttributeName"] for key in journal["KeySchema"] + index["KeySchema"]}
    assert {definition["AttributeName"] for definition in journal["AttributeDefinitions"]} == names
    names |= {index["IndexName"], journal["TimeToLiveSpecification"]["AttributeName"]}
    assert names == {"pk", "sk", "listing", "listed_at", "expires_at"}
    for name in names:
        assert f'"{name}"' in dynamodb, name


@pytest.fixture(scope="module")
def key_policy(resources):
    return {statement["Sid"]: statement for statement in resources["Key"]["KeyPolicy"]["Statement"]}


def test_the_key_is_renewed_every_year(resources):
    assert resources["Key"]["EnableKeyRotation"] is True


def test_the_account_administers_the_key_and_cannot_read_with_it(key_policy):
    allowed = key_policy["Administer"]["Action"]
    assert [pattern for pattern in allowed for right in READING if fnmatch(f"kms:{right}", pattern)] == []
    # Without this one AWS refuses the key, as nobody could ever change its policy.
    assert "kms:Put*" in allowed


def test_the_key_is_used_through_the_services_that_hold_data_and_by_nobody_else(key_policy):
    def services(name):
        ((operator, condition),) = key_policy[name]["Condition"].items()
        ((key, hosts),) = condition.items()
        assert (operator, key) == ("StringEquals", "kms:ViaService"), name
        return {text_of(host).removesuffix(".${AWS::Region}.${AWS::URLSuffix}") for host in hosts}

    assert key_policy.keys() == {
        "Administer",
        "UseThroughServices",
        "GrantThroughServices",
        "EncryptLogs",
        "TellOfAlarms",
    }
    assert services("UseThroughServices") == {"dynamodb", "lambda", "secretsmanager", "sqs"}
    assert services("GrantThroughServices") == {"dynamodb", "lambda"}


def test_nobody_outside_the_account_is_let_at_the_key(key_policy):
    account = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    services = {
        "EncryptLogs": "logs.${AWS::Region}.${AWS::URLSuffix}",
        "TellOfAlarms": "cloudwatch.amazonaws.com",
    }
    for name, statement in key_policy.items():
        if name in services:
            assert text_of(statement["Principal"]["Service"]) == services[name]
        else:
            assert statement["Principal"] == account, name


def test_logs_are_encrypted_group_by_group(key_policy, of_type):
    (condition,) = key_policy["EncryptLogs"]["Condition"].values()
    allowed = {text_of(arn).split(":log-group:")[1] for arn in condition["kms:EncryptionContext:aws:logs:arn"]}
    assert allowed == {text_of(group["LogGroupName"]) for group in of_type("Logs::LogGroup").values()}


def test_alarms_of_this_account_alone_reach_the_topic_and_its_key(key_policy, of_type):
    (topic,) = of_type("SNS::Topic").values()
    condition = key_policy["TellOfAlarms"]["Condition"]["StringEquals"]
    assert condition["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    arn = text_of(condition["kms:EncryptionContext:aws:sns:topicArn"])
    assert arn.endswith(f":${{AWS::AccountId}}:{text_of(topic['TopicName'])}")
    (policy,) = of_type("SNS::TopicPolicy").values()
    (allow,) = [statement for statement in policy["PolicyDocument"]["Statement"] if statement["Effect"] == "Allow"]
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allow["Action"] == "sns:Publish"
    assert allow["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    source = text_of(allow["Condition"]["ArnLike"]["aws:SourceArn"])
    assert source.endswith(":alarm:${AWS::StackName}-*")


def test_the_alias_leads_to_the_key(of_type):
    (alias,) = of_type("KMS::Alias").values()
    assert alias["TargetKeyId"] == {"Ref": "Key"}
    assert attribute_of(KEY) in of_type("KMS::Key")
