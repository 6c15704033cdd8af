"""Any text is a document or is refused with problems; no other exception is raised."""

import pytest

from mangled import mangled
from profiles_management.pmr import DocumentError, ProfilesManagementRepresentation, loads
from profiles_management.pmr.boundary import source_boundary
from profiles_management.pmr.problems import GitError

OPEN = [
    "{",
    "[",
    "profiles: [",
    "- [{",
    '"',
    "'a",
    "profiles: []\nx",
    "profiles: []\nx\n",
    "profiles:\n- name: ml\n  own",
]
UNPLACED = {"empty-document", "not-utf-8"}
"""Codes of problems without a line: an empty document, and one in another encoding."""


def outcome(text, **options):
    """Return the document of a text, or the problems with which it is refused."""
    try:
        return loads(text, **options)
    except DocumentError as error:
        return error.problems


@pytest.mark.parametrize("additions", [False, True])
def test_five_thousand_mangled_documents_are_read_or_refused_with_line_and_column(additions):
    for text in mangled(5_000, seed=1 + additions):
        found = outcome(text, additions=additions)
        if not isinstance(found, ProfilesManagementRepresentation):
            assert found, text
            assert all(p.where.line and p.where.column for p in found if p.code not in UNPLACED), (
                text,
                found,
            )
            assert all(
                p.what.isprintable() and p.remedy.isprintable() and p.excerpt.isprintable()
                for p in found
            ), text


@pytest.mark.parametrize("text", OPEN)
def test_a_fault_at_the_very_end_is_reported_at_an_existing_line(text):
    (problem,) = outcome(text)

    assert problem.code == "not-yaml"
    assert 1 <= problem.where.line <= len(text.splitlines())
    assert problem.excerpt == text.splitlines()[problem.where.line - 1]


STARTS = ["", "{", "{x: ", "profiles: ", "a: b: ", "- name: ann #x ", "\u2013 \u201ca: "]
PARTS = [
    *(
        "{{",
        "${",
        "[[",
        "<%",
        "<a",
        "@<",
        '"',
        '\\"',
        "'",
        "`",
        "%41",
        "#a ",
        "[a](",
        "//",
        "/*",
        "// \n",
        "/**/ ",
    ),
    *(
        "\u2013 ",
        "\u00a0",
        "\u201c",
        "\uff1a",
        "\uff5b",
        "\uff0ca",
        " ",
        "a, ",
        "name: a ",
        "name: a #x\n",
        "\n- name: ${\n",
    ),
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("start", STARTS)
def test_a_large_text_that_means_ill_is_read_in_one_pass(start, part):
    assert outcome(start + part * (300_000 // len(part)))


def test_every_beginning_of_a_document_is_read_or_refused(valid):
    for end in range(len(valid)):
        outcome(valid[:end])


@pytest.fixture(params=["yaml", "json", "lines"])
def valid(request):
    """A valid document, in each of the ways in which one is written."""
    yaml = "profiles:\n- name: ml\n  owner: {kind: User, name: 'ann@example.com'}\n  labels:\n    a: >-\n      b\n"
    json = (
        '{"profiles": [{"name": "ml", "owner": {"kind": "User", "name": "\\u00e9@example.com"}}]}'
    )
    return {"yaml": yaml, "json": json, "lines": yaml.replace("\n", "\r\n")}[request.param]


@pytest.mark.parametrize(
    "error",
    [
        RecursionError(),
        MemoryError(),
        ValueError("x"),
        UnicodeError("y"),
        TypeError("z"),
        OverflowError(),
    ],
)
def test_what_content_makes_python_raise_is_a_problem_of_its_source(error):
    refused = r"^teams: reading this document ended in \w+Error\. .* \[unreadable\]$"
    with pytest.raises(DocumentError, match=refused), source_boundary("teams"):
        raise error


@pytest.mark.parametrize(
    "error", [KeyError("x"), IndexError(), GitError("away"), KeyboardInterrupt()]
)
def test_a_fault_of_this_program_and_our_own_errors_pass_the_boundary(error):
    with pytest.raises(type(error)) as raised, source_boundary("teams"):
        raise error

    assert raised.value is error
