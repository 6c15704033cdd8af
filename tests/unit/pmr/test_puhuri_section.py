"""The sections for a research portal, validated with the rest of a document."""

from datetime import date
from decimal import Decimal

import pytest

from profiles_management.pmr import DocumentError, Rules, dumps, loads
from profiles_management.pmr.merging import SourceDocument, merge
from profiles_management.pmr.rules import problems

OWNER = "owner: {kind: User, name: ann@example.com}"


def document(section, top=""):
    return f"{top}\nprofiles:\n- name: ml\n  {OWNER}\n  puhuri: {section}\n"


def codes(text, **rules):
    with pytest.raises(DocumentError) as refused:
        loads(text, rules=Rules(**rules))
    return [problem.code for problem in refused.value.problems]


def test_a_document_says_what_a_portal_needs():
    pmr = loads(
        document(
            "{name: ML, allocations: [{name: gpu, offering: GPU hours, limits: {hours: 0.5}}]}",
            "puhuri: {customer: Example, defaults: {end_date: 2030-01-01, description: all}}",
        )
    )

    project = pmr.project_of(pmr.profiles["ml"])

    assert pmr.puhuri.customer == "Example"
    assert (project.name, project.description) == ("ML", "all")
    assert project.end_date == date(2030, 1, 1)
    (allocation,) = project.allocations
    assert allocation.limits == {"hours": Decimal("0.5")}


def test_a_profile_without_a_project_has_none_whatever_the_defaults():
    pmr = loads(document("false", "puhuri: {defaults: {description: all}}"))

    assert pmr.project_of(pmr.profiles["ml"]) is False


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("true", "not-a-mapping"),
        ("{adopt: 12}", "not-text"),
        ("{adopt: project-12}", "bad-uuid"),
        ("{end_date: soon}", "bad-date"),
        ("{end_date: '2030-02-30'}", "bad-date"),
        ("{allocations: [{name: a, offering: o, limits: {c: -1}}]}", "bad-limit"),
        ("{allocations: [{name: a, offering: o, limits: {c: .nan}}]}", "bad-limit"),
        ("{allocations: [{name: a, offering: o}, {name: a, offering: o}]}", "repeated-allocation"),
        ("{allocation: []}", "unknown-key"),
    ],
)
def test_what_a_portal_could_not_have_is_refused(section, code):
    assert codes(document(section)) == [code]


def test_an_untrusted_source_says_nothing_of_a_portal():
    assert codes(document("{name: ML}"), trusted=False) == ["not-trusted"]
    assert codes(document("false", "puhuri: {customer: Mine}"), trusted=False) == ["not-trusted"]


def test_a_written_document_is_read_as_the_same():
    pmr = loads(
        document(
            "{allocations: [{name: a, offering: o, limits: {c: 0.1, d: 3}, attributes: {x: [1]}}]}",
            "puhuri: {customer: Example, defaults: {end_date: 2030-01-01}}",
        )
    )

    assert loads(dumps(pmr)) == pmr
    assert loads(dumps(pmr, format="json")) == pmr


def test_merged_sources_keep_the_customer_and_each_its_own_defaults():
    one = loads(
        document("{name: ML}", "puhuri: {customer: Example, defaults: {description: of one}}")
    )
    other = loads(document("{}").replace("name: ml", "name: web"))

    merged = merge([SourceDocument("git", one), SourceDocument("config", other)])

    assert merged.puhuri.customer == "Example"
    projects = {name: merged.project_of(profile) for name, profile in merged.profiles.items()}
    assert projects["ml"].description == "of one"
    assert projects["web"].description is None


def test_two_profiles_that_code_gives_the_same_project_to_adopt_are_found():
    pmr = loads(document("{adopt: 5c752eebf84b41f7bac5e6fc0ca4d50c}"))
    other = pmr.profiles["ml"].model_copy(update={"name": "soup"})
    pmr.add_profile(other)

    (problem,) = problems(pmr, Rules())

    assert (problem.code, problem.where.path) == ("repeated-adopt", "profiles.soup.puhuri.adopt")
    assert '"ml"' in problem.what
