"""Which people a search text matches."""

import pytest

from profiles_management.kubeflow.access.person_search import search
from profiles_management.reconcile.plan import Person


def people(*names):
    return frozenset(Person("User", name) for name in names)


@pytest.mark.parametrize(
    ("asked", "known", "found"),
    [
        ("ann", ("ann", "annotators", "ann@example.com"), ("ann",)),
        ("ann@example.com", ("ann@example.com", "Ann@example.com"), ("ann@example.com",)),
        ("ANN@example.com", ("ann@example.com", "joann@example.com"), ("ann@example.com",)),
        ("ANN", ("ann", "joann"), ("ann", "joann")),
        ("@example.com", ("ann@example.com", "li@example.org"), ("ann@example.com",)),
        ("jose\u0301@example.com", ("jos\u00e9@example.com",), ("jos\u00e9@example.com",)),
        ("ann@example.com", ("ann@example.com.au",), ()),
    ],
)
def test_a_whole_name_counts_alone_and_a_part_finds_everybody_who_has_it(asked, known, found):
    assert search(asked, people(*known)).people == people(*found)


def test_a_user_and_a_group_of_one_name_are_both_found():
    both = {Person("User", "ann"), Person("Group", "ann")}

    assert search("ann", both | people("annotators")).people == both


@pytest.mark.parametrize(
    ("asked", "general"),
    [
        ("ann@example.com", ("*", "*@example.com", "ann*")),
        ("li@example.org", ("*",)),
        ("ann", ()),  # no pattern includes a part of a name
    ],
)
def test_patterns_include_a_person_whose_whole_name_is_known(asked, general):
    known = people("*", "*@example.com", "ann*", "joann@example.com")

    assert search(asked, known).general - search(asked, known).people == people(*general)


def test_everybody_who_is_signed_in_is_a_group_that_includes_a_person():
    everybody = Person("Group", "system:authenticated")

    assert search("ann@example.com", {everybody}).general == {everybody}


@pytest.mark.parametrize(
    ("asked", "known", "similar"),
    [
        ("ann@example.com", ("anna@example.com", "joann@example.com", "an@example.com"), ()),
        (
            "ann@example.com",
            ("ann@example.org", "ann", "an.n@example.com"),
            ("an.n@example.com", "ann", "ann@example.org"),
        ),
        ("andrea", ("andreea@example.com", "daniela@example.com"), ("andreea@example.com",)),
        ("x" * 1000, ("xx@example.com",), ()),
        ("nobody", (), ()),
    ],
)
def test_only_what_may_be_a_slip_is_similar(asked, known, similar):
    assert search(asked, people(*known)).similar == similar
