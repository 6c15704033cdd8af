"""Ids, names and texts: bounded, printable, and unique where people would confuse them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_management.pmr import Contributor, ContributorRole
from user_manager.domain.errors import Invalid
from user_manager.domain.identifiers import (
    check_access_id,
    check_module_id,
    check_text,
    check_user_id,
    check_user_name,
    user_key,
)


@pytest.mark.parametrize(
    "user_id",
    [
        *("ann@example.com", "Ann@Example.com", "a", "x" * 253, "анна@пример.рф", "ivan petrov"),
        *("o'neil@example.com", "...", "a/b", "a%2Fb", "#1", "cn=ann,dc=example"),
    ],
)
def test_an_id_of_a_user_is_kept_as_it_is(user_id):
    assert check_user_id(user_id) == user_id


@pytest.mark.parametrize(
    "user_id",
    [
        *("", " ", " ann", "ann ", "ann\u00a0", "x" * 254, "a\0b", "a\nb", "a\x7fb", "\ud800"),
        *(".", "..", "*", "ann*", "*ann", "a*b", "a\u200bb", "a\u202eb", "a\u2800b", "a\u3164b"),
        *("system:admin", "system:serviceaccount:a:b", "System:masters", "token:etl", "Token:x"),
        *("ann@example.com, bob@example.com", "a@b@c", "<ann@example.com>", "mailto:ann@a.com"),
        *("${USER}", "ann\uff20example.com"),
    ],
)
def test_an_id_that_kubernetes_or_people_would_misread_is_refused(user_id):
    with pytest.raises(Invalid) as error:
        check_user_id(user_id, "user")

    assert [field.path for field in error.value.errors] == ["user"]


@given(st.text(min_size=1))
def test_every_id_of_a_user_can_be_a_contributor(user_id):
    try:
        check_user_id(user_id)
    except Invalid:
        return
    assert Contributor(name=user_id, role=ContributorRole.VIEW).name == user_id


@pytest.mark.parametrize(
    ("user_id", "variant"),
    [
        ("ann@example.com", "ANN@Example.com"),
        ("straße", "STRASSE"),
        ("\u00e9va", "e\u0301va"),
        ("ЖЮ", "жю"),
    ],
)
def test_variants_of_an_id_have_one_key(user_id, variant):
    assert user_key(user_id) == user_key(variant)


@given(st.text())
def test_a_key_is_the_same_for_both_unicode_forms(user_id):
    forms = (unicodedata.normalize(form, user_id) for form in ("NFC", "NFD"))

    assert {user_key(form) for form in forms} == {user_key(user_id)}


@given(st.text(st.characters(max_codepoint=127)))
def test_a_key_ignores_the_case_of_ascii(user_id):
    assert user_key(user_id.upper()) == user_key(user_id.lower()) == user_id.lower()


@given(st.text(max_size=253))
def test_a_key_has_at_most_three_times_the_length(user_id):
    assert len(user_key(user_id)) <= 3 * len(user_id)


@pytest.mark.parametrize("name", ["Ann", "Анна Петрова", "x" * 253, "<b>Ann</b>", "עדי"])
def test_a_name_of_a_user_has_printable_characters(name):
    assert check_user_name(name) == name


@pytest.mark.parametrize("name", ["", "x" * 254, "a\0", "a\nb", "\u202eann", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(Invalid, match="name: must have 1 to 253 printable characters"):
        check_user_name(name)


@pytest.mark.parametrize("module_id", ["a", "sales-data", "0", "a" * 63])
def test_an_id_of_a_module_is_a_dns_label(module_id):
    assert check_module_id(module_id) == module_id


@pytest.mark.parametrize(
    "module_id", ["", "A", "a_b", "a.b", "-a", "a-", "a" * 64, "a\n", "a\0", "é", "\ud800"]
)
def test_an_id_of_a_module_that_is_no_dns_label_is_refused(module_id):
    with pytest.raises(Invalid, match="module: must have 1 to 63 of the characters"):
        check_module_id(module_id, "module")


@pytest.mark.parametrize("access_id", ["a", "A.b_c-9", "x" * 64, "..."])
def test_an_id_of_an_access_is_kept_as_it_is(access_id):
    assert check_access_id(access_id) == access_id


@pytest.mark.parametrize("access_id", ["", "x" * 65, "a b", "a/b", "é", "a\n", "a\0", ".", ".."])
def test_an_id_of_an_access_with_other_characters_is_refused(access_id):
    with pytest.raises(Invalid, match="id: must have 1 to 64 of the characters"):
        check_access_id(access_id)


def test_a_text_has_lines_and_tabs_and_the_line_ends_of_forms_become_plain():
    assert check_text("one\r\n\ttwo\nthree 👍") == "one\n\ttwo\nthree 👍"


@pytest.mark.parametrize("text", ["\0", "a\x1bb", "a\rb", "\x85", "\ud83d", "\x7f"])
def test_a_text_with_control_characters_or_half_characters_is_refused(text):
    with pytest.raises(Invalid, match="comment: must not contain control characters"):
        check_text(text, path="comment")


def test_a_text_has_at_most_two_thousand_characters():
    assert check_text("я" * 2_000)
    with pytest.raises(Invalid, match="reason: has 2,001 characters, at most 2,000 are allowed"):
        check_text("я" * 2_001)


@given(st.text())
def test_every_accepted_text_can_be_stored_and_sent(text):
    try:
        checked = check_text(text)
    except Invalid:
        return
    assert "\0" not in checked
    assert checked.encode().decode() == checked
