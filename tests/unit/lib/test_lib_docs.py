"""The documentation of the relation is true."""

import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from ops import ActiveStatus, BlockedStatus, WaitingStatus, testing

from charms.profiles_management.v0 import profiles_management as library
from profiles_management.pmr import documents
from profiles_management.sources.refused_people import _REASONS

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
SAMPLES = {
    "the how-to": (DOCS / "how-to/other-charm.md").read_text(),
    "the docstring of the library": inspect.getdoc(library),
}
REFERENCE = (DOCS / "reference/relation.md").read_text()
TO, BACK, REPORT, WITH_CATALOGUE = map(
    json.loads, re.findall(r"^```json\n(.*?)^```", REFERENCE, re.MULTILINE | re.DOTALL)
)
BACK |= {"report": json.dumps(REPORT)}
META = {"name": "teams", "provides": {"profiles": {"interface": "profiles_management"}}}


def code_of(text):
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def sample(text):
    (code, *_) = code_of(text)
    names = {"__name__": "sample"}
    exec(compile(code, "sample", "exec"), names)  # noqa: S102 - our own documentation
    return names["TeamsCharm"]


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_the_charm_that_is_shown_publishes_a_valid_document(text, reader):
    context, relation = testing.Context(sample(text), meta=META), testing.Relation("profiles")

    state = context.run(
        context.on.relation_created(relation), testing.State(leader=True, relations={relation})
    )
    reader.hear(state.get_relation(relation.id).local_app_data)

    (published,) = reader.published()
    assert list(documents.loads(published.text).profiles) == ["ml-engineers"]


NOT_YET = WaitingStatus("profiles: not applied yet")
ANSWERS = [
    ({}, NOT_YET),
    ({"applied": ["ml-engineers"]}, ActiveStatus()),
    ({"pending": {"ml-engineers": "soon"}}, NOT_YET),
    ({"applied": ["ml-engineers"], "pending": {"web": "soon"}}, NOT_YET),
    ({"failed": {"ml-engineers": "no"}}, BlockedStatus("profiles: 1 failed")),
    ({"problem": "line 1: no"}, BlockedStatus("line 1: no")),
]


@pytest.fixture
def publishing(end):
    """Return the charm of the how-to after its relation was created: `publishing(leader=True)`."""

    def publishing(*, leader):
        context = testing.Context(sample(SAMPLES["the how-to"]), meta=META)
        teams = end(context, testing.Relation("profiles"), leader=leader)
        teams.see(context.on.relation_created(teams.relation))
        return teams

    return publishing


@pytest.fixture(params=[True, False], ids=["leader", "other-unit"])
def teams(request, publishing):
    return publishing(leader=request.param)


@pytest.fixture
def answer(publishing):
    """Return the databag of an answer: `answer({"applied": ["ml-engineers"]})`."""
    revision = publishing(leader=True).databag["revision"]

    def answer(report, **changes):
        whole = {"applied": [], "pending": {}, "failed": {}, "problem": ""} | report
        return {**TO, "revision": revision, "report": json.dumps(whole)} | changes

    return answer


@pytest.mark.parametrize(("report", "status"), ANSWERS)
def test_the_charm_of_the_how_to_shows_what_became_of_it(report, status, teams, answer):
    if report:
        teams.hear(answer(report))

    assert teams.state.unit_status == status


@pytest.mark.parametrize(("report", "status"), ANSWERS)
def test_the_status_of_the_how_to_is_the_same_in_every_hook_of_every_unit(
    report, status, teams, answer
):
    if report:
        teams.hear(answer(report))
    relation = teams.relation
    for event in (
        teams.on.start(),
        teams.on.config_changed(),
        teams.on.upgrade_charm(),
        teams.on.update_status(),
        teams.on.relation_joined(relation, remote_unit=0),
        teams.on.relation_changed(relation),
        teams.on.stop(),
    ):
        assert teams.see(event).unit_status == status, event


def test_the_charm_of_the_how_to_is_not_active_by_an_answer_to_an_older_document(teams, answer):
    teams.hear(answer({"applied": ["ml-engineers"]}, revision="0" * 16))

    for event in (teams.on.start(), teams.on.update_status(), teams.on.stop()):
        assert teams.see(event).unit_status == NOT_YET


def test_without_the_relation_the_charm_of_the_how_to_is_blocked(teams, answer):
    blocked = BlockedStatus("needs relation profiles")
    teams.hear(answer({"applied": ["ml-engineers"]}))

    assert teams.see(teams.on.relation_broken(teams.relation)).unit_status == blocked
    assert teams.see(teams.on.start(), relations=set()).unit_status == blocked


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_way_to_get_the_library_that_is_shown_gets_it(tmp_path):
    shown = re.search(r"^ +(git -C PATH-TO-CLONE archive .*)$", SAMPLES["the how-to"], re.MULTILINE)
    assert shown
    clone, charm = tmp_path / "clone", tmp_path / "charm"
    shutil.copytree(ROOT / "lib", clone / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    charm.mkdir()
    commit = "git -c user.name=ann -c user.email=ann@example.com commit -qm first"
    script = f"cd {clone} && git init -q && git add lib && {commit} && cd {charm} && {shown[1]}"
    subprocess.run(["/bin/sh", "-ec", script.replace("PATH-TO-CLONE", str(clone))], check=True)  # noqa: S603

    got = {str(path.relative_to(charm)) for path in charm.rglob("*") if path.is_file()}

    here = "lib/charms/profiles_management/v0"
    assert got == {f"{here}/profiles_management.py", f"{here}/py.typed"}


def test_the_code_that_reads_is_python():
    for code in re.findall(
        r"^```python\n(.*?)^```", SAMPLES["the docstring of the library"], re.MULTILINE | re.DOTALL
    ):
        assert compile(code, "sample", "exec")


def test_the_databag_that_is_shown_is_read(reader):
    reader.hear(TO)

    (published,) = reader.published()
    assert published.text == TO["document"]
    assert documents.loads(published.text)


def test_the_answer_that_is_shown_is_a_current_report(tester):
    tester.see(tester.on.config_changed(), config={"document": TO["document"]})
    tester.hear(BACK)

    assert tester.databag == TO
    assert tester.report().is_current
    assert tester.report().failed == {"web": "it belongs to another source"}
    assert tester.report().applied == ("ml",)
    assert [person.name for person in tester.report().refused] == ["ann@example.com"]


def test_the_catalogue_that_is_shown_is_read(tester):
    tester.hear(BACK | {"report": json.dumps(WITH_CATALOGUE)})

    assert tester.report().catalogue == tuple(WITH_CATALOGUE["catalogue"])


def test_the_reasons_that_are_shown_are_those_of_refused_people():
    shown = REFERENCE.partition("### Refused people")[2].partition("###")[0]

    for reason in _REASONS.values():
        assert f"`{reason.format('ml')}`" in shown


def test_the_charm_that_adds_people_asks_for_the_catalogue(end):
    portal = code_of(SAMPLES["the how-to"])[-1]
    names = {"__name__": "sample"}
    exec(compile(portal, "sample", "exec"), names)  # noqa: S102 - our own documentation
    charm = end(testing.Context(names["PortalCharm"], meta=META), testing.Relation("profiles"))

    charm.see(charm.on.update_status())
    charm.hear(BACK | {"report": json.dumps(WITH_CATALOGUE)})

    assert charm.databag["catalogue"] == "1"
    assert charm.report().catalogue


def test_the_limits_that_are_named_are_those_of_the_library():
    for limit in (
        library.PLAIN,
        library.LARGEST,
        library.LARGEST_TEXT,
        library.LONGEST_REASON,
        library._MOST_PARTS,
        library._MOST_PARTS_OF_CATALOGUE,
    ):
        assert f"{limit:,}" in REFERENCE
