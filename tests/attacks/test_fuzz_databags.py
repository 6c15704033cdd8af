"""Random databags at both ends of the relation: each is used, or reported as unusable.

How to run it longer: see fuzz.py.
"""

import base64
import json
import tracemalloc
import zlib

import pytest

from attacks.fuzz import changed, rounds
from attacks.hostile_documents import databag
from charms.profiles_management.v0 import profiles_management as library

pytestmark = pytest.mark.usefixtures("no_logging")

GOOD = json.dumps(
    {
        "applied": ["ml"],
        "pending": {"web": "waits"},
        "failed": {"x": "why"},
        "problem": "",
        "refused": [{"profile": "x", "name": "ann", "reason": "why"}],
        "catalogue": [
            {
                "name": "ml",
                "owner": {"kind": "User", "name": "boss"},
                "open": True,
                "contributors": [
                    {"kind": "User", "name": "li", "role": "edit", "until": None, "source": "git"}
                ],
            }
        ],
    }
)
VALUES = (
    "",
    "1",
    "2",
    "-1",
    "text",
    "zlib+base64",
    "gzip",
    "\ud800",
    "\u0000",
    "é" * 99,
    "[" * 9_999,
    "9" * 5_000,
    "{}",
)


def a_databag(chance, text):
    """Return a databag that holds a text, or something like it."""
    whole = (
        databag(text)
        if chance.random() < 0.5
        else {**databag(text), "encoding": "text", "document": text}
    )
    whole["report"] = whole["document"]
    for key in chance.sample(sorted(whole), chance.randrange(3)):
        match chance.randrange(4):
            case 0:
                del whole[key]
            case 1:
                whole[key] = chance.choice(VALUES)
            case 2:
                whole[key] = changed(whole[key].encode(errors="replace"), chance).decode(
                    errors="replace"
                )
            case _:
                packed = zlib.compress(changed(text.encode(), chance), chance.randrange(10))
                whole[key] = base64.b64encode(packed + chance.choice((b"", b"x"))).decode()
    return whole


@pytest.mark.parametrize("key", ["document", "report"])
def test_any_databag_is_used_or_reported_as_unusable_in_one_line(key):
    for chance in rounds(1_000, f"databags {key}"):
        read = library._read(
            a_databag(chance, chance.choice((GOOD, "profiles: []", "é\n"))), key, "teams", "ours"
        )

        assert (read.text is None) or not read.problem
        assert read.problem.isprintable()
        assert len(read.problem) <= library.LONGEST_REASON
        if read.text is not None:
            read.text.encode()


def test_any_report_is_read_or_reported_as_unusable():
    pieces = (
        b'"',
        b"[]",
        b"{}",
        b"null",
        b"1e999",
        b"\\ud800",
        b'"applied":[[]],',
        b'{"a":1}',
        b"\\n",
    )
    for chance in rounds(2_000, "answers"):
        text = changed(GOOD.encode(), chance, pieces).decode(errors="replace")
        answer = library._answer_in(text, "ours")

        for line in (
            *answer.applied,
            *answer.pending,
            *answer.failed,
            answer.problem,
            *answer.failed.values(),
        ):
            assert line.isprintable()
            assert len(line) <= library.LONGEST_REASON
        for person in answer.refused or ():
            assert all(isinstance(value, str) for value in vars(person).values())
        for profile in answer.catalogue or ():
            assert set(profile) == {"name", "owner", "open", "contributors"}


@pytest.mark.parametrize(
    "text",
    [
        "[" + "[]," * 5_000_000,
        '{"applied":[' + "{}," * 4_000_000 + "0]}",
        '{"applied":' + "[" * 9_000_000,
        '{"catalogue":[' + "{}," * 490_000 + "0]}",
        '{"refused":[' + "[]," * 490_000 + "0]}",
    ],
)
def test_a_hostile_answer_does_not_fill_the_memory_of_the_charm_that_publishes(text):
    tracemalloc.start()
    answer = library._answer_in(text, "ours", library._MOST_PARTS_OF_CATALOGUE)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.problem.startswith("the report of ours cannot be used")
    assert most < 100_000_000


def test_a_long_reason_is_cut_before_anything_looks_at_it():
    answer = library._answer_in(
        json.dumps({**json.loads(GOOD), "problem": "x y" * 3_000_000}), "ours"
    )

    assert len(answer.problem) == library.LONGEST_REASON
