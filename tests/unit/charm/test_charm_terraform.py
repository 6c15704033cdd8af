"""The Terraform module deploys this charm, with its endpoints and the inputs of its README."""

import re
from pathlib import Path

import hcl2
import pytest
import yaml

ROOT = Path(__file__).parents[3]
MODULE = ROOT / "terraform"
CHARM = yaml.load((ROOT / "charmcraft.yaml").read_text(), yaml.CSafeLoader)
README = (MODULE / "README.md").read_text()


def parsed(name):
    """Return a file of the module as hcl2 reads it, texts without their quotes."""
    return _bare(hcl2.loads((MODULE / name).read_text()))


def _bare(value):
    if isinstance(value, dict):
        return {_bare(key): _bare(item) for key, item in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return value.strip('"') if isinstance(value, str) else value


def named(name, block):
    """Return the blocks of a kind by their names."""
    return {key: body for one in parsed(name)[block] for key, body in one.items()}


@pytest.mark.parametrize("role", ["requires", "provides"])
def test_the_endpoints_are_those_of_the_charm(role):
    endpoints = named("outputs.tf", "output")[role]["value"]

    assert endpoints == {name.replace("-", "_"): name for name in CHARM[role]}


def test_it_deploys_this_charm_on_its_base():
    (application,) = (
        one["juju_application"]["profiles_management"] for one in parsed("main.tf")["resource"]
    )

    assert application["charm"][0]["name"] == CHARM["name"]
    assert named("variables.tf", "variable")["base"]["default"] == CHARM["base"]


def test_each_variable_is_used_described_and_in_the_readme():
    variables = named("variables.tf", "variable")

    assert set(re.findall(r"var\.(\w+)", (MODULE / "main.tf").read_text())) == set(variables)
    assert all(one["description"] and one["type"] for one in variables.values())
    assert set(
        re.findall(r"^\| `(\w+)` \| \w+", README.partition("## Outputs")[0], re.MULTILINE)
    ) == set(variables)


def test_each_output_is_in_the_readme():
    listed = re.findall(r"^\| `(\w+)` \|", README.partition("## Outputs")[2], re.MULTILINE)

    assert listed == list(named("outputs.tf", "output"))


def test_the_provider_is_one_that_takes_models_by_their_uuid():
    (terraform,) = parsed("versions.tf")["terraform"]

    assert terraform["required_providers"][0]["juju"]["version"].startswith(">= 1.0")


def test_the_usage_is_hcl():
    (sample,) = re.findall(r"```hcl\n(.*?)```", README, re.DOTALL)

    (module,) = _bare(hcl2.loads(sample))["module"]
    assert set(module["profiles_management"]) - {"source"} <= set(named("variables.tf", "variable"))
