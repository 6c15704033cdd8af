"""Small documents of an attacker that cause much work, by what they attack."""

import base64
import zlib
from collections.abc import Callable
from hashlib import sha256
from typing import Final

LARGEST: Final = 15_900_000  # a little less than a databag carries, decompressed
_DASH: Final = "\u2013"
PROFILE: Final = "- {name: p%d, owner: {kind: User, name: ann}, %s}\n"


def profiles(*parts: str) -> str:
    """Return a document with one profile for each part, which is written into it."""
    return "profiles:\n" + "".join(PROFILE % (index, part) for index, part in enumerate(parts))


def listed(key: str, item: str, number: int) -> str:
    return f"{key}: [{','.join([item] * number)}]"


def numbered(item: str, number: int, start: int = 0) -> str:
    return ",".join(item % index for index in range(start, start + number))


def databag(document: str) -> dict[str, str]:
    """Return the databag that carries a document."""
    packed = base64.b64encode(zlib.compress(document.encode())).decode()
    revision = sha256(document.encode()).hexdigest()[:16]
    return {"version": "1", "encoding": "zlib+base64", "revision": revision, "document": packed}


def _resources(number: int, item: str, profile: int) -> str:
    return f"resources: {{hard: {{{numbered(item, number, profile * number)}}}}}"


def _time(number: int) -> str:
    return (
        f"2001-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{number:06}Z"
    )


def _limits(item: str, items: int, names: int) -> str:
    bounds = (
        f"{{type: Container, max: {{{numbered(item, names, index * names)}}}}}"
        for index in range(items)
    )
    return f"limitRange: {{limits: [{','.join(bounds)}]}}"


DOCUMENTS: Final[dict[str, Callable[[], str]]] = {
    "empty contributors": lambda: profiles(*[listed("contributors", "{}", 4_998)] * 128),
    "empty contributors within the limits": lambda: profiles(
        *[listed("contributors", "{}", 4_998)] * 4
    ),
    "empty profiles": lambda: f"profiles: [{'{},' * 1_999}]",
    "empty lists": lambda: f"profiles: [{'[],' * 2_900_000}]",
    "contributors that are numbers": lambda: profiles(listed("contributors", "1", 19_000)),
    "contributors that are times": lambda: profiles(
        f"contributors: [{','.join(map(_time, range(270_000)))}]"
    ),
    "sexagesimal numbers": lambda: profiles(
        f"contributors: [{numbered('1%d' + ':1' * 13, 270_000)}]"
    ),
    "unknown keys": lambda: profiles(*[numbered("k%d: 1", 19_000)] * 7),
    "unknown keys of limits": lambda: profiles(
        f"limitRange: {{limits: [{','.join(['{' + numbered('k%d: 1', 130) + '}'] * 990)}]}}"
    ),
    "unknown keys at the top": lambda: "".join(f"profile{index}: 1\n" for index in range(19_000)),
    "a long key": lambda: profiles(f'? "{"a" * 15_000_000}" : 1'),
    "a long key at the top": lambda: f'? "{"a" * 15_000_000}"\n: 1\n',
    "a long name": lambda: (
        f'profiles: [{{name: "{"a" * LARGEST}", owner: {{kind: User, name: ann}}}}]'
    ),
    "a long name with a wide character": lambda: profiles(
        f'labels: {{a: "{"x" * 10_000_000}\U0001f600"}}'
    ),
    "a wide character in a comment": lambda: f"# {'x' * LARGEST}\U0001f600\nprofiles: 3\n",
    "labels that are assignments": lambda: profiles(f"labels: '{'a=aa=' * 3_000_000}'"),
    "misspelled resources": lambda: profiles(
        *(_resources(60, "sevrice%dd: 1", index) for index in range(1_900))
    ),
    "misspelled resources of limits": lambda: profiles(_limits("sevrice%dd: 1", 990, 40)),
    "resources that no container has": lambda: profiles(_limits("requests.svc%d.io/x: 1", 990, 20)),
    "misspelled types": lambda: profiles(
        *[f"limitRange: {{limits: [{numbered('{type: Cont%d}', 999)}]}}"] * 60
    ),
    "misspelled scopes": lambda: profiles(
        *[f"resources: {{scopes: [{numbered('Termnating%d', 999)}]}}"] * 200
    ),
    "many amounts": lambda: profiles(
        *(_resources(11, "requests.ab%d.com/x: 15.5Gi", index) for index in range(1_900))
    ),
    "names of two alphabets": lambda: profiles(
        f"contributors: [{numbered('{name: %d' + 'жd' * 156 + ', role: edit}', 19_000)}]"
    ),
    "names with many signs": lambda: profiles(
        f"contributors: [{numbered('{name: %d' + 'a@' * 156 + ', role: edit}', 19_000)}]"
    ),
    "long mailboxes": lambda: profiles(
        f"contributors: [{numbered('{name: %d' + 'a' * 300 + '@@, role: edit}', 19_000)}]"
    ),
    "one contributor again and again": lambda: profiles(
        listed("contributors", "{name: a1, role: edit}", 19_000)
    ),
    "one profile again and again": lambda: "profiles:\n" + PROFILE % (1, "open: true") * 1_990,
    "dates in plugins": lambda: profiles(
        f"plugins: [{','.join(['{kind: X, spec: {a: [' + '2001-01-01,' * 999 + ']}}'] * 250)}]"
    ),
    "misspelled keys of plugins": lambda: profiles(
        listed(
            "plugins",
            "{kind: WorkloadIdentity, spec: {" + numbered("gcpServiceAcount%d: 1", 300) + "}}",
            400,
        )
    ),
    "bad labels": lambda: profiles(*["labels: {" + numbered('"!%d": "!"', 19_000) + "}"] * 7),
    "values with nothing": lambda: profiles(listed("contributors", "~", 19_000)),
    "keys with nothing": lambda: profiles(f"contributors: {{{numbered(' k%d', 19_000)}}}"),
    "a key again and again": lambda: profiles("a: 1, " * 200_000 + "b: 1"),
    "aliases of a long text": lambda: (
        f'a: &a "{"é" * 5_000_000}"\n'
        + profiles(listed("contributors", "{name: *a, role: edit}", 2_900))
    ),
    "containers with names": lambda: profiles(f"contributors: [{numbered('&a%d {}', 19_000)}]"),
    "lines": lambda: "\n" * LARGEST,
    "lines up to the limit": lambda: "# 3456789abcdef\n" * 993_000 + "a: [",
    "blanks before a brace": lambda: " " * LARGEST + "{",
    "a bracket that is never closed": lambda: "profiles: [" + "0," * 130_000,
    "a quote that is never closed": lambda: 'profiles: ["' + "0," * 7_000_000,
    "brackets": lambda: "[" * LARGEST,
    "question marks": lambda: "? " * 7_000_000,
    "a template that is never closed": lambda: "a: {{" + "{{ x " * 3_000_000,
    "JSON with lists": lambda: f'{{"profiles": [{"[]," * 5_000_000}"\u2028"]}}',
    "JSON with escapes": lambda: '{"profiles": ["' + r"\ud83d\ude00" * 1_300_000 + '"]}',
    "JSON with backslashes": lambda: '{"profiles": ["' + "\\" * LARGEST + r'\u"]}',
    "comments in names": lambda: (
        "profiles:\n" + "- name: p #1\n  owner: {kind: User, name: a}\n" * 1_990
    ),
    "lines like secrets": lambda: (
        "profiles:\n" + "".join(f"- {{x{i}: 1, {'token' * 50}: y}}\n" for i in range(1_990))
    ),
    "look-alikes": lambda: (
        "profiles:\n" + "".join(f"- {{x{i}\u00a0: 1, {_DASH * 130}: y}}\n" for i in range(1_990))
    ),
}
"""What a related application may publish, by what makes the work."""
