"""The schema in docs/ is that of the model, and accepts the same documents."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from profiles_management.pmr.schema import schema

ROOT = Path(__file__).parents[3]
VALIDATOR = jsonschema.Draft202012Validator(schema())
OWNER = {"kind": "User", "name": "ann@example.com"}


def accepts(**fields) -> bool:
    return VALIDATOR.is_valid({"profiles": [{"name": "ml", "owner": OWNER, **fields}]})


def test_the_schema_in_the_docs_is_up_to_date():
    written = ROOT / "docs" / "reference" / "pmr.schema.json"

    assert json.loads(written.read_text()) == schema(), (
        "run: profiles-management schema > docs/reference/pmr.schema.json"
    )


def test_it_is_a_schema_of_draft_2020_12():
    VALIDATOR.check_schema(schema())

    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_it_accepts_the_sample():
    assert VALIDATOR.is_valid(yaml.safe_load((ROOT / "examples" / "pmr.yaml").read_text()))


@pytest.mark.parametrize(
    "kind", ["User", "user", "Group", "group", "ServiceAccount", "service-account"]
)
def test_it_accepts_both_spellings_of_a_kind(kind):
    assert accepts(owner={"kind": kind, "name": "ann"})


@pytest.mark.parametrize(
    ("selector", "expressions", "scope"),
    [
        ("scopeSelector", "matchExpressions", "scopeName"),
        ("scope_selector", "match_expressions", "scope_name"),
    ],
)
def test_it_accepts_both_spellings_of_a_key(selector, expressions, scope):
    condition = {"operator": "Exists", scope: "PriorityClass"}

    assert accepts(resources={"hard": {"pods": 3}, selector: {expressions: [condition]}})


def test_it_takes_until_as_text():
    assert accepts(contributors=[{"name": "bob", "role": "edit", "until": "2027-01-31"}])


@pytest.mark.parametrize(
    "fields",
    [
        {"contributers": []},
        {"owner": "ann@example.com"},
        {"owner": {"name": "ann@example.com"}},
        {"name": "ML"},
        {"contributors": [{"name": "bob", "role": "owner"}]},
        {"resources": {"hard": {"limits.cpu": 1.5}}},
        {"resources": None},
        {"resources": {"scopeSelector": {}}},
        {"open": "yes"},
    ],
    ids=str,
)
def test_it_refuses_what_an_editor_should_mark(fields):
    assert not accepts(**fields)


def test_a_label_may_be_null_to_drop_a_default():
    assert accepts(labels={"team": None})


def test_a_default_label_may_not():
    assert not VALIDATOR.is_valid({"defaults": {"labels": {"team": None}}, "profiles": []})
