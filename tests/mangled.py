"""Damaged documents: valid ones and ones with an error, cut off and changed at any byte."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

SEED = 20261101
_ROOT = Path(__file__).parents[1]
_LARGEST = 3_000

# Tokens of YAML and JSON, characters that look like them, and bytes that are not UTF-8.
_PIECES = [
    *(
        text.encode()
        for text in [
            "\n",
            "\r\n",
            "\t",
            " ",
            ":",
            ": ",
            "- ",
            "? ",
            ", ",
            "{",
            "}",
            "[",
            "]",
            "'",
            '"',
            "#",
            "%",
            "@",
            "`",
            "*a",
            "&a ",
            "!!str ",
            "!x ",
            ">",
            ">-\n",
            "~",
        ]
    ),
    *(
        text.encode()
        for text in (
            "|\n",
            "---\n",
            "...\n",
            "<<: *a",
            "//",
            "/* */",
            "{{ x }}",
            "${X}",
            "<x>",
            "@",
            "\\",
        )
    ),
    *(
        text.encode()
        for text in (
            "\u00a0",
            "\u2013",
            "\uff1a",
            "\u201c",
            "\u2028",
            "\u0085",
            "\ufeff",
            "\u200b",
            "\uff20",
        )
    ),
    *(
        text.encode()
        for text in (
            "null",
            "no",
            "1e999",
            ".nan",
            "0x",
            "9" * 50,
            "2027-13-01",
            "\\ud800",
            "\\u",
            "\\x",
        )
    ),
    b"\x00",
    b"\x1b",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xff\xfe",
]

_RICH = b"""\
version: 1
defaults:
  resources: {hard: {requests.cpu: "4", requests.memory: 16Gi}}
  labels: &labels {team: data}
profiles:
- name: ml
  owner: {kind: User, name: "olga@example.com"}
  open: true
  contributors:
  - {name: ann@example.com, role: edit, until: 2027-01-31}
  - name: 'research'
    kind: Group
    role: view
  limitRange:
    limits:
    - type: Container
      max: {cpu: 2, memory: 4Gi}
  labels: *labels
  annotations:
    note: |
      text: of
       - several lines
    more: >-
      folded
  plugins:
  - kind: WorkloadIdentity
    spec: {gcpServiceAccount: "ml@example.iam", list: [1, 2.5, null, {a: [b]}]}
- name: builds
  owner: {kind: ServiceAccount, name: builder, namespace: ci}
  adopt: true
  resources:
    hard: {pods: 10}
    scopeSelector:
      matchExpressions:
      - {scopeName: PriorityClass, operator: In, values: [high]}
"""
_JSON = b"""\
{"profiles": [
  {"name": "ml", "owner": {"kind": "User", "name": "olga@example.com"},
   "contributors": [{"name": "\\u00e9ve@example.com", "role": "edit"}, {"name": "bob@example.com", "role": "view"}]},
  {"name": "web", "owner": {"kind": "Group", "name": "web\\ud83d\\ude00"}, "resources": {}, "labels": {"a": "1"}}
]}
"""


def documents() -> list[bytes]:
    """Return the texts to damage: the sample, documents with every field, and small ones."""
    sample = (_ROOT / "examples" / "pmr.yaml").read_bytes()
    corpus = [file.read_bytes() for file in sorted((_ROOT / "tests" / "corpus").rglob("*.yaml"))]
    return [sample, _RICH, _JSON] * 20 + [
        document for document in corpus if len(document) <= _LARGEST
    ]


def mangled(number: int, *, seed: int = SEED) -> Iterator[bytes]:
    """Yield damaged documents, always the same for a seed. About one in forty is still valid."""
    chance = random.Random(seed)
    sources = documents()
    for _ in range(number):
        text = bytearray(chance.choice(sources))
        for _ in range(chance.choice((0, 0, 1, 1, 2, 5))):
            _change(text, sources, chance)
        if chance.random() < 1 / 2:
            del text[chance.randrange(len(text) + 1) :]
        yield bytes(text)


def mangled_texts(number: int, *, seed: int = SEED) -> Iterator[str]:
    """Yield the same as text, as Juju hands it on; bytes that are no UTF-8 are replaced."""
    for document in mangled(number, seed=seed):
        yield document.decode("utf-8", "replace")


def _change(text: bytearray, sources: list[bytes], chance: random.Random) -> None:
    """Change a text at one place: insert, remove or repeat a part, or copy one from elsewhere."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.randrange(1, 20))
    match chance.randrange(6):
        case 0:
            text[start : start + 1] = bytes([chance.randrange(256)])
        case 1:
            text[start:start] = chance.choice(_PIECES)
        case 2:
            text[start:end] = chance.choice(_PIECES)
        case 3:
            text[start:start] = text[start:end]
        case 4:
            del text[start:end]
        case _:
            other = chance.choice(sources)
            at = chance.randrange(len(other) + 1)
            text[start:start] = other[at : at + chance.randrange(60)]
