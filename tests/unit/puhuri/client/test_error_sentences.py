"""Errors of a portal in any shape: one sentence with its words. The recorded ones: replay."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_management.puhuri.client import errors
from profiles_management.puhuri.client.answers import Answer, error_fields
from profiles_management.puhuri.client.errors import NotAllowed, NotFound, PuhuriError, Refused
from profiles_management.reconcile.target_errors import TargetError
from puhuri_server.http_types import ERROR_PAGE, NOT_FOUND_PAGE

LONGEST = 400  # characters of a message


def error_of(body, status=400) -> PuhuriError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, content, "/api/projects/").error()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"detail": "Not found."}, "Not found"),
        ({"details": "Order item is over."}, "Order item is over"),
        ({"name": ["Too long.", "Not nice."]}, "name: Too long; name: Not nice"),
        ({"non_field_errors": ["No data provided"]}, "No data provided"),
        ({"name": ["Wrong."], "detail": "Really."}, "name: Wrong; Really"),
        (["Project is expired."], "Project is expired"),
        ([["One."], ["Two."]], "One; Two"),
        ("Only staff may do that.", "Only staff may do that"),
        ({"limits": "Invalid types: x"}, "limits: Invalid types: x"),
        ({"limits": {"cpu": ["Not a number."]}}, "limits.cpu: Not a number"),
        ({"end_date": {"end_date": "In the past."}}, "end_date: In the past"),
        ({"usages": [{"amount": ["Too many digits."]}]}, "usages.amount: Too many digits"),
        ({"non_field_errors": {"name": ["Wrong."]}}, "name: Wrong"),
        ({"detail": {"detail": ["Deep."]}}, "Deep"),
        ({"detail": "Two\nlines\r\n and \x1b[31mcolours"}, "Two"),
        ({"detail": "  spaces  "}, "spaces"),
        ({"detail": ""}, "no reason given, status 400"),
        ({"code": 7, "ok": False, "more": None}, "no reason given, status 400"),
        ({}, "no reason given, status 400"),
        ([], "no reason given, status 400"),
        (None, "no reason given, status 400"),
        (b"", "no reason given, status 400"),
        (ERROR_PAGE.encode(), "no reason given, status 400"),
        (NOT_FOUND_PAGE.encode(), "no reason given, status 400"),
        (b"\xff\xfe\x00", "no reason given, status 400"),
        (b'{"detail": ', "no reason given, status 400"),
        (b"[" * 100_000, "no reason given, status 400"),
        (b"[" * 16 + b'"Deep."' + b"]" * 16, "Deep"),
        (b"[" * 17 + b'"Too deep."' + b"]" * 17, "no reason given, status 400"),
        (b'{"detail":' * 17 + b'"Too deep."' + b"}" * 17, "no reason given, status 400"),
        (b"1" * 10_000, "no reason given, status 400"),
        (b'"\\ud800"', r"\ud800"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_shape_of_an_error_is_one_sentence(body, words):
    message = str(error_of(body))
    assert message.startswith(f"The portal refused it: {words}")
    assert message.endswith(".")
    assert not message.endswith("..") or "..." in message
    assert len(message.splitlines()) == 1
    assert message.isprintable()


def test_a_long_error_is_cut():
    message = str(error_of({"detail": "x" * 10_000}))
    assert len(message) < LONGEST
    assert message.endswith("x....")


@pytest.mark.parametrize(
    ("status", "kind", "begin"),
    [
        (400, Refused, "The portal refused it"),
        (401, NotAllowed, "The portal does not allow it"),
        (403, NotAllowed, "The portal does not allow it"),
        (404, NotFound, "The portal does not have it"),
        (405, Refused, "The portal refused it"),
        (409, Refused, "The portal refused it"),
        (415, Refused, "The portal refused it"),
        (418, Refused, "The portal refused it"),
    ],
)
def test_the_status_says_what_kind_of_error_it_is(status, kind, begin):
    error = error_of({"detail": "Why."}, status)
    assert type(error) is kind
    assert (str(error), error.status) == (f"{begin}: Why.", status)


def test_the_words_of_a_refusal_are_there_by_field():
    refusal = error_of({"name": ["Too long."], "limits": {"cpu": ["No.", "No!"]}, "detail": "x"})
    assert refusal.fields == {"name": ("Too long.",), "limits.cpu": ("No.", "No!"), "": ("x",)}


bodies = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
)


@given(bodies, st.integers(400, 499))
def test_any_body_is_one_short_line(body, status):
    message = str(error_of(body, status))
    assert len(message.splitlines()) == 1
    assert len(message) <= LONGEST
    assert message.endswith(".")


@given(st.binary())
def test_any_bytes_are_one_short_line(content):
    message = str(error_of(content))
    assert len(message.splitlines()) == 1
    assert len(message) <= LONGEST
    assert error_fields(content).values() is not None


def test_each_kind_of_error_has_a_code_of_its_own_and_is_one_of_a_target():
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, PuhuriError)
    ]
    assert len({kind.code for kind in kinds}) == len(kinds) >= 9
    assert issubclass(PuhuriError, TargetError)
