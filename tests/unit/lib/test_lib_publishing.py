"""When and what the provider publishes, and what it refuses."""

import base64
import json
import re
import zlib
from dataclasses import replace
from datetime import date
from enum import Enum
from random import Random

import pytest
import yaml
from ops import testing
from pydantic import BaseModel

from charms.profiles_management.v0 import profiles_management as library
from charms.profiles_management.v0.profiles_management import (
    LARGEST_TEXT,
    PLAIN,
    PublishError,
    check_document,
    revision_of,
)
from profiles_management.pmr.classes import Owner, Profile, UserKind

TEXT = "profiles: []  # nobody\n"
ML = {"name": "ml", "owner": {"kind": "User", "name": "root@example.com"}}


class Role(Enum):
    EDIT = "edit"


def published(tester, document):
    """The text that is in the databag once a document was published."""
    with tester.library() as provider:
        provider.publish(document)
    return tester.databag["document"]


def test_text_goes_out_as_it_is(tester):
    assert published(tester, TEXT) == TEXT


def test_a_databag_says_its_version_the_revision_and_the_encoding(tester):
    with tester.library() as provider:
        revision = provider.publish(TEXT)

    assert tester.databag == {
        "version": "1",
        "revision": revision,
        "encoding": "text",
        "document": TEXT,
    }
    assert revision == revision_of(TEXT)


def test_a_mapping_goes_out_as_json(tester):
    assert json.loads(published(tester, {"profiles": [ML]})) == {"profiles": [ML]}


def test_equal_mappings_have_one_revision_in_any_order_of_keys(tester):
    with tester.library() as provider:
        assert provider.publish({"profiles": [], "version": 1}) == provider.publish(
            {"version": 1, "profiles": []}
        )


def test_models_go_out_without_what_is_unset(tester):
    profile = Profile(
        name="ml", owner=Owner(kind=UserKind.USER, name="root@example.com"), labels={"team": None}
    )

    (sent,) = json.loads(published(tester, {"profiles": [profile]}))["profiles"]

    assert "resources" not in sent
    assert sent["owner"] == ML["owner"]
    assert sent["labels"] == {"team": None}  # null in the document


def test_a_model_may_be_the_whole_document(tester):
    class Document(BaseModel):
        profiles: list[Owner]
        version: int | None = None

    document = Document(profiles=[Owner(kind=UserKind.USER, name="ann")])

    assert json.loads(published(tester, document)) == {
        "profiles": [{"kind": "User", "name": "ann"}]
    }


def test_dates_and_enums_go_out_as_their_text(tester):
    profile = {"name": "ml", "role": Role.EDIT, "until": date(2199, 1, 1)}

    assert json.loads(published(tester, {"profiles": [profile]})) == {
        "profiles": [{"name": "ml", "role": "edit", "until": "2199-01-01"}]
    }


def test_a_document_larger_than_a_databag_should_hold_is_compressed(tester):
    text = TEXT.ljust(PLAIN + 1, "#")

    sent = published(tester, text)

    assert tester.databag["encoding"] == "zlib+base64"
    assert zlib.decompress(base64.b64decode(sent)).decode() == text


def test_one_that_just_fits_is_not(tester):
    published(tester, TEXT.ljust(PLAIN, "#"))

    assert tester.databag["encoding"] == "text"


def test_a_document_that_is_compressed_in_another_way_is_the_same_document(tester):
    text = "profiles: []\n" + "#" * PLAIN
    published(tester, text)
    other = tester.databag | {
        "document": base64.b64encode(zlib.compress(text.encode(), 0)).decode()
    }
    tester.state = replace(tester.state, relations={replace(tester.relation, local_app_data=other)})

    assert published(tester, text) == other["document"]


def test_a_databag_with_the_revision_of_another_document_is_corrected(tester):
    published(tester, TEXT)
    tester.state = replace(
        tester.state,
        relations={
            replace(tester.relation, local_app_data=tester.databag | {"revision": "0" * 16})
        },
    )

    published(tester, TEXT)

    assert tester.databag["revision"] == revision_of(TEXT)


def test_another_document_replaces_the_last(tester):
    published(tester, TEXT.ljust(2 * PLAIN, "#"))

    assert published(tester, TEXT) == TEXT
    assert tester.databag["encoding"] == "text"


def test_a_unit_that_is_not_the_leader_publishes_nothing_and_returns_none(tester):
    tester.state = replace(tester.state, leader=False)

    with tester.library() as provider:
        assert provider.publish(TEXT) is None

    assert tester.databag == {}


def test_a_document_may_be_published_before_there_is_a_relation(tester, document):
    relation = tester.relation
    tester.state = replace(tester.state, relations=set())
    tester.see(tester.on.config_changed(), config={"document": TEXT})

    tester.see(tester.on.relation_created(relation), relations={relation})

    assert tester.databag["document"] == TEXT


def test_every_relation_gets_the_document(tester):
    second = testing.Relation("profiles", remote_app_name="profiles-of-research")
    tester.state = replace(tester.state, relations={tester.relation, second})

    published(tester, TEXT)

    assert tester.state.get_relation(second.id).local_app_data == tester.databag


def looped():
    data = {"profiles": []}
    data["profiles"].append(data)
    return data


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "The document is empty. To name no profile, publish `profiles: []`."),
        (" \n", "The document is empty. To name no profile, publish `profiles: []`."),
        ([ML], "The document is a list. Publish a mapping with the key `profiles`, or YAML text."),
        (
            None,
            "The document is empty. To name no profile, publish `profiles: []`.",
        ),
        (
            {"profiles": [{1: ML}]},
            "document.profiles[0] has the key '1', which is not text. Write it as text.",
        ),
        (
            {"profiles": [ML, {"open": {True}}]},
            "document.profiles[1].open is set. A document contains only text, numbers, lists and mappings.",
        ),
        (
            {"profiles": float("nan")},
            "document.profiles is nan. A document contains only text, numbers, lists and mappings.",
        ),
        ({"profiles": looped()}, "The document contains itself, or is nested too deeply."),
        (
            "profiles: \ud800",
            "The document contains half of a surrogate pair, which is not a character. Remove it.",
        ),
        ({}, "The document has no key `profiles`. To name no profile, publish `profiles: []`."),
        (
            {"profile": [ML]},
            "The document has no key `profiles`. To name no profile, publish `profiles: []`.",
        ),
        (ML, "The document has no key `profiles`. To name no profile, publish `profiles: []`."),
        (
            {"profiles": None},
            "`profiles` is empty. To name no profile, publish `profiles: []`.",
        ),
        (
            {"profiles": {"ml": ML}},
            "`profiles` is a mapping, not a list. Write a list of mappings with the key `name`.",
        ),
        (
            {"profiles": "ml"},
            "`profiles` is a scalar, not a list. Write a list of mappings with the key `name`.",
        ),
        (
            {"profiles": [ML, "web"]},
            "The profile at index 1 is a scalar. Write a mapping with the keys `name` and `owner`.",
        ),
        ("# nothing\n---\n", "The document is empty. To name no profile, publish `profiles: []`."),
        (
            "ml-engineers",
            "The document is a scalar. Publish a mapping with the key `profiles`, or YAML text.",
        ),
        (
            "- name: ml",
            "The document is a list. Publish a mapping with the key `profiles`, or YAML text.",
        ),
        ("[]", "The document is a list. Publish a mapping with the key `profiles`, or YAML text."),
        ("{}", "The document has no key `profiles`. To name no profile, publish `profiles: []`."),
        (
            "teams:\n  profiles: []\n",
            "The document has no key `profiles`. To name no profile, publish `profiles: []`.",
        ),
        (
            "profiles:\n",
            "`profiles` is empty. To name no profile, publish `profiles: []`.",
        ),
        (
            "profiles: 7",
            "`profiles` is a scalar, not a list. Write a list of mappings with the key `name`.",
        ),
        (
            "profiles: {}",
            "`profiles` is a mapping, not a list. Write a list of mappings with the key `name`.",
        ),
        (
            "profiles: *p",
            "`profiles` is an alias, not a list. Write a list of mappings with the key `name`.",
        ),
        (
            "version: 1\nteam: ]\n",
            "The document is not YAML: did not find expected node content in line 2, column 7.",
        ),
        (
            "profiles: [}",
            "The document is not YAML: did not find expected node content in line 1, column 12.",
        ),
        (
            "profiles: [",
            "The document is not YAML: did not find expected node content in line 2, column 1.",
        ),
        (
            "profiles:\n- name: [ml\nversion: 1\n",
            "The document is not YAML: did not find expected ',' or ']' in line 3, column 8.",
        ),
        (
            "profiles: []\nteam: ]\n",
            "The document is not YAML: did not find expected node content in line 2, column 7.",
        ),
        (
            "profiles:\n- name: ml\n- 1\n",
            "The profile in line 3, column 3 is a scalar. Write a mapping with the keys `name` and `owner`.",
        ),
        (
            "profiles:\n-\n",
            "The profile in line 2, column 2 is empty. Write a mapping with the keys `name` and `owner`.",
        ),
        (
            "profiles: []\nprofiles: []\n",
            "The key 'profiles' occurs twice, again in line 2, column 1. Keep one of them.",
        ),
        (
            "profiles:\n- {name: ml, owner: {name: ann, name: bob}}\n",
            "The key 'name' occurs twice, again in line 2, column 33. Keep one of them.",
        ),
        (
            "profiles: []\n---\nprofiles: []\n",
            "A second YAML document begins in line 3, column 1. Publish only one.",
        ),
        (
            f"profiles: [{{name: {'[' * 200}",
            "The document is nested deeper than 100 levels in line 1, column 116.",
        ),
        ("#\x00", "The document is not YAML: it has a character that YAML does not allow."),
    ],
)
def test_an_invalid_document_is_refused_with_a_remedy(document, says, tester):
    with tester.library() as provider, pytest.raises(PublishError) as refused:
        provider.publish(document)

    assert str(refused.value) == says
    assert tester.databag == {}
    with pytest.raises(PublishError, match=re.escape(says)):
        check_document(document)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        '{\n\t"version": 1,\n\t"profiles": []\n}',
        "%YAML 1.2\n---\n? profiles\n: []",
        "version: 1\n'profiles': &all\n- name: ml\n",
        "defaults: {labels: {profiles: none}}\nprofiles: []",
        "profiles:\n- &ml {name: ml}\n- *ml\n- {? [a, b] : c, ? [a, b] : d}",
    ],
)
def test_any_text_that_the_receiver_can_read_as_a_list_of_profiles_goes_out(text, tester):
    check_document(text)

    assert published(tester, text) == text


def test_the_form_of_a_document_is_checked_without_libyaml_too(monkeypatch, tester):
    monkeypatch.delattr(yaml, "CSafeLoader")

    assert published(tester, '{\n\t"profiles": []\n}')
    with pytest.raises(PublishError, match="The document has no key `profiles`"):
        check_document("profile: []")


@pytest.mark.parametrize("is_leader", [True, False])
def test_a_text_is_checked_once_however_often_it_is_published(is_leader, monkeypatch, tester):
    tester.state = replace(tester.state, leader=is_leader)
    checked = []
    monkeypatch.setattr(library, "_check_text", checked.append)

    for text in (TEXT, TEXT, f"{TEXT}# changed\n", f"{TEXT}# changed\n"):
        with tester.library() as provider:
            provider.publish(text)

    assert checked == [TEXT, f"{TEXT}# changed\n"]


def test_aliases_in_a_text_are_not_expanded():
    levels = "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 60)
    )

    check_document(f"a0: &a0 x\n{levels}profiles: []\n")  # 9 ** 59 values if they are


def test_a_document_that_no_databag_carries_is_refused_and_the_last_one_stays(tester):
    published(tester, TEXT)

    with (
        tester.library() as provider,
        pytest.raises(PublishError, match="Spread the profiles over several sources"),
    ):
        provider.publish(f"{TEXT}# {Random(0).randbytes(4_000_000).hex()}")

    assert tester.databag["document"] == TEXT
    assert tester.databag["revision"] == revision_of(TEXT)


def test_one_that_compresses_well_has_a_limit_too(tester):
    with (
        tester.library() as provider,
        pytest.raises(PublishError, match="The document has 16,777,217 bytes"),
    ):
        provider.publish(TEXT.ljust(LARGEST_TEXT + 1, "#"))


@pytest.mark.parametrize(
    "part", [10**5000, type("Model", (), {"model_dump": lambda self: {}})], ids=["digits", "class"]
)
def test_what_python_cannot_write_is_refused_as_everything_else(part):
    with pytest.raises(PublishError):
        check_document({"profiles": [{"name": "ml", "resources": part}]})
