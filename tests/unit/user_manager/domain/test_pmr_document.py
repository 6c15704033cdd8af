"""The document for the cluster: canonical, and valid whatever the accesses are."""

import hashlib
import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from profiles_management.pmr import Rules, loads
from user_manager.domain.pmr_document import ClusterAccess, LeftOut, pmr_document

END = datetime(2026, 12, 31, tzinfo=UTC)
NAMES = st.text(max_size=4) | st.sampled_from(
    ["ann", "Ann", "a.b", "a-b", "*", "e\u0301", "\u00e9"]
)
ACCESSES = st.builds(
    ClusterAccess,
    st.sampled_from(["ml", "web", "kube-x", "Bad", "default"]),
    NAMES.filter(lambda name: name.isprintable()),
    st.sampled_from(["view", "edit"]),
    st.none() | st.just(END),
)


def access(profile, user, role="view", until=None):
    return ClusterAccess(profile, user, role, until)


def users_in(document):
    profiles = json.loads(document.body)["profiles"]
    return {
        (profile["name"], person["name"])
        for profile in profiles
        for person in profile["contributors"]
    }


def test_the_body_is_canonical_json_of_profiles_and_people_in_order():
    document = pmr_document(
        [
            access("web", "zoë", "edit"),
            access("ml", "bob", "view", END),
            access("ml", "ann@example.com", "edit"),
        ]
    )

    assert document.body.decode() == (
        '{"profiles":[{"contributors":[{"name":"ann@example.com","role":"edit"},'
        '{"name":"bob","role":"view","until":"2026-12-31T00:00:00Z"}],"name":"ml"},'
        '{"contributors":[{"name":"zoë","role":"edit"}],"name":"web"}]}'
    )
    assert document.left_out == ()


def test_without_accesses_the_document_has_no_profiles():
    assert pmr_document([]).body == b'{"profiles":[]}'


def test_the_revision_is_the_beginning_of_the_hash_of_the_body():
    document = pmr_document([access("ml", "ann")])

    assert document.revision == hashlib.sha256(document.body).hexdigest()[:16]


def test_the_order_of_the_accesses_changes_nothing():
    accesses = [access("web", "ann"), access("ml", "bob"), access("ml", "ann")]

    assert pmr_document(accesses) == pmr_document(reversed(accesses))


def test_a_person_whom_no_document_can_have_is_left_out_alone():
    document = pmr_document([access("ml", "*"), access("ml", "ann"), access("web", "*")])

    assert users_in(document) == {("ml", "ann")}
    reason = '"*" is a wildcard in Istio'
    assert document.left_out == (LeftOut("ml", "*", reason), LeftOut("web", "*", reason))


def test_a_profile_that_no_document_can_have_is_left_out_with_all_its_people():
    document = pmr_document([access("kube-x", "ann"), access("kube-x", "bob"), access("ml", "ann")])

    assert users_in(document) == {("ml", "ann")}
    reason = '"kube-x" is reserved for the cluster itself'
    assert document.left_out == (LeftOut("kube-x", "ann", reason), LeftOut("kube-x", "bob", reason))


def test_of_two_spellings_of_a_name_one_stays():
    document = pmr_document([access("ml", "\u00e9va"), access("ml", "e\u0301va")])

    assert users_in(document) == {("ml", "e\u0301va")}
    assert [left.user for left in document.left_out] == ["\u00e9va"]


def test_nobody_becomes_an_admin():
    document = pmr_document([access("ml", "ann", "admin"), access("ml", "bob")])

    assert users_in(document) == {("ml", "bob")}


def test_ten_thousand_wrong_people_are_left_out():
    people = [access("ml", f"*{number}") for number in range(10_000)]
    document = pmr_document([*people, access("ml", "ann")])

    assert users_in(document) == {("ml", "ann")}
    assert len(document.left_out) == 10_000


@given(st.lists(ACCESSES, unique_by=lambda access: (access.profile, access.user)))
def test_every_document_is_one_that_the_engine_reads_without_trust(accesses):
    document = pmr_document(accesses)
    pmr = loads(document.body, rules=Rules(trusted=False), additions=True)

    read = {
        (name, person.name)
        for name, addition in pmr.additions.items()
        for person in addition.contributors
    }
    left_out = {(left.profile, left.user) for left in document.left_out}
    assert read | left_out == {(access.profile, access.user) for access in accesses}
    assert read.isdisjoint(left_out)
