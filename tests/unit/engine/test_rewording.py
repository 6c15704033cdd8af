"""No code reads a message: if every message of a run is reworded, only text differs."""

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime

import pytest
from msgspec import Struct, structs

from engine.build import contributor, document
from memory_api import always, injury
from profiles_charm import figures
from profiles_charm.run import Run
from profiles_charm.status import statuses_of
from profiles_management import DocumentError, Settings
from profiles_management.kubeflow.cluster import events
from profiles_management.kubeflow.planning import confirmation
from profiles_management.kubeflow.state import ownership, unread_objects
from profiles_management.pmr import loads, merge_conflicts
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.describe import plan_data, report_data
from profiles_management.reconcile.plan import FieldDiff
from profiles_management.reconcile.report import Result
from profiles_management.reconcile.warning_lines import listed_warnings

MESSAGES = ("what", "remedy", "why", "text", "nameless", "stopped")
PEOPLE = ("ann", "bob", "cleo", "dan", "owner@", "root@", "example.com")


def reworded(value):
    """Return a value of the engine with other words in each message, down to the last part."""
    if isinstance(value, FieldDiff):
        return structs.replace(value, path="elsewhere")
    if isinstance(value, Struct):
        changed = {
            name: _reworded_field(name, getattr(value, name)) for name in value.__struct_fields__
        }
        return structs.replace(value, **changed)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: _reworded_field(field.name, getattr(value, field.name))
            for field in fields(value)
        }
        return replace(value, **changed)
    if type(value) is tuple:
        return tuple(map(reworded, value))
    return value


def _reworded_field(name, value):
    if name in MESSAGES and isinstance(value, str):
        return "Somebody put it in other words" if value else ""
    return reworded(value)


def without_text(data):
    """Return data for JSON without messages and without paths of fields."""
    if isinstance(data, dict):
        kept = data.keys() - {*MESSAGES, "path"}
        return {key: without_text(data[key]) for key in kept}
    return [without_text(item) for item in data] if isinstance(data, list) else data


@pytest.fixture
def report(world, profile):
    """A run in which profiles are refused, changed, left and failed, and one waits."""
    world.apply(
        document(
            profile("ml", ann="edit", bob="view", cpu="1"),
            profile("handed", ann="view"),
            profile("left", cleo="admin"),
            profile("broken"),
        )
    )
    world.api.put(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "taken", "annotations": {"owner": "root@example.com"}},
        }
    )
    world.api.faults.append(
        always(injury("422"), lambda request: request.writes and request.namespace == "broken")
    )
    wanted = document(
        profile("ml", ann="admin", cpu="2"),
        profile("handed", owner="ann", contributors=[contributor("owner", "edit")]),
        profile("broken", dan="edit"),
        profile("taken"),
        profile("new", dan="view"),
    )
    return world.apply(wanted)


def test_the_run_has_every_kind_of_message(report):
    results = Counter(outcome.result for outcome in report.outcomes)

    assert results[Result.DONE]
    assert results[Result.FAILED]
    assert report.plan.refused
    assert report.plan.stale
    assert reworded(report) != report


def test_json_differs_in_text_only(report):
    other = reworded(report)

    assert without_text(plan_data(other.plan)) == without_text(plan_data(report.plan))
    assert without_text(report_data(other)) == without_text(report_data(report))


def test_counts_and_questions_stay(report):
    other = reworded(report)

    assert (other.access, other.plan.sources) == (report.access, report.plan.sources)
    assert confirmation.concerns(other.plan) == confirmation.concerns(report.plan)
    assert other.exit_code == report.exit_code


@pytest.mark.parametrize("mode", ["counts", "names"])
def test_the_same_events_are_written_about_the_same_profiles(report, mode):
    def said(of):
        return [(event.profile, event.happening) for event in events.of(of, Settings(events=mode))]

    assert said(reworded(report)) == said(report)


def test_the_status_of_the_charm_is_of_the_same_kind(report):
    def shown(of):
        run = Run(outcome=of, now=datetime(2026, 11, 1, tzinfo=UTC))
        return [type(status) for status in statuses_of(run, "pm")], figures.of(run)

    assert shown(reworded(report)) == shown(report)


WARNINGS = (
    ownership.refusal("ml", "owner-drift", "ann has view and not admin", "Delete it."),
    ownership.refusal("ml", "protected", "access in ml stays", "Look.", names_place=True),
    unread_objects.of_object("RoleBinding", "odd", "ml", "has no subjects"),
    merge_conflicts.no_way_in("ml", "git", "config"),
    Problem("not-checked", "not allowed to get roles", Where(path="ClusterRole"), "Grant it."),
    Problem("unreadable", "this file cannot be read", Where(file="out/ml.yaml"), "Remove it."),
)


def test_a_place_is_in_front_of_the_same_warnings():
    def places(warnings):
        lines = [str(line) for line in listed_warnings(warnings) if str(line)]
        pairs = zip(lines, warnings, strict=True)
        return [line.partition(warning.what)[0] for line, warning in pairs]

    assert places(reworded(WARNINGS)) == places(WARNINGS)
    assert places(WARNINGS) == [
        "warning: ml: ",
        *["warning: "] * 3,
        "warning: ClusterRole: ",
        "warning: out/ml.yaml: ",
    ]


def test_no_words_bring_a_name_of_a_document_into_what_is_shown():
    with pytest.raises(DocumentError) as error:
        loads(
            "profiles:\n- name: ml\n  owner: {kind: User, name: ann @example.com}\n"
            "  labels: {team: bob@example.com, cleo@example.com: x}\n"
            "  contributors: [{name: dan@example.com, role: wizard}, {ann@example.com: edit}]\n"
        )
    for problem in error.value.problems:
        other = replace(problem, what=f"ann@example.com: {problem.what}", remedy="Ask bob.")

        assert other.what_nameless == problem.what_nameless
        assert not [person for person in PEOPLE if person in other.what_nameless]
    assert len(error.value.problems) >= 5


def test_no_words_bring_a_name_into_an_event(report):
    named = replace(
        report,
        outcomes=tuple(
            replace(outcome, why="ann@example.com is not allowed") for outcome in report.outcomes
        ),
    )

    said = " ".join(event.message for event in events.of(named, Settings(events="counts")))

    assert not [person for person in PEOPLE if person in said]
