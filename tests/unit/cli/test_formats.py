"""`validate` for pull requests: annotations of GitHub, and SARIF."""

import re
from pathlib import PurePosixPath

import pytest

from profiles_management.cli.github import workflow_commands
from profiles_management.cli.places import relative
from profiles_management.cli.sarif import sarif
from profiles_management.pmr.problems import Problem, Where

BAD = """\
profiles:
- name: ml-engineers
  owner: {kind: User, name: "ann@team%20x, b"}
  contributers: []
  resources:
    hard: {limits.memory: 512m}
"""
GOOD = "profiles:\n- name: ml\n  owner: {kind: User, name: a@example.com}\n"
MILLI = GOOD + "  resources: {hard: {limits.memory: 512m}}\n"
ROOT = PurePosixPath("/repo")


def path_of(name):
    return relative(name, ROOT, ROOT)


@pytest.fixture
def bad(here, monkeypatch):
    """Be in the folder `team` of a repository with documents."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here))
    (here / "team").mkdir()
    monkeypatch.chdir(here / "team")
    for name, text in (("bad.yaml", BAD), ("good.yaml", GOOD), ("milli.yaml", MILLI)):
        (here / "team" / name).write_text(text)


def test_github_annotates_the_lines_of_a_pull_request(run, bad, keeps):
    ran = run("validate", "bad.yaml", "--output", "github")

    assert ran.code == 1
    keeps("github.txt", ran.out)


def test_outside_of_the_workspace_paths_start_at_the_current_folder(run, bad, here, monkeypatch):
    (here / "link").symlink_to(here)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here / "link"))
    linked = run("validate", "milli.yaml", "-o", "github").out
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here / "elsewhere"))
    outside = run("validate", "milli.yaml", "-o", "github").out

    assert linked.startswith("::warning file=team/milli.yaml,")
    assert outside.startswith("::warning file=milli.yaml,")


def test_a_valid_document_has_the_annotations_of_its_warnings(run, bad):
    good, milli = (run("validate", name, "-o", "github") for name in ("good.yaml", "milli.yaml"))

    assert (good.code, good.out) == (0, "0 errors, 0 warnings.\n")
    assert milli.code == 0
    assert milli.out.startswith(
        "::warning file=team/milli.yaml,line=4,col=37,endColumn=41,title=milli-bytes::"
    )


def test_nothing_in_a_document_is_a_command_of_its_own():
    problem = Problem(
        "a,b", "x\r\n::set-env name=A::\u202e 5%", Where("a,b:c%\n::error::.yaml", 1, 2), "y\n::x::"
    )

    *commands, counts = workflow_commands([problem], [problem], path_of).splitlines()

    assert counts == "1 error, 1 warning."
    assert [line.split(" ")[0] for line in commands] == ["::error", "::warning"]
    properties = re.fullmatch(r"::error ([^:]*)::.*", commands[0])[1]
    assert (
        properties
        == r"file=a%2Cb%3Ac%25\n%3A%3Aerror%3A%3A.yaml,line=1,col=2,endColumn=3,title=a%2Cb"
    )


def test_sarif_has_the_codes_as_rules_and_paths_from_the_top_of_the_repository(run, bad, keeps):
    ran = run("validate", "bad.yaml", "--output", "sarif")

    assert ran.code == 1
    keeps("sarif.json", re.sub(r'"version": "(?!2\.1\.0).*"', '"version": "0"', ran.out))


def test_sarif_of_a_valid_document_has_no_results(run, bad):
    ran = run("validate", "good.yaml", "-o", "sarif")

    assert (ran.code, ran.data["runs"][0]["results"]) == (0, [])


def test_sarif_gives_no_place_where_the_document_is_not_in_the_repository():
    problems = [
        Problem("x", "wrong", Where(name, 3, 1), "fix it")
        for name in ("<stdin>", "/home/ann/a.yaml", "")
    ]

    results = sarif(problems, [], path_of, "1")["runs"][0]["results"]

    assert [result["locations"] for result in results] == [[], [], []]
    texts = [result["message"]["text"] for result in results]
    assert texts == ["<stdin>:3:1: wrong. Fix it", "a.yaml:3:1: wrong. Fix it", "wrong. Fix it"]


def test_a_path_with_odd_characters_is_a_relative_uri():
    (result,) = sarif([Problem("x", "wrong", Where("a b/%c:d.yaml", 3, 1), "")], [], path_of, "1")[
        "runs"
    ][0]["results"]

    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "a%20b/%25c%3Ad.yaml", "uriBaseId": "%SRCROOT%"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("pmr.yaml", "team/pmr.yaml"),
        ("./pmr.yaml", "team/pmr.yaml"),
        ("../pmr.yaml", "pmr.yaml"),
        ("/repo/x/pmr.yaml", "x/pmr.yaml"),
        ("../../pmr.yaml", ""),
        ("/repository/pmr.yaml", ""),
        ("<stdin>", ""),
    ],
)
def test_paths_start_at_the_top_of_the_repository(name, path):
    assert relative(name, ROOT / "team", ROOT) == path


def test_a_document_that_cannot_be_read_is_a_problem_in_every_form(run, bad):
    github, found = (run("validate", "none.yaml", "-o", form) for form in ("github", "sarif"))

    assert github.out.startswith("::error file=team/none.yaml,title=unreadable::")
    (result,) = found.data["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("unreadable", "error")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_a_plan_as_markdown_is_a_comment(folder, here, keeps):
    ran = folder("plan", "pmr.yaml", "-o", "markdown")

    assert ran.code == 0
    keeps("plan.md", ran.out)


def test_a_plan_of_a_document_that_is_not_valid_is_a_comment_too(folder, bad):
    ran = folder("plan", "bad.yaml", "-o", "markdown")

    assert (ran.code, ran.out.splitlines()[0]) == (1, "**No plan: 2 errors.** Nothing was changed.")


def test_only_plan_prints_markdown_and_only_validate_annotations(folder, run):
    wrong = [
        folder("apply", "pmr.yaml", "-o", "markdown"),
        folder("plan", "pmr.yaml", "-o", "sarif"),
    ]
    wrong += [run("validate", "pmr.yaml", "-o", "markdown")]

    assert [ran.code for ran in wrong] == [1, 1, 1]
