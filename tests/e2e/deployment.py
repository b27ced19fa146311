"""The stack of template.yaml on the emulator.

The template is deployed as AWS would do it: the SAM transform, then CloudFormation. What the emulator does not do by
itself is in `adapt` and `finish`, each with the reason. What differs from a deployment on purpose is in `overrides`.
Nothing of the template is written down here a second time. A type of resource that the emulator does not know fails the
deployment, unless `LEFT_OUT` names it.
"""

import copy
import io
import json
import os
import re
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from emulator import REGION
from processes import until

ROOT = Path(__file__).resolve().parents[2]

# The template's conditions are decided as in the tests of the template.
sys.path.append(str(ROOT / "tests" / "template"))
from conditions import deployed

# Where `sam build` leaves each function, in a folder with its name in the template.
BUILT = ROOT / ".aws-sam" / "build"

STACK = "rollcall"
PACKAGES = "packages"
TEMPLATE = "template.json"

FUNCTION = "AWS::Lambda::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"
HTTP_API = "AWS::ApiGatewayV2::Api"
SECRET = "AWS::SecretsManager::Secret"

# Types that are not created, with the reason.
LEFT_OUT = {
    "AWS::CloudWatch::Alarm": "the emulator refuses alarms on metric math, and no test waits for an alarm",
}


def overrides(source, psa_urls, receiver_url):
    """What differs from the template: the path to a value, with the new one."""
    outputs = source["Outputs"]
    path = re.fullmatch(r"https://[^/]+(/.*)", outputs["CallbackUrl"]["Value"]["Fn::Sub"])[1]
    # The PSA is a stand-in on this machine, and the parameter takes nothing but the name of a host. Each worker finds
    # it at an address of its own, and the operator's tool where contact-policy does.
    yield outputs["ConnectWiseSite"], "Value", psa_urls["ContactPolicy"]
    for name, resource in source["Resources"].items():
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        if "ROLLCALL_CONNECTWISE_SITE" in variables:
            yield variables, "ROLLCALL_CONNECTWISE_SITE", psa_urls[name]
    # The name of the emulator's HTTP API does not resolve on this machine.
    yield outputs["CallbackUrl"], "Value", receiver_url + path


def template(parameters):
    """What the template deploys with these parameters, as data; `!Ref x` reads `{"Ref": "x"}`."""
    return deployed(yaml_parse((ROOT / "template.yaml").read_text()), **parameters)


def deploy(emulator, parameters, psa_urls, receiver_url):
    """Creates the stack and returns its outputs. Each worker finds the PSA at an address of its own."""
    packaged = package(emulator, template(parameters))
    # What CloudFormation's transform does, by the same library, which looks for the region where the AWS tools do.
    with mock.patch.dict(os.environ, AWS_DEFAULT_REGION=REGION):
        expanded = transform(packaged, {}, SimpleNamespace(load=dict))
    for place, name, value in overrides(expanded, psa_urls, receiver_url):
        assert name in place, f"there is no {name} to override"
        place[name] = value
    settings = settings_of(expanded, parameters)
    # It is too long to be sent, as it is for `sam deploy`, which uploads it, too.
    emulator.client("s3").put_object(Bucket=PACKAGES, Key=TEMPLATE, Body=json.dumps(adapt(expanded, settings)))
    cloudformation = emulator.client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateURL=f"{emulator.url}/{PACKAGES}/{TEMPLATE}",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    stack = until(lambda: finished(cloudformation), 120, "the stack is created")
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise AssertionError(f"the stack was not created:\n{failures(cloudformation)}")
    finish(emulator, expanded, settings)
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def package(emulator, source):
    """Uploads what `sam build` has built of each function, as `sam package` does."""
    packaged = copy.deepcopy(source)
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=PACKAGES)
    for name, function in packaged["Resources"].items():
        if function["Type"] != "AWS::Serverless::Function":
            continue
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as content:
            for file in sorted((BUILT / name).iterdir()):
                content.write(file, file.name)
        s3.put_object(Bucket=PACKAGES, Key=f"{name}.zip", Body=archive.getvalue())
        function["Properties"]["CodeUri"] = f"s3://{PACKAGES}/{name}.zip"
    return packaged


def adapt(expanded, settings):
    """The template in words that the emulator understands."""
    secrets = {name for name, resource in expanded["Resources"].items() if resource["Type"] == SECRET}
    adapted = with_secrets_by_arn(expanded, secrets)
    resources = adapted["Resources"]
    unknown = set(LEFT_OUT) - {resource["Type"] for resource in resources.values()}
    assert not unknown, f"the template has nothing of what is left out: {unknown}"
    for name, resource in list(resources.items()):
        if resource["Type"] in LEFT_OUT:
            del resources[name]
        elif resource["Type"] == HTTP_API:
            resources.update(routes(name, resource["Properties"].pop("Body")))
        elif resource["Type"] == MAPPING:
            # The emulator takes one batch at a time from a FIFO queue, where Lambda takes as many as the mapping
            # allows, of different groups. So many mappings together do what Lambda does with one.
            at_once = resource["Properties"]["ScalingConfig"]["MaximumConcurrency"]
            for number in range(2, int(value_of(at_once, settings)) + 1):
                resources[f"{name}{number}"] = copy.deepcopy(resource)
    return adapted


def with_secrets_by_arn(value, secrets):
    """A copy in which secrets are referred to by their ARN, as `!Ref` does it: the emulator's gives the name."""
    match value:
        case {"Ref": name} if name in secrets:
            return {"Fn::GetAtt": [name, "Id"]}
        case dict():
            return {key: with_secrets_by_arn(inner, secrets) for key, inner in value.items()}
        case list():
            return [with_secrets_by_arn(inner, secrets) for inner in value]
    return value


def routes(api, body):
    """The routes of an API as resources of their own: the emulator does not read an OpenAPI body."""
    made = {}
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            name = f"{api}Route{len(made)}"
            made[f"{name}Integration"] = {
                "Type": "AWS::ApiGatewayV2::Integration",
                "Properties": {
                    "ApiId": {"Ref": api},
                    "IntegrationType": integration["type"].upper(),
                    "IntegrationUri": integration["uri"],
                    "PayloadFormatVersion": integration["payloadFormatVersion"],
                },
            }
            made[name] = {
                "Type": "AWS::ApiGatewayV2::Route",
                "Properties": {
                    "ApiId": {"Ref": api},
                    "RouteKey": f"{method.upper()} {path}",
                    "Target": {"Fn::Sub": f"integrations/${{{name}Integration}}"},
                },
            }
    return made


def settings_of(source, parameters):
    """All parameters of a template, given or by default."""
    return {name: parameter.get("Default") for name, parameter in source["Parameters"].items()} | parameters


def value_of(value, settings):
    """A value, or that of the parameter it refers to."""
    return settings[value["Ref"]] if isinstance(value, dict) else value


def finish(emulator, expanded, settings):
    """Does what the emulator's CloudFormation leaves undone: it creates functions without their concurrency."""
    functions = emulator.client("lambda")
    names = physical_names(emulator)
    for name, resource in expanded["Resources"].items():
        if resource["Type"] == FUNCTION:
            reserved = resource["Properties"]["ReservedConcurrentExecutions"]
            functions.put_function_concurrency(
                FunctionName=names[name], ReservedConcurrentExecutions=int(value_of(reserved, settings))
            )


def physical_names(emulator):
    """What each resource of the stack is called, by its name in the template."""
    pages = emulator.client("cloudformation").get_paginator("list_stack_resources")
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages.paginate(StackName=STACK)
        for resource in page["StackResourceSummaries"]
    }


def finished(cloudformation):
    """The stack, once nothing more happens to it."""
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack


def failures(cloudformation):
    """Which resources were not created, and why."""
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    return "\n".join(
        f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    )


def api_url(emulator):
    """Where the emulator answers for the HTTP API."""
    return f"{emulator.url}/_aws/execute-api/{physical_names(emulator)['CallbackApi']}/$default"
