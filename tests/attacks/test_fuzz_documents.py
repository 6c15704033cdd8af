"""Random documents are read, or refused with problems, in a bounded number of calls.

How to run it longer: see fuzz.py.
"""

import json
import sys
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attacks.fuzz import changed, rounds
from attacks.judging import RULES
from profiles_charm import databags, status
from profiles_charm.config import Config
from profiles_management import DocumentError
from profiles_management.pmr import Rules, SourceDocument, documents, merge
from profiles_management.pmr.document_limits import MOST_PROBLEMS
from profiles_management.reconcile.lines import printable
from profiles_management.sources import Gathered, merged, report_for
from readings import reading

pytestmark = pytest.mark.usefixtures("no_logging")

CORPUS = sorted(Path(__file__).parents[1].glob("corpus/**/*.yaml"))
KEYS = (
    *(
        "profiles",
        "name",
        "owner",
        "kind",
        "contributors",
        "role",
        "until",
        "resources",
        "hard",
        "scopes",
        "limits",
    ),
    *(
        "scopeSelector",
        "matchExpressions",
        "operator",
        "scopeName",
        "values",
        "limitRange",
        "type",
        "max",
        "min",
    ),
    *(
        "defaultRequest",
        "maxLimitRequestRatio",
        "labels",
        "annotations",
        "plugins",
        "spec",
        "open",
        "adopt",
        "version",
    ),
    *(
        "defaults",
        "limit_range",
        "nmae",
        "cpu",
        "limits.cpu",
        "requests.nvidia.com/gpu",
        "count/jobs.batch",
        "a/b",
        "",
    ),
)
SCALARS = (
    *(
        "ann",
        "ann@example.com",
        "User",
        "Group",
        "edit",
        "admin",
        "In",
        "Container",
        "ml",
        "2027-01-31",
        "~",
        "true",
    ),
    *(
        "1",
        "-1",
        "1e3",
        "0x1f",
        "1:30",
        ".nan",
        ".inf",
        "4Gi",
        "500m",
        "1.5",
        "9" * 90,
        "010",
        "<<",
        "=",
        "*a",
        "&a 1",
    ),
    *(
        '"a b"',
        "'{{ x }}'",
        '"<me>"',
        '"\\u200b"',
        '"\\U0001F600"',
        "ж",
        "é",
        "\u2013",
        '"a@b@c"',
        "!!str 1",
        "? x",
        "|\n x",
    ),
    *(
        "a=aa=aa",
        "[]",
        "{}",
        '""',
        '"' + "x" * 400 + '"',
        "system:authenticated",
        "mailto:a@b.c",
        "x #y",
        "a: b: c",
    ),
)
PIECES = tuple(
    text.encode()
    for text in ("\t", "{{", "- ", ": ", "#", "&a ", "*a", "\u2013", "[", "}", "\r", '"', "\n\n")
)
MOST_CALLS = 200_000  # for each character too


def value(chance, depth):
    """Return a flow-style value of keys and scalars of documents, in valid and invalid places."""
    if depth and chance.random() < 0.5:
        pairs = (
            f"{chance.choice(KEYS) or '~'}: {value(chance, depth - 1)}"
            for _ in range(chance.randrange(5))
        )
        return f"{{{', '.join(pairs)}}}"
    if depth and chance.random() < 0.5:
        return f"[{', '.join(value(chance, depth - 1) for _ in range(chance.randrange(4)))}]"
    return chance.choice(SCALARS)


WHOLE = """version: 1
defaults:
  resources: {hard: {limits.cpu: "8", count/jobs.batch: 4}}
  labels: {team: ml}
profiles:
- name: ml
  owner: {kind: User, name: ann@example.com}
  contributors:
  - name: bob@example.com
    role: edit
    until: 2027-01-31
  - name: data
    kind: Group
    role: view
  resources:
    hard:
      requests.nvidia.com/gpu: 2
      pods: "10"
    scopes: [NotTerminating]
    scopeSelector:
      matchExpressions:
      - operator: In
        scopeName: PriorityClass
        values: [high]
  limitRange:
    limits:
    - type: Container
      max: {cpu: 4, memory: 8Gi}
      defaultRequest: {cpu: 500m}
  labels: {team: null}
  annotations:
    note: text
  open: true
- name: web
  contributors:
  - {name: eve@example.com, role: edit}
""".splitlines()
"""A document with nearly every field, by lines."""


def a_document(chance):
    """Return a text that is a document, was one, or is of the parts of one."""
    match chance.randrange(4):
        case 0:
            return changed(chance.choice(CORPUS).read_bytes(), chance, PIECES)
        case 1:
            return _of_parts(chance)
        case _:
            return "\n".join(_altered(chance, [*WHOLE])).encode()


def _altered(chance, lines):
    """Return lines of which a few are changed, duplicated, moved or removed."""
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(lines))
        key, colon, _ = lines[at].partition(":")
        match chance.randrange(8):
            case 0:
                del lines[at]
            case 1:
                lines.insert(chance.randrange(len(lines)), lines[at])
            case 2:
                lines[at] = lines[at].replace("  ", chance.choice(("", "   ", "\t")), 1)
            case _:
                lines[at] = f"{key}{colon} {value(chance, 2)}"
    return lines


def _of_parts(chance):
    entries = (
        f"- {{name: p{index}, owner: {{kind: User, name: ann}}, {chance.choice(KEYS) or 'x'}: {value(chance, 4)}}}\n"
        for index in range(chance.randrange(1, 4))
    )
    defaults = f"defaults: {value(chance, 3)}\n" if chance.random() < 1 / 2 else ""
    return f"{defaults}profiles:\n{''.join(entries)}".encode()


def read(text, rules):
    """Return the document, or why it is refused."""
    try:
        return documents.loads(text, name="teams", rules=rules, additions=True), None
    except DocumentError as error:
        return None, error


class Counted:
    """Counts the calls of functions within a block, up to a limit."""

    def __init__(self, most):
        self.left = most

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self._note)

    def __exit__(self, *_):
        sys.settrace(self.before)
        assert self.left > 0

    def _note(self, *_):
        self.left -= 1


@pytest.mark.parametrize("rules", [Rules(), RULES], ids=["trusted", "untrusted"])
def test_any_document_is_read_or_refused_within_its_number_of_calls(rules):
    for chance in rounds(400, "documents"):
        text = a_document(chance)
        with Counted(MOST_CALLS + 100 * len(text)):
            pmr, refused = read(text, rules)

        problems = refused.problems if refused else ()
        assert (pmr is None) == (0 < len(problems) <= MOST_PROBLEMS + 1)
        for problem in problems:
            assert problem.where.file == "teams"
            assert str(problem) == printable(str(problem))
        if pmr is not None:
            assert documents.loads(documents.dumps(pmr), additions=True) == pmr


def test_any_document_of_a_relation_leaves_the_other_sources_as_they_are():
    ours = documents.loads(
        "profiles: [{name: ml, open: true, owner: {kind: User, name: ann}}]", additions=True
    )
    for chance in rounds(200, "merging"):
        pmr, refused = read(a_document(chance), RULES)
        teams = SourceDocument("relation:profiles:teams", pmr, str(refused or ""), trusted=False)
        merged = merge([SourceDocument("config", ours), teams])

        assert merged.origins.profiles["ml"] == "config"
        assert merged.profiles["ml"].owner == ours.profiles["ml"].owner


def test_any_document_has_a_status_of_one_line():
    for chance in rounds(200, "statuses"):
        _, error = read(a_document(chance), RULES)
        if error is None:
            continue
        line = status.status_of(error, "app").message

        assert line == printable(line)
        assert len(line) <= 200
        teams = reading("relation:profiles:teams", error)
        gathered = Gathered(merged([teams]), (teams,))
        assert report_for(teams, gathered, error, now=datetime.now(UTC)).problem


def test_any_databag_of_observability_is_read_or_passed_over():
    values = (
        "http",
        "otlp_http",
        "metrics",
        "http://tempo:4318",
        None,
        1,
        1.5,
        True,
        "",
        "x" * 99,
        "\u0000",
    )

    def part(chance, depth):
        kind = chance.randrange(3) if depth else 2
        if kind == 0:
            keys = ("protocol", "endpoint", "telemetries", "url", "name", "type")
            return {
                key: part(chance, depth - 1)
                for key in chance.sample(keys, chance.randrange(len(keys)))
            }
        return (
            [part(chance, depth - 1) for _ in range(chance.randrange(4))]
            if kind == 1
            else chance.choice(values)
        )

    for chance in rounds(1_000, "observability"):
        text = json.dumps(part(chance, 4))
        text = (
            changed(text.encode(), chance).decode(errors="replace")
            if chance.random() < 0.3
            else text
        )
        for reader, key in (
            (databags.endpoint_in, "endpoints"),
            (databags.receiver_in, "receivers"),
            (databags.certificates_in, "certificates"),
        ):
            reader({key: text})


def test_a_hostile_list_of_observability_does_not_fill_the_memory():
    text = f"[{'[],' * 5_000_000}1]"
    tracemalloc.start()

    assert databags.certificates_in({"certificates": text}) == []
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_the_fuzzed_rules_are_those_of_the_charm():
    assert Config().settings().untrusted_max_profiles == RULES.limits.profiles
