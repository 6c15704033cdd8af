"""What the documentation shows of the relation is what happens."""

import inspect
import json
import re
from pathlib import Path

import pytest
from ops import ActiveStatus, BlockedStatus, WaitingStatus, testing

from charms.profiles_management.v0 import profiles_management as library
from profiles_management.pmr import documents

DOCS = Path(__file__).parents[3] / "docs"
SAMPLES = {
    "the how-to": (DOCS / "how-to/other-charm.md").read_text(),
    "the docstring of the library": inspect.getdoc(library),
}
REFERENCE = (DOCS / "reference/relation.md").read_text()
TO, BACK = map(json.loads, re.findall(r"^```json\n(.*?)^```", REFERENCE, re.MULTILINE | re.DOTALL))
META = {"name": "teams", "provides": {"profiles": {"interface": "profiles_management"}}}


def sample(text):
    (code, *_) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    names = {"__name__": "sample"}
    exec(compile(code, "sample", "exec"), names)  # noqa: S102 - our own documentation
    return names["TeamsCharm"]


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_the_charm_that_is_shown_publishes_a_valid_document(text, reader):
    context, relation = testing.Context(sample(text), meta=META), testing.Relation("profiles")

    state = context.run(context.on.relation_created(relation), testing.State(leader=True, relations={relation}))
    reader.hear(state.get_relation(relation.id).local_app_data)

    (published,) = reader.published()
    assert list(documents.loads(published.text).profiles) == ["ml-engineers"]


@pytest.mark.parametrize(
    ("report", "status"),
    [
        ({}, WaitingStatus("profiles: no answer yet")),
        ({"applied": ["ml-engineers"]}, ActiveStatus()),
        ({"failed": {"ml-engineers": "no"}}, BlockedStatus("profiles: 1 failed")),
        ({"problem": "line 1: no"}, BlockedStatus("line 1: no")),
    ],
)
def test_the_charm_of_the_how_to_shows_what_became_of_it(report, status):
    context = testing.Context(sample(SAMPLES["the how-to"]), meta=META)
    relation = testing.Relation("profiles")
    state = context.run(context.on.relation_created(relation), testing.State(leader=True, relations={relation}))
    written = state.get_relation(relation.id)
    whole = {"applied": [], "pending": {}, "failed": {}, "problem": ""} | report
    answer = {**TO, "revision": written.local_app_data["revision"], "report": json.dumps(whole)} if report else {}
    heard = testing.Relation("profiles", id=relation.id, remote_app_data=answer, local_app_data=written.local_app_data)

    state = context.run(context.on.relation_changed(heard), testing.State(leader=True, relations={heard}))

    assert state.unit_status == status


def test_the_code_that_reads_is_python():
    for code in re.findall(r"^```python\n(.*?)^```", SAMPLES["the docstring of the library"], re.MULTILINE | re.DOTALL):
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
    assert tester.report().applied == ("ml-engineers",)


def test_the_limits_that_are_named_are_those_of_the_library():
    for limit in (library.PLAIN, library.LARGEST, library.LARGEST_TEXT, library.LONGEST_REASON):
        assert f"{limit:,}" in REFERENCE
