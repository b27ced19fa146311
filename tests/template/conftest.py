"""What the template checks share: the template, and the code to compare it with."""

import re
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def template():
    """The template as data; `!Ref x` reads `{"Ref": "x"}`."""
    return yaml_parse((ROOT / "template.yaml").read_text())


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
def mapping(functions):
    """The event source mapping of the worker."""
    return functions["contact-policy"]["Events"]["Work"]["Properties"]


@pytest.fixture(scope="session")
def statements(resources, functions):
    """The policy statements of each function's role, by the function's folder."""
    return {
        folder: [
            statement
            for policy in resources[attribute_of(function["Role"])]["Policies"]
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


def text_of(value):
    """The text of `!Sub text`, or of a plain text."""
    return value["Fn::Sub"] if isinstance(value, dict) else value


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
