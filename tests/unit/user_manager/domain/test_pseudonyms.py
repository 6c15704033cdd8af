"""Pseudonyms, and the places of a text that name a person."""

import re

import pytest

from user_manager.domain.identifiers import check_user_id
from user_manager.domain.pseudonyms import PersonNames, new_pseudonym

ANN = PersonNames("ann@example.com", "Ann Lee")
NEW = "former-user-1"


def test_a_pseudonym_is_a_random_id():
    first, second = new_pseudonym(), new_pseudonym()
    assert re.fullmatch(r"former-user-[0-9a-f]{16}", first)
    assert first != second
    assert check_user_id(first) == first


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("ann@example.com", NEW),
        ("Ask ANN@example.com.", f"Ask {NEW}."),
        ("(ann@example.com): no", f"({NEW}): no"),
        ("ann lee, ann@example.com", f"{NEW}, {NEW}"),
        ("Ann Lee <ann@example.com>\nBob", f"{NEW} <{NEW}>\nBob"),
    ],
)
def test_a_text_that_names_a_person_gets_the_pseudonym(text, replaced):
    assert ANN.are_in(text)
    assert ANN.replaced(text, NEW) == replaced


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ann",
        "joann@example.com",
        "jo.ann@example.com",
        "jo-ann@example.com",
        "ann@example.com.au",
        "ann@example.community",
        "Ann Lee-Smith",
        "Joann Lee",
        "annXexample.com",
    ],
)
def test_a_text_that_names_somebody_else_stays(text):
    assert not ANN.are_in(text)
    assert ANN.replaced(text, NEW) == text


@pytest.mark.parametrize("name", ["-", " ", "?", "(data)", "Ann."])
def test_a_name_that_is_hardly_one_changes_no_text(name):
    text = "the data - see (data): why ? Ann."
    assert PersonNames("data", name).replaced(text, NEW) == text


def test_an_id_and_a_name_of_one_word_stay_in_texts():
    names = PersonNames("data", "Will")
    assert names.terms == []
    assert not names.are_in("data: will Will read it?")


def test_signs_of_a_name_have_no_meaning():
    names = PersonNames("a", "Ann (Lee) [x]\\1")
    assert names.replaced("by Ann (Lee) [x]\\1!", NEW) == f"by {NEW}!"
