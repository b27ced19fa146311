"""Whoever deploys or is called at night finds in docs/operations.md what the template has."""

import re

import pytest
import yaml
from conditions import text_of
from conftest import ROOT
from samtranslator.yaml_helper import yaml_parse


@pytest.fixture(scope="module")
def documented():
    """All that stands in backticks in docs/operations.md."""
    return set(re.findall(r"`([^`\n]+)`", (ROOT / "docs/operations.md").read_text()))


def test_every_alarm_is_documented(of_type, documented):
    names = {text_of(alarm["AlarmName"]).split("}-")[1] for alarm in of_type("CloudWatch::Alarm").values()}
    assert sorted(names - documented) == []


def test_every_parameter_is_documented(template, documented):
    assert sorted(template["Parameters"].keys() - documented) == []


def test_every_variable_is_documented(functions, documented):
    variables = {name for function in functions.values() for name in function["Environment"]["Variables"]}
    assert sorted(variables - documented) == []


def test_every_parameter_is_explained_and_asked_for_in_one_place(template):
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    asked = [name for group in groups for name in group["Parameters"]]
    assert sorted(asked) == sorted(template["Parameters"])
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"], name


def test_only_what_differs_from_tenant_to_tenant_must_be_given(template):
    without = [name for name, parameter in template["Parameters"].items() if "Default" not in parameter]
    assert without == ["ConnectWiseLoginCompany"]


def test_every_output_is_explained(template):
    for name, output in template["Outputs"].items():
        assert output["Description"], name


def test_a_waiver_stands_beside_its_resource_with_a_reason(template):
    for name, resource in template["Resources"].items():
        metadata = resource.get("Metadata", {})
        assert "cfn-lint" not in metadata, name
        for waiver in metadata.get("checkov", {}).get("skip", []):
            assert waiver.keys() == {"id", "comment"}, name
            assert len(waiver["comment"].split()) > 5, name
    settings = yaml.safe_load((ROOT / ".checkov.yaml").read_text())
    assert settings.keys() == {"file", "framework", "compact", "quiet", "skip-download"}


def test_what_cfn_lint_leaves_out_has_a_reason_above(template):
    settings = yaml_parse((ROOT / ".cfnlintrc").read_text())
    assert not {"ignore_checks", "ignore_templates", "configure_rules"} & settings.keys()
    (waived,) = template["Metadata"]["cfn-lint"]["config"]["ignore_checks"]
    lines = (ROOT / "template.yaml").read_text().splitlines()
    (at,) = [number for number, line in enumerate(lines) if "ignore_checks" in line]
    assert lines[at - 1].strip().startswith(f"# {waived} ")
