"""A source that adds people learns names, or their exact spelling, from other sources."""

from datetime import UTC, datetime

import pytest

from profiles_management.pmr import SourceDocument, loads, merge
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report
from profiles_management.sources import Gathered, answer_data, merged, report_for
from readings import reading

EVIL = "relation:profiles:evil"
DEFINED = """
profiles:
- name: ml
  open: true
  owner: {kind: User, name: Olga.Secret@example.com}
  contributors: [{name: Ann.Secret@example.com, role: edit}, {name: zed.secret@example.com, role: view}]
"""


def adding(*people):
    listed = ", ".join(f"{{name: {name}, role: {role}}}" for name, role in people)
    return loads(f"profiles: [{{name: ml, contributors: [{listed}]}}]", additions=True)


GUESSES = [
    ("ann.secret@example.com", "edit"),  # listed by the definer in another spelling
    ("ANN.SECRET@example.com", "view"),
    ("olga.secret@example.com", "edit"),  # the owner
    ("bob.SECRET@example.com", "edit"),  # added by another source, too
]


@pytest.mark.parametrize(("name", "role"), GUESSES)
@pytest.mark.parametrize("trusted", [True, False])
def test_the_answer_to_a_guess_has_no_spelling_but_its_own(name, role, trusted):
    other = SourceDocument("git", adding(("Bob.Secret@example.com", "view")), trusted=trusted)
    sources = [
        SourceDocument("config", loads(DEFINED)),
        other,
        SourceDocument(EVIL, adding((name, role)), trusted=False),
    ]

    answers = [
        str(problem) for problem in merge(sources).origins.refused if problem.where.file == EVIL
    ]

    assert answers
    for answer in answers:
        assert name in answer
        rest = answer.replace(name, "")
        assert "secret" not in rest.lower()


@pytest.mark.parametrize(("name", "role"), GUESSES)
@pytest.mark.parametrize("trusted", [True, False])
def test_the_whole_report_has_no_name_and_no_role_but_its_own(name, role, trusted):
    path = "file:/home/Bob.Secret/teams.yaml"
    evil = reading(EVIL, adding((name, role)), is_trusted=False)
    readings = (
        evil,
        reading("config", loads(DEFINED)),
        reading(path, adding(("Bob.Secret@example.com", "view")), is_trusted=trusted),
    )

    report = report_for(
        evil, Gathered(merged(readings), readings), Report(Plan()), now=datetime.now(UTC)
    )

    data = answer_data(report)
    assert [person["name"] for person in data["refused"]] == [name]
    rest = str(data).replace(name, "").lower()
    assert "secret" not in rest
    assert "catalogue" not in data
    for word in ("edit", "view", "admin", "git", "config", "file:"):
        assert word not in rest
