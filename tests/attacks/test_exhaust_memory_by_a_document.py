"""A few bytes from a related application keep the charm busy, or fill its memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from attacks.hostile_documents import DOCUMENTS, databag, listed, numbered, profiles
from attacks.judging import RULES, judged
from profiles_management import DocumentError
from profiles_management.pmr import Rules, documents
from profiles_management.pmr.document_limits import MOST_PROBLEMS, Limits

ALL = "ATTACK_ALL" in os.environ
"""Whether to try every document; the others are of the same kinds and take a minute."""

MOST_CALLS = 3_000_000
MOST_MEMORY = 300_000_000
LARGE = ("a long name with a wide character", "unknown keys of limits")
QUICK = (
    "empty contributors within the limits",
    "a long key",
    "misspelled resources of limits",
    "resources that no container has",
    "misspelled scopes",
    "dates in plugins",
    "a key again and again",
    "lines",
    "lines like secrets",
)


def calls(work):
    """Return how many functions of Python some work calls."""
    count = 0

    def note(_frame, _event, _argument):
        nonlocal count
        count += 1

    before = sys.gettrace()
    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", DOCUMENTS if ALL else QUICK)
def test_a_hostile_document_is_judged_in_a_bounded_number_of_calls(name):
    sent = databag(DOCUMENTS[name]())

    assert calls(lambda: judged(sent)) < MOST_CALLS


@pytest.mark.parametrize("name", DOCUMENTS if ALL else LARGE)
def test_a_hostile_document_does_not_fill_the_memory(name, tmp_path):
    file = tmp_path / "databag.json"
    file.write_text(json.dumps(databag(DOCUMENTS[name]())))
    command = [sys.executable, str(Path(__file__).with_name("judging.py")), str(file)]

    answer = subprocess.run(  # noqa: S603 - our own program
        command,
        env={**os.environ, "PYTHONPATH": "lib:src"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    _, memory, problems, _ = json.loads(answer.stdout)

    assert memory < MOST_MEMORY
    assert problems <= MOST_PROBLEMS + 1


@pytest.mark.parametrize(
    "name",
    [
        "empty profiles",
        "values with nothing",
        "a key again and again",
        "one contributor again and again",
    ],
)
def test_a_document_with_endless_mistakes_says_last_that_the_rest_was_not_looked_at(name):
    codes = judged(databag(DOCUMENTS[name]()))

    if len(codes) > MOST_PROBLEMS:
        assert codes.index("too-many-problems") == len(codes) - 1
        assert len(codes) == MOST_PROBLEMS + 1


@pytest.mark.parametrize("number", [10, 400])
def test_the_work_for_mistakes_is_in_proportion_to_their_number(number):
    one, two = (
        profiles(listed("contributors", "{nmae: x}", count)) for count in (number, 2 * number)
    )
    judged(databag(two))  # fill caches first

    assert calls(lambda: judged(databag(two))) < 2.2 * calls(lambda: judged(databag(one)))


def refused(document, limits):
    with pytest.raises(DocumentError) as error:
        documents.loads(document, rules=Rules(trusted=False, limits=limits), additions=True)
    return error.value.problems


def test_more_profiles_than_an_untrusted_source_may_have_are_refused_as_a_whole():
    (problem,) = refused(profiles("open: true", "open: true", "open: true"), Limits.of(2, 100))

    assert (problem.code, problem.where.path) == ("too-many-profiles", "profiles")
    assert problem.what == "this source has 3 profiles, at most 2 are allowed"


def test_more_contributors_than_an_untrusted_source_may_have_are_refused_wherever_they_are():
    document = profiles(listed("contributors", "{name: li, role: edit}", 1), "open: true") + (
        "- {name: other, contributors: [{name: bo, role: view}, {name: eve, role: view}]}\n"
    )

    (problem,) = refused(document, Limits.of(9, 2))

    assert problem.code == "too-many-contributors"
    assert documents.loads(
        document, rules=Rules(trusted=False, limits=Limits.of(9, 3)), additions=True
    )


def test_by_default_a_related_application_may_have_two_thousand_profiles_with_ten_people_each():
    people = ", ".join(
        f"{{name: u{index}@example.com, kind: User, role: edit, until: 2099-01-01}}"
        for index in range(10)
    )

    assert (
        judged(
            databag(
                profiles(*[f"contributors: [{people}], resources: {{hard: {{cpu: 4}}}}"] * 2_000)
            )
        )
        == []
    )


@pytest.mark.parametrize("defaults", ["labels: {%s}", "resources: {hard: {%s}}"])
def test_large_defaults_are_not_multiplied_by_thousands_of_profiles(defaults):
    large = numbered("count/a%d.example.com: '1'" if "hard" in defaults else "k%d: a", 5_000)
    many = profiles(*["open: true"] * 1_900)

    assert judged(databag(f"defaults: {{{defaults % large}}}\n{many}")) == ["too-many-values"]
    assert judged(databag(f"defaults: {{{defaults % large}}}\n{profiles('open: true')}")) == []


def test_a_source_that_is_trusted_is_not_counted_and_still_bounded():
    many = profiles(*["open: true"] * 2_001)

    assert documents.loads(many, rules=Rules(limits=RULES.limits.without_counts()), additions=True)
    with pytest.raises(DocumentError, match="too-many-values"):
        documents.loads(
            DOCUMENTS["empty lists"](),
            rules=Rules(limits=RULES.limits.without_counts()),
            additions=True,
        )
