"""A mirror that is off is not there at all, and the mirrors are alike."""

import itertools
import json
import re

import pytest
from conditions import deployed, text_of
from conftest import EVERYTHING

# The mirrors: what their names begin with, the parameter, and the condition.
MIRRORS = {
    "ItGlue": ("MirrorItGlue", "ItGlueIsOn"),
    "GrowCrm": ("MirrorGrowCrm", "GrowCrmIsOn"),
}
SWITCHES = list(itertools.product(["off", "on"], repeat=len(MIRRORS)))

# What is the vendor's own in a resource of a mirror.
OWN = {
    "ItGlue": [("ItGlue", "X"), ("IT Glue", "X"), ("ITGLUE", "X"), ("itglue", "x")],
    "GrowCrm": [("GrowCrm", "X"), ("Grow CRM", "X"), ("GROWCRM", "X"), ("growcrm", "x")],
}


def with_mirrors(source, switches):
    parameters = {parameter: switch for (parameter, _), switch in zip(MIRRORS.values(), switches)}
    return deployed(source, **EVERYTHING | parameters)


def references(value):
    """The names that a part of the template refers to."""
    match value:
        case {"Ref": name}:
            yield name
        case {"Fn::GetAtt": [name, _attribute]}:
            yield name
        case {"Fn::Sub": text}:
            yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text))
        case dict():
            for part in value.values():
                yield from references(part)
        case list():
            for part in value:
                yield from references(part)


def test_both_are_off_unless_somebody_switches_them_on(source):
    for parameter, condition in MIRRORS.values():
        assert source["Parameters"][parameter]["Default"] == "off"
        assert source["Parameters"][parameter]["AllowedValues"] == ["off", "on"]
        assert source["Conditions"][condition] == {"Fn::Equals": [{"Ref": parameter}, "on"]}


@pytest.mark.parametrize("mirror", MIRRORS)
def test_what_is_a_mirrors_goes_by_its_switch_and_nothing_else_does(source, mirror):
    _, condition = MIRRORS[mirror]
    for section in ("Resources", "Outputs"):
        named = {name for name in source[section] if name.startswith(mirror)}
        switched = {name for name, part in source[section].items() if part.get("Condition") == condition}
        assert named and named == switched, section


@pytest.mark.parametrize("switches", SWITCHES)
def test_nothing_refers_to_what_is_not_there(source, switches):
    stack = with_mirrors(source, switches)
    known = stack["Resources"].keys() | stack["Parameters"].keys()
    for section in ("Resources", "Outputs"):
        for name, part in stack[section].items():
            missing = {target for target in references(part) if not target.startswith("AWS::")} - known
            assert not missing, name


@pytest.mark.parametrize("switches", SWITCHES)
def test_nobody_is_told_of_a_mirror_that_is_off(source, switches):
    resources = with_mirrors(source, switches)["Resources"]
    variables = resources["ContactPolicy"]["Properties"]["Environment"]["Variables"]
    for (mirror, switch) in zip(MIRRORS, switches):
        assert (f"ROLLCALL_{mirror.upper()}_QUEUE_URL" in variables) == (switch == "on"), mirror
        assert any(name.startswith(mirror) for name in resources) == (switch == "on"), mirror


@pytest.mark.parametrize("switches", SWITCHES)
def test_the_dashboard_shows_the_mirrors_that_are_on(source, switches):
    resources = with_mirrors(source, switches)["Resources"]
    body = text_of(resources["Dashboard"]["Properties"]["DashboardBody"])
    titles = [widget["properties"]["title"] for widget in json.loads(body)["widgets"]]
    for name, switch in zip(["IT Glue", "Grow CRM"], switches):
        about = [title for title in titles if name in title]
        assert len(about) == (4 if switch == "on" else 0), name


def test_the_mirrors_are_alike_but_for_their_names(template):
    def anonymous(mirror):
        resources = {name: part for name, part in template["Resources"].items() if name.startswith(mirror)}
        text = json.dumps(resources, sort_keys=True)
        for word, other in OWN[mirror]:
            text = text.replace(word, other)
        return json.loads(text)

    glue, crm = (anonymous(mirror) for mirror in MIRRORS)
    # Each has keys of its own.
    for mirror in (glue, crm):
        del mirror["XSecret"]["Properties"]["Description"]
    assert glue == crm
