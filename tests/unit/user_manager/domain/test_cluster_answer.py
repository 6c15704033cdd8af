"""The cluster's answer: bounded, typed, and with a clear error for each part that is wrong."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_manager.domain.cluster_answer import (
    CatalogueContributor,
    CatalogueProfile,
    ClusterAnswer,
    Person,
    RefusedAccess,
    parse_answer,
)
from user_manager.domain.errors import Invalid, Malformed
from user_manager.domain.times import EARLIEST

OF_CONTRACT = {
    "revision": "00112233445566aa",
    "applied": ["ml-engineers"],
    "pending": {"web": "waiting"},
    "failed": {"x": "broken"},
    "refused": [{"profile": "x", "name": "ann@example.com", "reason": "x is not open"}],
    "problem": "",
    "catalogue": [
        {
            "name": "ml-engineers",
            "owner": {"kind": "User", "name": "eve"},
            "open": True,
            "contributors": [
                {
                    "kind": "Group",
                    "name": "team",
                    "role": "edit",
                    "until": "2026-12-31T03:00:00+03:00",
                    "source": "config",
                }
            ],
        }
    ],
}
OPTIONAL = [key for key in OF_CONTRACT if key != "revision"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
    max_leaves=10,
)


def paths_of(body):
    with pytest.raises(Invalid) as error:
        parse_answer(body)
    return [field.path for field in error.value.errors]


def profile(**parts):
    return {"name": "ml", "owner": {"kind": "User", "name": "eve"}, **parts}


def contributor(**parts):
    return {"kind": "User", "name": "ann", "role": "view", **parts}


def with_contributor(**parts):
    return {"revision": "r", "catalogue": [profile(contributors=[contributor(**parts)])]}


def test_the_answer_of_the_contract_is_read():
    end = datetime(2026, 12, 31, tzinfo=UTC)

    assert parse_answer(OF_CONTRACT) == ClusterAnswer(
        revision="00112233445566aa",
        applied=frozenset({"ml-engineers"}),
        pending={"web": "waiting"},
        failed={"x": "broken"},
        refused=(RefusedAccess("x", "ann@example.com", "x is not open"),),
        problem="",
        catalogue=(
            CatalogueProfile(
                "ml-engineers",
                Person("User", "eve"),
                open=True,
                contributors=(CatalogueContributor("Group", "team", "edit", end, "config"),),
            ),
        ),
    )


def test_what_is_absent_is_empty_and_only_an_absent_catalogue_is_none():
    assert parse_answer({"revision": "r"}) == ClusterAnswer("r")
    assert parse_answer({"revision": "r"}).catalogue is None
    assert parse_answer({"revision": "r", "catalogue": []}).catalogue == ()


def test_keys_of_newer_engines_are_ignored():
    newer = {
        "revision": "r",
        "phase": 7,
        "catalogue": [profile(cost={"a": [1]}, contributors=[contributor(since=None)])],
    }
    known = {"revision": "r", "catalogue": [profile(contributors=[contributor()])]}

    assert parse_answer(newer) == parse_answer(known)


def test_a_profile_that_does_not_say_that_it_is_open_is_closed():
    (ml,) = parse_answer({"revision": "r", "catalogue": [profile()]}).catalogue

    assert not ml.open


@pytest.mark.parametrize("body", [None, [], "text", 1, [{"revision": "r"}]])
def test_an_answer_is_a_mapping(body):
    with pytest.raises(Malformed):
        parse_answer(body)


def test_a_revision_is_required():
    assert paths_of({}) == ["revision"]


def test_an_empty_revision_needs_a_problem():
    assert paths_of({"revision": ""}) == ["revision"]
    assert parse_answer({"revision": "", "problem": "unreadable"}).problem == "unreadable"


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ({"revision": 1}, "revision"),
        ({"revision": "x" * 65}, "revision"),
        ({"revision": "a\0"}, "revision"),
        ({"revision": "\ud800"}, "revision"),
        ({"problem": "\ud800"}, "problem"),
        ({"failed": {"ml": "\udfff"}}, "failed.ml"),
        ({"refused": [{"profile": "m", "name": "n", "reason": "\ud800"}]}, "refused[0].reason"),
        ({"applied": None}, "applied"),
        ({"applied": "ml"}, "applied"),
        ({"applied": {"ml": 1}}, "applied"),
        ({"applied": ["ml", 10**400]}, "applied[1]"),
        ({"applied": ["x" * 321]}, "applied[0]"),
        ({"applied": [""]}, "applied[0]"),
        ({"pending": ["ml"]}, "pending"),
        ({"pending": {"ml": None}}, "pending.ml"),
        ({"pending": {"ml": "\0"}}, "pending.ml"),
        ({"failed": {"a\0": "why"}}, 'failed["a\\u0000"]'),
        ({"refused": [{"profile": "ml", "name": "ann"}]}, "refused[0].reason"),
        ({"refused": ["ann"]}, "refused[0]"),
        ({"problem": None}, "problem"),
        ({"catalogue": None}, "catalogue"),
        ({"catalogue": {"ml": profile()}}, "catalogue"),
        ({"catalogue": [profile(), profile(name="web", owner=None)]}, "catalogue[1].owner"),
        ({"catalogue": [profile(owner={"kind": "User", "name": 7})]}, "catalogue[0].owner.name"),
        ({"catalogue": [profile(owner={"kind": "X", "name": "e"})]}, "catalogue[0].owner.kind"),
        ({"catalogue": [profile(open="true")]}, "catalogue[0].open"),
        ({"catalogue": [profile(open=1)]}, "catalogue[0].open"),
        ({"catalogue": [profile(name="Not a label")]}, "catalogue[0].name"),
        ({"catalogue": [profile(), profile()]}, "catalogue[1].name"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_path(part, path):
    assert paths_of({"revision": "r", **part})[:1] == [path]


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ({"role": "owner"}, "role"),
        ({"kind": "Robot"}, "kind"),
        ({"name": "a\0"}, "name"),
        ({"until": "2026-12-31"}, "until"),
        ({"until": 5}, "until"),
        ({"source": None}, "source"),
    ],
)
def test_a_contributor_that_does_not_fit_is_refused_with_its_path(part, key):
    assert paths_of(with_contributor(**part)) == [f"catalogue[0].contributors[0].{key}"]


def test_a_contributor_is_listed_once():
    twice = {"revision": "r", "catalogue": [profile(contributors=[contributor()] * 2)]}

    assert paths_of(twice) == ["catalogue[0].contributors[1].name"]


def test_a_user_and_a_group_may_have_the_same_name():
    people = [contributor(), contributor(kind="Group")]

    assert parse_answer({"revision": "r", "catalogue": [profile(contributors=people)]})


@pytest.mark.parametrize(
    ("until", "end"),
    [
        (None, None),
        ("9999-12-31T23:59:59Z", None),
        ("0100-01-01T00:00:00Z", EARLIEST),
    ],
)
def test_the_end_of_a_contributor_may_be_centuries_away(until, end):
    answer = parse_answer(with_contributor(until=until))

    assert answer.catalogue[0].contributors[0].until == end


def test_a_long_reason_is_cut():
    answer = parse_answer({"revision": "r", "failed": {"ml": "x" * 5_000}, "problem": "y" * 2_000})

    assert answer.failed == {"ml": "x" * 1_999 + "…"}
    assert answer.problem == "y" * 2_000


def test_a_profile_has_one_state():
    body = {"revision": "r", "applied": ["a", "b"], "pending": {"a": "", "c": ""}}

    assert paths_of({**body, "failed": {"b": "", "c": ""}}) == ["applied", "applied", "pending"]


@pytest.mark.parametrize(
    "part",
    [
        {"applied": ["ml"] * 100_001},
        {"pending": dict.fromkeys(map(str, range(100_001)), 0)},
        {"refused": [0] * 100_001},
        {"catalogue": [0] * 100_001},
    ],
)
def test_a_huge_part_is_one_error(part):
    assert len(paths_of({"revision": "r", **part})) == 1


def test_at_most_a_hundred_errors_are_listed():
    assert (
        len(paths_of({"revision": "r", "pending": dict.fromkeys(map(str, range(500)), 0)})) == 100
    )


def test_an_error_shows_no_value():
    with pytest.raises(Invalid) as error:
        parse_answer({"revision": ["secret"], "problem": {"secret": 1}})

    assert "secret" not in f"{error.value.detail} {error.value.errors}"


@given(st.fixed_dictionaries({"revision": st.text()}, optional=dict.fromkeys(OPTIONAL, JSON)))
def test_no_mapping_ends_in_anything_but_an_answer_or_invalid(body):
    with suppress(Invalid):
        assert parse_answer(body).revision == body["revision"]
