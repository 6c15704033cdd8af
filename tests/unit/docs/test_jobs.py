"""The jobs on the pages are valid, have few permissions, and their commands work."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from profiles_management.cli.main import app, main

ROOT = Path(__file__).parents[3]
GITOPS, REQUESTS = (ROOT / "docs/how-to" / name for name in ("gitops.md", "pull-requests.md"))
ENDED = """\
profiles:
- name: ml
  owner: {kind: User, name: a@example.com}
  contributors:
  - {name: ann@example.com, role: edit, until: UNTIL}
"""


def shown(page, label):
    """Return the text of the block with this label."""
    block = re.search(rf"^```\w+ {label}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    assert block is not None
    return block[1]


def github(page, label):
    """Return a workflow as data; YAML 1.1 reads its key `on` as true."""
    workflow = yaml.safe_load(shown(page, label))
    assert set(workflow) <= {"name", True, "permissions", "concurrency", "env", "jobs"}
    return workflow


WORKFLOWS = [(REQUESTS, "github"), (GITOPS, "schedule-github")]
JOBS = [job for page, label in WORKFLOWS for job in github(page, label)["jobs"].values()]
STEPS = [step for job in JOBS for step in job["steps"]] + yaml.safe_load(shown(REQUESTS, "sarif"))
CRON_JOB = yaml.safe_load(shown(GITOPS, "schedule-cronjob"))
POD = CRON_JOB["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def scripts():
    """Return every script of every job."""
    gitlab = [
        *yaml.safe_load(shown(REQUESTS, "gitlab")).values(),
        *yaml.safe_load(shown(GITOPS, "schedule-gitlab")).values(),
    ]
    lines = [
        line for job in gitlab for key in ("before_script", "script") for line in job.get(key, [])
    ]
    return [step["run"] for step in STEPS if "run" in step] + lines + POD["containers"][0]["args"]


COMMANDS = sorted(
    {
        found
        for script in scripts()
        for found in re.findall(r"profiles-management [a-z][^\n|>]*", script)
    }
)


def test_every_action_has_a_version():
    assert all(re.fullmatch(r"[\w./-]+@v\d+", step["uses"]) for step in STEPS if "uses" in step)


@pytest.mark.parametrize(("page", "label"), WORKFLOWS)
def test_every_workflow_has_no_rights_but_those_of_its_jobs(page, label):
    assert github(page, label)["permissions"] == {}


def test_a_job_may_write_only_what_it_is_for():
    writes = [
        {right for right, how in job["permissions"].items() if how == "write"} for job in JOBS
    ]

    assert writes == [set(), {"pull-requests"}, {"contents"}]


def test_no_name_that_others_choose_is_part_of_a_script():
    assert not any("${{" in script for script in scripts())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_a_job_works(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("pmr.yaml").write_text(ENDED.replace("UNTIL", "2199-01-01"))
    _, name, *words = shlex.split(command.partition(" ||")[0])
    assert name in get_command(app).commands
    words = [word for word in words if word not in ("--kubeconfig", "$PROFILES_KUBECONFIG")]
    target = [] if name == "validate" or "--directory" in words else ["--directory", "manifests"]

    assert main([name, *words, *target]) == 0


def test_the_script_of_the_schedule_is_the_same_in_every_job():
    script = shown(GITOPS, "schedule")
    (gitlab,) = yaml.safe_load(shown(GITOPS, "schedule-gitlab")).values()

    assert JOBS[-1]["steps"][-1]["run"] == gitlab["script"][0] == script
    assert POD["containers"][0]["args"][0].endswith(script)


def test_the_cron_job_is_confined_and_runs_alone():
    (container,) = POD["containers"]

    assert CRON_JOB["spec"]["concurrencyPolicy"] == "Forbid"
    assert POD["automountServiceAccountToken"] is False
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in POD["volumes"]
    }


def git(folder, *words):
    """Run git in a folder and return its output."""
    command = ["git", *words]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return done.stdout.strip()


def test_the_cron_job_ends_access_and_commits_once(tmp_path, monkeypatch):
    (container,) = POD["containers"]
    for variable in container["env"]:
        if variable["name"].startswith(("GIT_AUTHOR", "GIT_COMMITTER")):
            monkeypatch.setenv(variable["name"], variable["value"])
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    bare, first = tmp_path / "profiles.git", tmp_path / "first"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    git(tmp_path, "clone", "--quiet", str(bare), str(first))
    (first / "pmr.yaml").write_text(ENDED.replace("UNTIL", "2199-01-01"))
    monkeypatch.chdir(first)
    assert main(["apply", "pmr.yaml", "--directory", "manifests"]) == 0
    (first / "pmr.yaml").write_text(ENDED.replace("UNTIL", "2020-01-01"))
    git(first, "add", "--all")
    git(first, "commit", "--quiet", "--message", "Begin")
    git(first, "push", "--quiet", "origin", "HEAD:main")
    program = tmp_path / "bin" / "profiles-management"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m profiles_management "$@"\n')
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "REPOSITORY": bare.as_uri(),
    }

    for run in ("one", "two"):
        (tmp_path / run).mkdir()
        words = [*container["command"], *container["args"]]
        subprocess.run(words, cwd=tmp_path / run, env=environment, check=True, capture_output=True)  # noqa: S603 - the page's

    assert git(bare, "log", "--format=%s", "main").splitlines() == [
        "Update the manifests of profiles",
        "Begin",
    ]
    assert "ann" not in git(bare, "ls-tree", "-r", "--name-only", "main")


def test_the_hook_of_pre_commit_is_what_pre_commit_takes_and_installs_the_command():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    program, name = hook["entry"].split()
    (extra,) = re.findall(r"^\.\[(\w+)\]$", "\n".join(hook["additional_dependencies"]))

    known = {
        "id",
        "name",
        "description",
        "entry",
        "args",
        "language",
        "additional_dependencies",
        "pass_filenames",
        "files",
    }
    assert set(hook) == known
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    assert program in project["scripts"]
    assert extra in project["optional-dependencies"]
    assert name in get_command(app).commands
    assert re.search(hook["files"], "teams/pmr.yaml")


def test_the_hook_that_is_shown_is_ours():
    (repository,) = yaml.safe_load(shown(REQUESTS, "pre-commit"))["repos"]
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())

    assert [shown_hook["id"] for shown_hook in repository["hooks"]] == [hook["id"]]
