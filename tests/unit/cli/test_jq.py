"""The jq commands of the reference do what the page says, for all kinds of changes."""

import itertools
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from profiles_management.kubeflow.planning.confirmation import CONFIRMATION, Kind
from profiles_management.reconcile.concerns import Concern
from profiles_management.reconcile.describe import plan_data, report_data
from profiles_management.reconcile.plan import (
    LISTED,
    OWNER,
    AccessMove,
    Action,
    Change,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Person,
    Phase,
    Plan,
    Reason,
)
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.stops import Stop, StopKind

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "command.md"
LINES = re.findall(r"^    jq ((?:-r )?)'([^']*)' (\w+\.json)$", PAGE.read_text(), re.MULTILINE)
ANN = Person("User", "ann@example.com")


def change(reason, action, person):
    """Build a change of a kind, about one person or about several who are listed."""
    fields = (
        ()
        if person
        else (
            FieldDiff(
                FieldKind.PEOPLE,
                "subjects",
                ["eve@example.com", "zed@example.com"],
                ["eve@example.com"],
            ),
        )
    )
    ref = ObjectRef("RoleBinding", "ml", "one")
    role = "edit" if person else ""
    after = OWNER if reason is Reason.BECAME_OWNER and person else ""
    moves = (AccessMove(person or Person("User", "zed@example.com"), role or LISTED, after),)
    return Change(Phase.REVOKE, "ml", ref, action, reason, person, role, fields=fields, moves=moves)


CHANGES = tuple(itertools.starmap(change, itertools.product(Reason, Action, [ANN, None])))


@pytest.fixture(scope="module")
def built():
    """The output of a plan and a report with every kind of change."""
    stop = Stop(StopKind.REVOCATIONS, "6 of 6 role assignments would be revoked", "Allow it.")
    concern = Concern(Kind.REVOCATION, "ml", str(ANN))
    results = itertools.cycle(Result)
    outcomes = tuple(Outcome(each, next(results), "why") for each in CHANGES)
    return {
        "plan.json": plan_data(Plan(CHANGES), (stop,)) | {"confirm": CONFIRMATION.data([concern])},
        "report.json": report_data(Report(Plan(CHANGES), outcomes)),
    }


@pytest.fixture
def data(built, run, controller, here, sample):
    """The output of each command on the page, by the file that it writes."""
    ends = (
        "bart@canonical.com\n    role: edit",
        "bart@canonical.com\n    role: edit\n    until: 2027-01-31",
    )
    run("apply", "-", stdin=sample(ends))
    (here / "wrong.yaml").write_text("profiles: [{}]")
    listed = {
        "access.json": run("access", "--output", "json").data,
        "validated.json": run("validate", "wrong.yaml", "--output", "json").data,
    }
    return built | listed


def keys(value):
    """Return every key in data."""
    if isinstance(value, dict):
        return value.keys() | {key for part in value.values() for key in keys(part)}
    return {key for part in value for key in keys(part)} if isinstance(value, list) else set()


def jq(options, program, data):
    """Run a line of the page."""
    done = subprocess.run(  # noqa: S603 - jq, and lines of our own page
        ["jq", *options.split(), program],  # noqa: S607
        input=json.dumps(data), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_the_lines_name_only_keys_that_are_there(data):
    assert len(LINES) == len(re.findall(r"^    jq ", PAGE.read_text(), re.MULTILINE)) == 8
    for _, program, file in LINES:
        assert set(re.findall(r"(?<![\w)])\.([a-z_]+)", program)) <= keys(data[file]), program


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_each_line_prints_something_for_every_kind_of_change(data):
    for options, program, file in LINES:
        lines = jq(options, program, data[file])
        assert lines, program
        assert not [line for line in lines if "null" in line or line.startswith("\t")], program


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_who_loses_access_is_everybody_who_does(built):
    (_, program, _) = LINES[0]

    lost = jq("-r", program, built["plan.json"])

    kinds = len(Reason) * len(Action)
    # who became the owner loses nothing
    assert lost.count("ml\tann@example.com\tedit") == kinds - len(Action)
    assert lost.count("ml\tzed@example.com\tlisted") == kinds
