"""Command lines as users of kubectl type them."""

import logging

import pytest

from profiles_management.cli import requests
from profiles_management.cli.kubectl import rewritten
from profiles_management.cli.terminal import Terminal

FLAGS = {"--yes", "-y", "--standalone"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("-o=json -f=a.yaml", "-ojson -fa.yaml"),
        ("-o json -f a.yaml", "-o json -f a.yaml"),
        ("--dry-run a.yaml", "--dry-run=client a.yaml"),
        ("a.yaml --dry-run", "a.yaml --dry-run=client"),
        ("--dry-run=server --dry-run client", "--dry-run=server --dry-run client"),
        ("--dry-run=true --dry-run=False", "--dry-run=client --dry-run=none"),
        ("-v a.yaml", "-v6 a.yaml"),
        ("a.yaml -v", "a.yaml -v6"),
        ("-v=8 -v 7 -v9 --v=6", "-v8 -v 7 -v9 -v6"),
        ("--yes=true -y=false --standalone=1", "--yes --standalone"),
        ("--yes=maybe --context=true", "--yes=maybe --context=true"),
        ("-- -v --dry-run", "-- -v --dry-run"),
        ("- -", "- -"),
    ],
)
def test_forms_of_kubectl_are_rewritten(typed, meant):
    written = " ".join(rewritten(typed.split(), FLAGS))

    assert written.replace("-v 7", "-v7") == meant.replace("-v 7", "-v7")


@pytest.mark.parametrize(
    "form", ["--dry-run", "--dry-run=client", "--dry-run=server", "--dry-run=true"]
)
def test_a_dry_run_of_apply_is_the_plan(run, api, controller, form):
    plan = run("plan", "pmr.yaml")

    ran = run("apply", "-f", "pmr.yaml", form)

    assert (ran.code, ran.out, ran.err) == (plan.code, plan.out, plan.err)
    assert api.writes == []


def test_without_a_dry_run_apply_writes(run, api, controller):
    assert run("apply", "-f=pmr.yaml", "--dry-run=none").code == 0
    assert api.writes != []


def test_a_dry_run_that_does_not_exist_is_refused_with_those_that_do(run, api):
    ran = run("apply", "-f", "pmr.yaml", "--dry-run=sever")

    assert (ran.code, api.writes) == (1, [])
    assert "'sever' is not one of 'client', 'server', 'none'" in ran.err


@pytest.mark.parametrize("more", [(), ("--exit-code",), ("-o", "json"), ("-o=yaml",)])
def test_diff_is_plan(run, more):
    plan = run("plan", "pmr.yaml", *more)

    ran = run("diff", "-f", "pmr.yaml", *more)

    assert (ran.code, ran.out, ran.err) == (plan.code, plan.out, plan.err)


def test_from_verbosity_6_on_each_request_is_printed_without_credentials(run):
    quiet = run("access", "-v", "5")
    verbose = run("access", "-v=6")

    assert "HTTP Request" not in quiet.err
    assert "HTTP Request: GET " in verbose.err
    assert verbose.out == quiet.out


def test_the_verbosity_may_come_before_the_command(run):
    assert "HTTP Request: GET " in run("-v=6", "access").err
    assert "HTTP Request" not in run("-v1", "access").err


def test_a_credential_in_a_request_is_not_printed(capsys):
    with requests.shown(Terminal()):
        logging.getLogger("httpx2").info(
            "HTTP Request: GET https://ann:s3cret@host.example/\x1b[31m"
        )

    assert capsys.readouterr().err == "HTTP Request: GET https://***@host.example/\\x1b[31m\n"


@pytest.mark.parametrize(
    "command", [("validate", "pmr.yaml"), ("schema",), ("rbac",), ("version",)]
)
def test_verbosity_is_taken_where_nothing_is_requested(run, command):
    assert run(*command, "-v").code == 0
