"""A reader of statuses, logs, metrics or Events learns a name of a person, or a secret.

The same through the charm, path by path: tests/unit/charm/test_charm_names.py. Actions and the
command are for administrators and name people.
"""

import re
from pathlib import Path

import pytest
from engine.build import document, profile
from engine.world import World

from mangled import mangled_texts
from memory_api import always, forbid, injury
from profiles_management import DocumentError, Settings
from profiles_management.kubeflow.cluster import events
from profiles_management.kubeflow.state.unread_objects import of_object
from profiles_management.pmr import loads
from profiles_management.pmr.classes import Addition
from profiles_management.pmr.finding_problems import as_problem
from profiles_management.pmr.merging import SourceDocument, merge
from profiles_management.pmr.model import Finding
from profiles_management.pmr.origins import label, public_label
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.warnings import document_warnings
from profiles_management.reconcile.plan import (
    Action,
    Change,
    ObjectRef,
    Person,
    Phase,
    Plan,
    Reason,
)
from profiles_management.reconcile.report import Outcome, Report, Result
from scenarios.foreign import binding, person, put

MARK = "zq9"
CORPUS = [
    path.read_text(errors="replace")
    for path in (Path(__file__).parents[1] / "corpus").rglob("*.yaml")
]
OF_PROFILES = {"duplicate-profile", "protected-name", "reserved-name", "name-not-allowed"}


def addresses(text: str) -> str:
    """Mark every e-mail address of a document."""
    return re.sub(r"(?<![\w.+-])(?=[\w.+-]+@)", MARK, text)


def names(text: str) -> str:
    """Mark every name of a document too: people may go by a word."""
    return re.sub(rf"(name: *[{{\"' ]*)(?!{MARK})(?=\w)", rf"\g<1>{MARK}", addresses(text))


def problems_of(text: str) -> list[Problem]:
    try:
        return list(document_warnings(loads(text, name="pmr")))
    except DocumentError as error:
        return [*error.problems, *error.warnings]


def leaks(texts, mark) -> set[str]:
    """Return the shown texts for each text with a marked name."""
    shown = (
        one.what_nameless
        for text in texts
        for one in problems_of(mark(text))
        if one.code not in OF_PROFILES
    )
    return {text for text in shown if MARK in text}


@pytest.mark.parametrize("mark", [addresses, names])
def test_no_mistake_in_a_document_shows_a_name(mark):
    assert any(MARK in one.what for text in CORPUS for one in problems_of(mark(text)))

    assert leaks(CORPUS, mark) == set()


@pytest.mark.parametrize("mark", [addresses, names])
def test_no_mangled_document_shows_a_name(mark):
    assert leaks(mangled_texts(600, seed=17), mark) == set()


@pytest.mark.parametrize(
    "line",
    [
        "contributors: {NAME: edit}",
        "contributors: [NAME]",
        "contributors: [{NAME: edit}]",
        "contributors: [{name: x, role: NAME}]",
        "contributors: [{name: x, role: edit, NAME: 1}]",
        "contributors: [{name: x, role: edit, until: NAME}]",
        "contributors: [{name: NAME, role: edit}, {name: NAME, role: view}]",
        "owner2: NAME",
        "NAME: x",
        "labels: {team: NAME x}",
        "labels: {NAME: x}",
        "resources: {hard: {cpu: NAME}}",
        "contributors: [{name: 'NAME\"', role: edit}]",
        "contributors: [{name: 'a\" NAME \"b', role: edit}]",
    ],
)
@pytest.mark.parametrize(
    "name", [f"{MARK}@example.com", f"{MARK}", f"CN={MARK},O=x", f"{MARK} smith"]
)
def test_a_name_at_a_wrong_place_is_not_shown(line, name):
    text = f"profiles:\n- name: ml\n  owner: {{kind: User, name: o@x.com}}\n  {line.replace('NAME', name)}\n"
    key = line.startswith(("NAME", "owner2"))

    shown = [one.what_nameless for one in problems_of(text)]

    bare_word_as_a_key = key and name == MARK  # it could be a mistyped field
    assert not [one for one in shown if MARK in one and not bare_word_as_a_key], shown


def test_a_mistyped_field_is_shown():
    (problem,) = problems_of(
        "profiles:\n- name: ml\n  owner: {kind: User, name: o@x.com}\n  contributers: []\n"
    )

    assert problem.what_nameless == 'unknown key "contributers"'


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        (Where.of_profile("ml"), "ml: brand-new"),
        (Where.of_profile("ml", file="git"), "ml: brand-new"),
        (Where(path=f"RoleBinding/ml/{MARK}"), "brand-new"),
        (Where(path=f"ClusterRole/{MARK}"), "brand-new"),
        (Where("pmr", 3, 1, f"profiles[0].labels.{MARK}"), "brand-new"),
        (Where(f"{MARK}.yaml"), "brand-new"),
        (Where(), "brand-new"),
    ],
)
def test_of_a_problem_that_nobody_has_listed_the_code_is_shown(where, shown):
    assert Problem("brand-new", f"{MARK} is there", where, MARK).what_nameless == shown


def test_of_an_unreadable_object_its_kind_and_namespace_are_shown():
    problem = of_object("RoleBinding", MARK, "ml", "has no subjects")

    assert problem.what == f"RoleBinding ml/{MARK} has no subjects"
    assert problem.what_nameless == "a RoleBinding in ml has no subjects"


def test_values_of_a_document_are_hidden_although_one_contains_another():
    values = (f'"{MARK}"', f'"a" and "{MARK}"')
    finding = Finding("two", f"{values[1]} differ from {values[0]}", "keep one", values=values)

    assert as_problem(finding, Where(), ()).nameless == '"…" differ from "…"'


# messages of a cluster


@pytest.fixture
def world():
    return World()


def shown_of(report) -> list[str]:
    """Return every text of a report that is visible outside."""
    problems = [one.what_nameless for one in (*report.plan.refused, *report.plan.warnings)]
    outcomes = [one.why_nameless for one in report.outcomes if one.result is not Result.DONE]
    answers = [why for _, why in report.profiles(named=False).values()]
    messages = [one.message for one in events.of(report, Settings(events="counts"))]
    return [*problems, *outcomes, *answers, *messages, *(one.what for one in report.plan.pending)]


def namespace_of_somebody(world):
    metadata = {"name": "ml", "annotations": {"owner": f"{MARK}@example.com"}}
    world.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def profile_of_somebody(world):
    owner = {"kind": "User", "name": f"{MARK}@example.com"}
    head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": "ml"}}
    world.api.call("POST", world.api.path("Profile"), {**head, "spec": {"owner": owner}})


def access_by_other_means(world):
    world.apply(document(profile()))
    put(
        world.api,
        *(binding(f"{MARK}-{number}", person(f"{MARK}0@example.com")) for number in range(5)),
    )


def refused_writes(status):
    def arrange(world):
        world.api.faults.append(
            always(injury(status), lambda request: request.writes and request.namespace == "ml")
        )

    return arrange


def an_object_that_cannot_be_read(world):
    subjects = [person(f"{MARK}-{number}@example.com") for number in range(3_000)]
    put(world.api, binding(f"user-{MARK}-example-com-clusterrole-edit", *subjects))


def no_permission(world):
    world.api.faults.append(forbid("create", "rolebindings", user=MARK))


@pytest.mark.parametrize(
    "arrange",
    [
        an_object_that_cannot_be_read,
        no_permission,
        namespace_of_somebody,
        profile_of_somebody,
        access_by_other_means,
        *(refused_writes(status) for status in ("409", "422", "500")),
    ],
)
def test_no_state_of_a_cluster_shows_a_name(world, arrange):
    ml = document(profile(**{f"{MARK}0": "edit", f"{MARK}1": "view"}))
    arrange(world)

    for report in (world.apply(ml), world.apply(ml), world.apply(document(profile()))):
        assert [text for text in shown_of(report) if MARK in text] == []


# sources


def test_the_path_of_a_source_is_not_shown():
    theirs = f"file:/home/{MARK}/teams.yaml"
    one, other = (document(profile(owner="ann")) for _ in range(2))
    addition = Addition(name="soup", contributors=[{"name": "bob@example.com", "role": "view"}])
    other.additions["soup"] = addition
    origins = merge(
        [SourceDocument(theirs, one), SourceDocument("file:b.yaml", other, trusted=False)]
    ).origins

    refused = (*origins.refused, *origins.conflicts.values())

    assert {problem.code for problem in refused} == {"nobody-defines", "trusted-definition"}
    assert [problem for problem in refused if MARK in problem.what_nameless] == []
    assert all("another source" in problem.what_nameless for problem in refused)


@pytest.mark.parametrize("source", ["", "config", "git", "relation:profiles:team-app"])
def test_the_name_that_the_charm_gives_a_source_is_shown(source):
    assert public_label(source) == label(source)


def test_of_a_role_that_somebody_else_named_no_event_shows_the_name():
    revoked = Change(
        Phase.REVOKE,
        "ml",
        ObjectRef("RoleBinding", "ml", "extra"),
        Action.DELETE,
        Reason.UNLISTED,
        person=Person("User", "ann@example.com"),
        before=f"Role/{MARK}@example.com",
    )
    report = Report(Plan((revoked,)), (Outcome(revoked, Result.DONE),))

    (event,) = events.of(report, Settings(events="counts"))

    assert event.message == "1 contributor: another role, not in the document"


def test_a_number_in_place_of_a_name_is_not_shown():
    (problem,) = problems_of("profiles:\n- name: ml\n  owner: {kind: User, name: 9876543}\n")

    assert problem.code == "not-text"
    assert "9876543" in problem.what
    assert problem.what_nameless == '"name" must be text, YAML reads "…" as the number "…"'
