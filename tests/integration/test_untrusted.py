"""Delegated documents on the command line: what they may give, and who withdraws them."""

import json

import pytest

from integration.command import written
from integration.people import person
from profiles_management.cli.main import main
from profiles_management.cli.session import Session

SOURCE = "file:teams.yaml"


@pytest.fixture
def run(engine, tmp_path, monkeypatch, capsys, name):
    """Run the command: `run("plan", "pmr.yaml")` returns its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(command, *arguments):
        options = ("--instance", name, "--preset", "upstream", *arguments)
        code = main([command, *options], Session(connect=lambda *_, **__: engine.client))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def delegate(run, tmp_path, profile, name):
    """Apply a document that opens a profile to Ann, with a delegated one of these entries."""
    open_profile = profile("-open", ann="edit", more={"open": True})

    def apply(*entries):
        written(tmp_path / "pmr.yaml", [open_profile])
        (tmp_path / "teams.yaml").write_text(json.dumps({"profiles": entries}))
        delegated = ("--untrusted", "teams.yaml", "--untrusted-profiles", f"{name}-team-*")
        return run("apply", "pmr.yaml", *delegated)

    return apply


def adding(name, **roles):
    """Return an entry that adds people to a profile of another document."""
    people = [{"name": person(who), "role": role} for who, role in roles.items()]
    return {"name": name, "contributors": people}


def defining(name, owner, **roles):
    """Return an entry that defines a profile."""
    return adding(name, **roles) | {"owner": {"kind": "User", "name": person(owner)}}


def test_a_delegated_document_gives_edit_and_view_by_its_patterns(delegate, run, roles, name):
    code, _, errors = delegate(
        adding(f"{name}-open", bob="edit", li="view"),
        defining(f"{name}-team-a", "tom", kim="edit"),
    )

    assert (code, errors) == (0, "")
    roles(f"{name}-open", olga="admin", ann="edit", bob="edit", li="view")
    roles(f"{name}-team-a", tom="admin", kim="edit")
    assert run("plan", "pmr.yaml", "--untrusted", "teams.yaml", "--exit-code")[0] == 0


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (lambda name: adding(f"{name}-open", eve="admin"), "admin-added"),
        (lambda name: defining(f"{name}-open", "eve"), "name-not-allowed"),
        (lambda name: defining(f"{name}-other", "eve"), "name-not-allowed"),
    ],
    ids=["an admin", "a profile of the administrator", "a profile of another name"],
)
def test_what_it_may_not_give_is_refused_and_the_administrators_document_is_applied(
    delegate, roles, server, name, entry, code
):
    ended, _, errors = delegate(entry(name))

    assert (ended, f"error[{code}]" in errors) == (1, True)
    roles(f"{name}-open", olga="admin", ann="edit", eve="")
    assert server.get("Profile", None, f"{name}-other") is None


def test_it_adds_nobody_to_a_profile_that_is_not_open(run, tmp_path, profile, roles, name):
    written(tmp_path / "pmr.yaml", [profile(ann="edit")])
    (tmp_path / "teams.yaml").write_text(json.dumps({"profiles": [adding(name, eve="view")]}))

    code, out, _ = run("apply", "pmr.yaml", "--untrusted", "teams.yaml")

    assert (code, f"warning: {SOURCE} " in out) == (0, True)
    roles(name, ann="edit", eve="")


def test_people_of_a_document_that_is_left_out_stay_until_it_is_withdrawn(
    delegate, run, roles, name
):
    delegate(adding(f"{name}-open", bob="view"), defining(f"{name}-team-a", "tom", kim="edit"))

    text = run("plan", "pmr.yaml")
    data = json.loads(run("plan", "pmr.yaml", "-o", "json")[1])
    kept = run("apply", "pmr.yaml")

    assert (text[0], kept[0], data["changes"]) == (0, 0, [])
    assert f"frozen: {SOURCE} is not given in this run" in text[1]
    assert [(source["source"], source["people"]) for source in data["frozen"]] == [(SOURCE, 3)]
    roles(f"{name}-open", ann="edit", bob="view")
    roles(f"{name}-team-a", tom="admin", kim="edit")

    withdrawn = run("apply", "pmr.yaml", "--withdrawn", SOURCE)

    assert (withdrawn[0], "frozen" in withdrawn[1]) == (0, False)
    roles(f"{name}-open", olga="admin", ann="edit", bob="")
    roles(f"{name}-team-a", tom="admin", kim="")
