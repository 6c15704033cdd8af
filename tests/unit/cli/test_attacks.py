"""Attacks: run code in a shell, forge lines of a log or patch, change more than was confirmed."""

import re
import shutil
import subprocess
from contextlib import suppress

import pytest

from profiles_management.cli.main import main
from profiles_management.cli.prompting import Declined, agreed_plan
from profiles_management.cli.session import Session
from profiles_management.kubeflow.objects.plan_terms import KubeflowField
from profiles_management.kubeflow.planning.confirmation import CONFIRMATION
from profiles_management.kubeflow.settings import PRESETS, UPSTREAM
from profiles_management.kubeflow.target_description import TargetDescription
from profiles_management.reconcile.markdown import LIMIT, plan_markdown
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Fact,
    FieldDiff,
    ObjectRef,
    Person,
    Phase,
    Plan,
    Reason,
)
from profiles_management.report.csv_table import csv_text

FILE = """\
profiles:
- name: ml
  owner: {kind: User, name: root@example.com}
  contributors:
  - {name: ann@example.com, role: edit}
"""
LINE = "\n::error::forged"


@pytest.mark.parametrize(
    "name", [r"\$(touch ran)", r"\`touch ran`", r"\"; touch ran; \"", "$(touch ran)", "`touch ran`"]
)
def test_a_context_runs_no_command_when_zsh_completes_it(name, here, monkeypatch, capsys):
    quoted = name.replace("'", "''")
    (here / "config").write_text(
        f"contexts:\n- {{name: 'good', context: {{}}}}\n- {{name: '{quoted}', context: {{}}}}\n"
    )
    monkeypatch.setenv("KUBECONFIG", str(here / "config"))
    monkeypatch.setenv("_PROFILES_MANAGEMENT_COMPLETE", "complete_zsh")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "profiles-management plan --context ")
    monkeypatch.setattr("sys.stdin", None)
    with suppress(SystemExit):
        main([], Session())
    offered = capsys.readouterr().out
    assert '"good"' in offered

    # What zsh does with it: the output is evaluated, and _arguments evaluates the words in the
    # brackets again.
    script = '_arguments() { action="${1#*((}"; eval "words=( ${action%))*} )"; }; eval "$OFFERED"'
    environment = {"OFFERED": offered, "PATH": "/usr/bin:/bin"}
    subprocess.run([shutil.which("bash"), "-c", script], env=environment, cwd=here, check=False)  # noqa: S603 - a test

    assert not (here / "ran").exists()


def test_the_name_of_a_file_adds_no_line_to_a_patch(run, here):
    (here / f"a{LINE}.yaml").write_text(FILE)
    (here / "empty").mkdir()

    ran = run("offboard", "ann@example.com", f"a{LINE}.yaml", "--directory", "empty")

    assert r"--- a\n::error::forged.yaml" in ran.out.splitlines()
    assert not any(line.startswith("::") for line in (ran.out + ran.err).splitlines())


@pytest.mark.parametrize(
    "target",
    [
        TargetDescription(
            "cluster", context=f"a{LINE}\x1b[2J", user=f"b{LINE}", acting_as=f"c{LINE}"
        ),
        TargetDescription("folder", path=f"a{LINE}\u202e"),
    ],
    ids=str,
)
def test_the_name_of_a_target_forges_no_line_of_a_message(target):
    assert str(target).isprintable()


def test_a_file_whose_name_is_as_long_as_can_be_is_edited(run, here):
    file = here / f"{'名' * 83}.yaml"
    file.write_text(FILE)
    (here / "empty").mkdir()

    ran = run("offboard", "ann@example.com", file.name, "--write", "--directory", "empty")

    assert (ran.code, "ann@" in file.read_text()) == (0, False)
    assert sorted(entry.name for entry in here.iterdir()) == sorted(
        ["empty", "pmr.yaml", file.name]
    )


def rewriting(preset):
    """A plan that writes the gateways of a preset into Ann's policy."""
    principals = PRESETS[preset].principals
    change = Change(
        Phase.SHAPE,
        "ml",
        ObjectRef("AuthorizationPolicy", "ann", "ml"),
        Action.UPDATE,
        Reason.DRIFTED,
        person=Person("User", "ann@example.com"),
        fields=(
            FieldDiff(
                KubeflowField.PRINCIPALS, "rules.from.principals", ["before"], list(principals)
            ),
        ),
    )
    fact = Fact("gateways", {"principals": list(principals)}, decides=principals)
    return Plan((change,), facts=(fact,))


def test_other_gateways_than_were_agreed_to_are_asked_for_again(run):
    run("version")
    answers = iter([True, False])
    run.terminal.answer = lambda: next(answers)
    plans = iter([rewriting("charmed"), rewriting("upstream")])

    with pytest.raises(Declined):
        agreed_plan(
            Session(terminal=run.terminal),
            lambda: next(plans),
            CONFIRMATION,
            UPSTREAM.limits,
            ask=True,
        )

    assert len(run.terminal.asked) == 2


def test_a_large_change_hides_no_revocation_in_the_comment_on_a_pull_request():
    target = ObjectRef("Namespace", "", "aaa")
    fields = tuple(
        FieldDiff(KubeflowField.LABEL, f"labels.x{number}", "|" * 999, "|" * 999)
        for number in range(60)
    )
    large = Change(Phase.SHAPE, "aaa", target, Action.UPDATE, Reason.CHANGED, fields=fields)
    ann = Person("User", "ann@example.com")
    binding = ObjectRef("RoleBinding", "web", "ann")
    revoked = Change(
        Phase.REVOKE, "web", binding, Action.DELETE, Reason.UNLISTED, person=ann, before="edit"
    )

    comment = plan_markdown(Plan((large, revoked)))

    assert "ann@example.com" in comment
    assert "and 1 more change that do" in comment
    assert len(comment.encode()) <= LIMIT


@pytest.mark.parametrize("name", ["ann;=1+1", 'ann; "=1+1"', "ann;@x;-1", "=1+1"])
def test_a_name_is_no_formula_where_cells_end_at_semicolons(name):
    cells = [
        cell
        for line in csv_text(["Person"], [["ml", name]]).splitlines()
        for cell in re.split("[;,]", line)
    ]

    assert not any(cell.lstrip(' "').startswith(("=", "@", "-")) for cell in cells)
