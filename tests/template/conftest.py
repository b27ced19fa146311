"""What the template checks share: the template, and the code to compare it with."""

import re
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from conditions import deployed

ROOT = Path(__file__).resolve().parents[2]


# Everything that can be switched on.
EVERYTHING = {"AlarmEmail": "alarms@example.com", "MirrorItGlue": "on", "MirrorGrowCrm": "on"}


@pytest.fixture(scope="session")
def source():
    """The template as it is written, as data; `!Ref x` reads `{"Ref": "x"}`."""
    return yaml_parse((ROOT / "template.yaml").read_text())


@pytest.fixture(scope="session")
def template(source):
    """What the template deploys when everything is switched on."""
    return deployed(source, **EVERYTHING)


@pytest.fixture(scope="session")
def resources(template):
    """The properties of each resource, by logical name."""
    return {name: resource["Properties"] for name, resource in template["Resources"].items()}


@pytest.fixture(scope="session")
def of_type(template):
    """The properties of each resource of a type, by logical name; `of_type("SQS::Queue")`."""

    def of_type(name):
        return {
            logical: resource["Properties"]
            for logical, resource in template["Resources"].items()
            if resource["Type"] == f"AWS::{name}"
        }

    return of_type


@pytest.fixture(scope="session")
def functions(template):
    """The properties of each function, by its folder under functions/."""
    return {
        Path(resource["Properties"]["CodeUri"]).name: resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }


@pytest.fixture(scope="session")
def mappings(functions):
    """The event source mapping of each worker, by its folder."""
    return {
        folder: function["Events"]["Work"]["Properties"]
        for folder, function in functions.items()
        if function["Events"].keys() == {"Work"}
    }


@pytest.fixture(scope="session")
def queues(resources, mappings):
    """The logical names of each worker's queue and of its dead letters, by the worker's folder."""
    works = {folder: attribute_of(mapping["Queue"]) for folder, mapping in mappings.items()}
    return {
        folder: (work, attribute_of(resources[work]["RedrivePolicy"]["deadLetterTargetArn"]))
        for folder, work in works.items()
    }


@pytest.fixture(scope="session")
def statements(resources, functions, of_type):
    """The policy statements of each function's role, by the function's folder."""

    def policies(role):
        yield from resources[role]["Policies"]
        yield from (policy for policy in of_type("IAM::Policy").values() if {"Ref": role} in policy["Roles"])

    return {
        folder: [
            statement
            for policy in policies(attribute_of(function["Role"]))
            for statement in policy["PolicyDocument"]["Statement"]
        ]
        for folder, function in functions.items()
    }


def attribute_of(value):
    """The logical name behind `!GetAtt Name.Attribute`."""
    name, _attribute = value["Fn::GetAtt"]
    return name


def as_list(value):
    """IAM takes one string where it takes a list."""
    return value if isinstance(value, list) else [value]


def without_tests(text):
    """A Rust file without its unit tests, which name what they like."""
    return text.split("#[cfg(test)]\nmod tests {")[0]


def files(*folders):
    """The text of each Rust file under the given folders, without unit tests."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("src/**/*.rs"))
    paths = sorted(path for path in found if not is_test(path.relative_to(ROOT)))
    assert paths, f"no sources in {folders}"
    return [without_tests(path.read_text()) for path in paths]


def is_test(path):
    return "tests" in path.parts or path.name == "tests.rs"


def constant(name, *folders):
    """The whole number that a Rust constant of this name stands for, `NonZeroU32::new(5)` included."""
    pattern = rf"const {name}: [^=]+=[^;]*?(?<!\w)(\d[\d_]*)[^;]*;"
    found = [number for text in files(*folders) for number in re.findall(pattern, text)]
    assert len(found) == 1, f"expected one constant {name} in {folders}, found {found}"
    return int(found[0].replace("_", ""))
