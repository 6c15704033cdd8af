"""A source that adds people learns names, or their exact spelling, from other sources."""

import pytest

from profiles_management.pmr import SourceDocument, loads, merge

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


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("ann.secret@example.com", "edit"),  # listed by the definer in another spelling
        ("ANN.SECRET@example.com", "view"),
        ("olga.secret@example.com", "edit"),  # the owner
        ("bob.SECRET@example.com", "edit"),  # added by another source, too
    ],
)
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
