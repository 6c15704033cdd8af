"""Entries without owner: one of several sources adds people to profiles of others."""

import json

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from profiles_management.pmr import (
    Addition,
    Contributor,
    DocumentError,
    Profile,
    ProfilesManagementRepresentation,
    dumps,
    loads,
)
from profiles_management.pmr.schema import schema
from profiles_management.pmr.writing import plain

TWO = """
profiles:
- name: ml
  contributors:
  - {name: bob@example.com, role: edit, until: 2199-01-01}
- name: web
  owner: {kind: User, name: ann@example.com}
"""


def test_an_entry_without_owner_is_an_addition():
    pmr = loads(TWO, additions=True)

    assert [*pmr.profiles] == ["web"]
    assert [person.name for person in pmr.additions["ml"].contributors] == ["bob@example.com"]


def test_in_a_single_document_it_is_an_error():
    with pytest.raises(DocumentError, match="a profile needs owner"):
        loads(TWO)


def test_where_additions_are_welcome_a_document_needs_none():
    assert loads("profiles: []", additions=True).additions == {}


def test_nobody_may_be_added_to_at_all():
    assert (
        loads("profiles: [{name: ml, contributors: []}]", additions=True)
        .additions["ml"]
        .contributors
        == []
    )


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_what_is_written_is_read_again(form):
    pmr = loads(TWO, additions=True)

    assert loads(dumps(pmr, format=form), additions=True) == pmr


def test_entries_are_written_in_the_order_of_their_names():
    pmr = loads(TWO.replace("web", "data"), additions=True)

    assert [entry["name"] for entry in plain(pmr)["profiles"]] == ["data", "ml"]


def test_two_documents_that_differ_in_their_additions_are_not_equal():
    assert loads(TWO, additions=True) != loads(TWO.replace("edit", "view"), additions=True)


def test_the_schema_knows_them():
    validator = Draft202012Validator(schema())

    assert validator.is_valid(json.loads(dumps(loads(TWO, additions=True), format="json")))
    assert not validator.is_valid({"profiles": [{"name": "ml", "contributors": [], "labels": {}}]})


def test_an_addition_never_grants_admin():
    with pytest.raises(ValidationError, match="cannot be an admin"):
        Addition(name="ml", contributors=[Contributor(name="bob", role="admin")])


def test_code_cannot_add_to_what_it_defines(profile):
    with pytest.raises(ValueError, match='two entries have the name "ml"'):
        ProfilesManagementRepresentation(
            [profile("ml")], additions=[Addition(name="ml", contributors=[])]
        )


def test_a_document_of_many_entries_may_have_both_kinds_in_any_order():
    entries = [
        {
            "name": f"team-{index}",
            "contributors": [],
            **({"owner": {"kind": "User", "name": "o"}} if index % 3 else {}),
        }
        for index in range(600)
    ]

    pmr = loads(json.dumps({"profiles": entries}), additions=True)

    assert (len(pmr), len(pmr.additions)) == (400, 200)
    assert all(isinstance(one, Profile) for one in pmr.profiles.values())
