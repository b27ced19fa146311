"""Every folder in functions/ is deployed, under its own name, with its variables, and is reachable one way only."""

import json
import re
import subprocess

import pytest
from conftest import ROOT, attribute_of, files, without_tests

# A variable as the code names it.
VARIABLE = re.compile(r'"(ROLLCALL_[A-Z_]+)"')
FOLDERS = sorted(path.parent.name for path in ROOT.glob("functions/*/Cargo.toml"))


def variables_of(function):
    return function["Environment"]["Variables"]


def test_every_folder_has_one_function_and_every_function_a_folder(functions, template):
    deployed = [
        resource
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    assert sorted(functions) == FOLDERS
    assert len(deployed) == len(FOLDERS)


@pytest.fixture(scope="session")
def binaries():
    """The binaries of each package, as cargo sees them."""
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--offline", "--format-version=1"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return {
        package["name"]: [target["name"] for target in package["targets"] if "bin" in target["kind"]]
        for package in json.loads(metadata.stdout)["packages"]
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_package_binary_and_function_have_one_name(folder, template, binaries):
    # SAM builds the package at CodeUri and takes its only binary.
    assert binaries[folder] == [folder]
    (resource,) = [
        resource
        for resource in template["Resources"].values()
        if resource["Properties"].get("CodeUri") == f"functions/{folder}"
    ]
    assert resource["Metadata"]["BuildMethod"] == "rust-cargolambda"
    assert resource["Properties"]["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{folder}"}


def test_the_runtime_starts_the_binary_by_the_name_the_build_gives_it(template, functions):
    shared = template["Globals"]["Function"]
    assert shared["Runtime"] == "provided.al2023"
    assert shared["Handler"] == "bootstrap"
    for folder, function in functions.items():
        assert not {"Runtime", "Handler", "Architectures"} & function.keys(), folder


def test_every_variable_the_code_knows_is_in_the_template(functions):
    # Which function is given which is compared in tests/it/tidy/template.rs.
    known = {name for text in files("shared/startup", "functions") for name in VARIABLE.findall(text)}
    given = set().union(*(variables_of(function) for function in functions.values()))
    assert known == given


def test_no_variable_holds_a_secret(functions, template):
    secrets = {
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::SecretsManager::Secret"
    }
    for folder, function in functions.items():
        for name, value in variables_of(function).items():
            assert "resolve:secretsmanager" not in str(value), f"{folder} {name}"
            # A reference to a secret is its id, and its variable says so.
            names_a_secret = isinstance(value, dict) and value.get("Ref") in secrets
            assert names_a_secret == name.endswith("_SECRET_ID"), f"{folder} {name}"


def test_the_template_has_no_value_of_a_secret(resources):
    assert "SecretString" not in resources["TenantSecret"]
    assert resources["TenantSecret"]["GenerateSecretString"]["GenerateStringKey"] == "path_token"
    for name in ("ConnectWiseSecret", "ItGlueSecret", "GrowCrmSecret"):
        assert not {"SecretString", "GenerateSecretString"} & resources[name].keys(), name


def test_an_empty_secret_tells_the_keys_that_the_code_asks_for(resources):
    for name, module in [("ConnectWiseSecret", "connectwise"), ("ItGlueSecret", "itglue"), ("GrowCrmSecret", "growcrm")]:
        told = re.search(r"as JSON with (.*)\.$", resources[name]["Description"])[1]
        code = without_tests((ROOT / f"shared/startup/src/{module}.rs").read_text())
        remedy = re.search(r"set it to the id of the secret with ([^\"]*)", code)[1]
        assert told == remedy, name
        for key in re.split(r", | and ", told):
            assert f'"{key}"' in code, f"{name} {key}"


def test_the_tenants_secret_has_the_keys_that_the_code_asks_for(resources):
    generated = resources["TenantSecret"]["GenerateSecretString"]
    fields = json.loads(generated["SecretStringTemplate"]["Fn::Sub"])
    startup = "\n".join(files("shared/startup"))
    for key in [*fields, generated["GenerateStringKey"]]:
        assert f'"{key}"' in startup, key


def test_the_journal_is_the_table_and_keeps_what_the_operator_says(functions, mappings):
    for folder in mappings:
        variables = variables_of(functions[folder])
        assert variables["ROLLCALL_JOURNAL_TABLE"] == {"Ref": "Journal"}, folder
        assert variables["ROLLCALL_JOURNAL_KEEP_DAYS"] == {"Ref": "JournalKeepDays"}, folder


def test_callbacks_come_by_one_route_with_the_token_in_the_path(functions):
    (event,) = functions["callback-receiver"]["Events"].values()
    assert event["Type"] == "HttpApi"
    assert event["Properties"]["Method"] == "POST"
    assert event["Properties"]["Path"] == "/cw/{token}"
    assert event["Properties"]["PayloadFormatVersion"] == "2.0"


def test_the_access_log_does_not_hold_the_token(resources):
    log_format = resources["CallbackApi"]["AccessLogSettings"]["Format"]
    # The path has the token in it; the name of the route, `POST /cw/{token}`, has not.
    assert set(re.findall(r"\$context\.([A-Za-z.]+)", log_format)) == {
        "identity.sourceIp",
        "integrationErrorMessage",
        "integrationStatus",
        "requestId",
        "requestTime",
        "responseLatency",
        "routeKey",
        "status",
    }
    assert all(json.loads(log_format).values())


def test_a_function_logs_to_the_group_it_may_write_to(functions, of_type, statements):
    groups = of_type("Logs::LogGroup")
    for folder, function in functions.items():
        group = function["LoggingConfig"]["LogGroup"]["Ref"]
        assert group in groups, folder
        (write,) = [statement for statement in statements[folder] if statement["Sid"] == "WriteLogs"]
        assert attribute_of(write["Resource"]) == group, folder


def test_what_the_operators_tool_reads_of_the_stack_is_an_output_of_it(template):
    names = [
        name
        for text in files("shared/startup", "cli")
        for module in re.findall(r"mod output \{(.*?)\n\}", text, re.DOTALL)
        for name in re.findall(r'"(\w+)"', module)
    ]
    assert names
    assert set(names) <= template["Outputs"].keys()


def test_the_site_that_is_told_is_the_site_that_is_used(template, functions, mappings):
    for folder in mappings:
        site = variables_of(functions[folder])["ROLLCALL_CONNECTWISE_SITE"]
        assert template["Outputs"]["ConnectWiseSite"]["Value"] == site, folder
