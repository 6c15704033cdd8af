"""Several files are one document."""

import pytest

from profiles_management.pmr import DocumentError, Rules
from profiles_management.pmr.file_set import document

OWNER = "owner: {kind: User, name: olga@example.com}"
A = f"profiles: [{{name: a, {OWNER}}}]\n"
B = f"profiles: [{{name: b, {OWNER}}}]\n"
LABELS = "defaults: {labels: {team: %s}}\n"


def read(**files):
    """Read files as one document, such as `read(a="profiles: []")`."""
    return document({f"{name}.yaml": text.encode() for name, text in files.items()}, rules=Rules())


def problems(**files):
    """Return the problems of files."""
    with pytest.raises(DocumentError) as caught:
        read(**files)
    return [str(problem) for problem in caught.value.problems]


def test_the_profiles_of_all_files_are_there():
    assert sorted(read(one=A, two=B).profiles) == ["a", "b"]


def test_defaults_of_one_file_hold_for_all():
    pmr = read(one=A, two=B + LABELS % "x")

    assert pmr.labels_of(pmr.profiles["a"]) == {"team": "x"}


def test_equal_defaults_may_stand_in_several_files():
    assert (
        read(one=A + LABELS % "x", two=B + LABELS % "x").defaults
        == read(one=A + LABELS % "x").defaults
    )


def test_the_warnings_of_all_files_are_there():
    odd = B.replace("olga@example.com", "olga@example.com;")

    assert [warning.where.file for warning in read(one=A, two=odd).warnings] == ["two.yaml"]
    assert [warning.where.file for warning in read(two=odd).warnings] == ["two.yaml"]


def test_other_defaults_are_refused_with_both_files():
    assert problems(one=A + LABELS % "x", two=B, three=LABELS % "y" + "profiles: []\n") == [
        'three.yaml:1:1 defaults: "defaults" differ from those in one.yaml:2. Keep them in one file [two-defaults]'
    ]


def test_a_profile_in_several_files_is_reported_at_each_but_the_first():
    what = (
        'another profile has the name "a", in one.yaml:1. Rename or remove one [duplicate-profile]'
    )

    assert problems(one=A, two=A, three=B, four=A) == [
        f"four.yaml:1:19 profiles[0].name: {what}",
        f"two.yaml:1:19 profiles[0].name: {what}",
    ]


def test_what_is_wrong_in_single_files_and_between_them_is_reported_together():
    assert [
        problem.partition(" ")[0] for problem in problems(one=A, two=A, three="profiles:\n")
    ] == [
        "three.yaml:1:1",
        "two.yaml:1:19",
    ]


def test_the_rules_hold_for_every_file():
    with pytest.raises(DocumentError, match=r"two\.yaml:1:19 .*protected"):
        document(
            {"one.yaml": A.encode(), "two.yaml": B.encode()},
            rules=Rules(protected=frozenset({"b"})),
        )


def test_a_file_may_add_contributors_to_a_profile_of_another_source_if_it_is_one_of_several():
    added = b"profiles: [{name: open, contributors: [{name: ann@example.com, role: edit}]}]"
    files = {"a.yaml": b"profiles: [{name: ml, owner: {kind: User, name: a@b.c}}]", "b.yaml": added}

    assert [*document(files, rules=Rules(), additions=True).additions] == ["open"]
    with pytest.raises(DocumentError):
        document(files, rules=Rules())


def test_a_profile_that_one_file_defines_and_another_adds_to_is_refused_with_its_line():
    added = b"profiles:\n- name: open\n  contributors: []\n- name: ml\n  contributors: []\n"
    files = {"a.yaml": b"profiles: [{name: ml, owner: {kind: User, name: a@b.c}}]", "b.yaml": added}

    with pytest.raises(DocumentError) as refused:
        document(files, rules=Rules(), additions=True)

    assert [(one.code, one.where.file, one.where.line) for one in refused.value.problems] == [
        ("duplicate-profile", "b.yaml", 4)
    ]
