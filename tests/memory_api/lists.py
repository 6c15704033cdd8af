"""Lists: label and field selectors, continue tokens."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import msgspec

from .kinds import Kind
from .status import END, Refusal, bad_request
from .store import Record, View

Labels = dict[str, str]
Test = Callable[[Labels], bool]

_REQUIREMENT = re.compile(
    r"""\s*(?:
        !\s*(?P<absent>[^\s,=!()]+)
      | (?P<key>[^\s,=!()]+)\s*(?:
            (?P<op>==|=|!=)\s*(?P<value>[^\s,=!()]*)
          | \s(?P<set>in|notin)\s*\((?P<values>[^)]*)\)
        )?
    )\s*(?:,|\Z)""",
    re.VERBOSE,
)

TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


class Labelled(msgspec.Struct, gc=False):
    """The labels of an object and nothing else, for a selector's quick look into stored bytes."""

    labels: Labels = {}


class Selectable(msgspec.Struct, gc=False):
    metadata: Labelled


labels_in = msgspec.json.Decoder(Selectable)


def label_test(selector: str) -> Test | None:
    """Return a test for a label selector (equality, sets, existence), None if it selects all.

    Raises:
        Refusal: 400 for a selector that cannot be parsed.
    """
    tests: list[Test] = []
    at = 0
    while at < len(selector.strip()):
        found = _REQUIREMENT.match(selector, at)
        if not found:
            _, _, found_instead = selector[at:].strip().partition(" ")
            words = f"unable to parse requirement: found '{found_instead.partition(' ')[0]}'"
            raise bad_request(f"{words}, expected: in, notin, =, ==, !=, gt, lt")
        tests.append(_requirement(found))
        at = found.end()
    return (lambda labels: all(test(labels) for test in tests)) if tests else None


def _requirement(found: re.Match[str]) -> Test:
    if absent := found["absent"]:
        return lambda labels: absent not in labels
    key = found["key"]
    if found["op"]:
        value, equal = found["value"], found["op"] != "!="
        return lambda labels: (labels.get(key) == value) is equal
    if found["set"]:
        values, wanted = {each.strip() for each in found["values"].split(",")}, found["set"] == "in"
        return lambda labels: (labels.get(key) in values) is wanted
    return lambda labels: key in labels


def field_test(selector: str) -> Callable[[str, str], bool] | None:
    """Return a test of (namespace, name) for a field selector, or None if it selects everything.

    Raises:
        Refusal: 400 for a field other than metadata.name and metadata.namespace, as custom
            resources have it.
    """
    terms = []
    for term in filter(None, selector.split(",")):
        found = re.fullmatch(r"([\w.]+)(==|=|!=)(.*)", term)
        if not found:
            raise bad_request(f"invalid selector: '{selector}'; can't understand '{term}'")
        field, operator, value = found.groups()
        if field not in ("metadata.name", "metadata.namespace"):
            known = 'only "metadata.name", "metadata.namespace"'
            raise bad_request(f'"{field}" is not a known field selector: {known}')
        terms.append((field == "metadata.name", value, operator != "!="))
    if not terms:
        return None
    return lambda namespace, name: all(
        ((name if by_name else namespace) == value) is equal for by_name, value, equal in terms
    )


def token(version: int, start: str) -> str:
    """Return a continue token: the moment of the list and the key after which to go on."""
    content = msgspec.json.encode({"v": "meta.k8s.io/v1", "rv": version, "start": f"{start}\0"})
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def read_token(text: str) -> tuple[int, str]:
    """Return version and start of a continue token.

    Raises:
        Refusal: 400 for anything else.
    """
    try:
        content = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return int(content["rv"]), str(content["start"])
    except (ValueError, KeyError, TypeError) as error:
        raise bad_request(f"invalid continue token: continue key is not valid: {error}") from error


def expired(start: str) -> Refusal:
    """Return the 410 for an expired continue token, with a token for an inconsistent list."""
    return Refusal(410, "Expired", TOO_OLD, metadata={"continue": token(-1, start.rstrip("\0"))})


def page(
    kind: Kind, version: str, view: View, namespace: str, query: dict[str, str], start: str
) -> bytes:
    """Return a page of a list as the server writes it, from a view that does not change."""
    limit = int(query.get("limit") or 0)
    prefix = f"{namespace}/" if namespace else ""
    chosen: list[Record] = []
    last, left, more = "", 0, False
    wanted = _filter(query)
    for key, record in view.after(f"{prefix}{start.lstrip('/')}" if start else "", prefix):
        if wanted and not wanted(key, record):
            continue
        if limit and len(chosen) == limit:
            more = True
            break
        chosen.append(record)
        last = key
    if more and not wanted:
        left = view.count(prefix) - view.position(last) - 1
    following = token(view.version, f"/{last.removeprefix(prefix)}") if more else ""
    return _written(kind, version, chosen, view.version, following, left)


def _filter(query: dict[str, str]) -> Callable[[str, Record], bool] | None:
    labelled, named = (
        label_test(query.get("labelSelector", "")),
        field_test(query.get("fieldSelector", "")),
    )
    if not labelled and not named:
        return None

    def wanted(key: str, record: Record) -> bool:
        namespace, _, name = key.rpartition("/")
        if named and not named(namespace, name):
            return False
        return not labelled or labelled(labels_in.decode(b"{" + record.body).metadata.labels)

    return wanted


def _written(
    kind: Kind, version: str, records: list[Record], moment: int, following: str, left: int
) -> bytes:
    head = kind.item_head(version)
    items = head + (b"," + head).join([record.body for record in records]) if records else b""
    api_version = kind.api_version(version)
    if kind.struct:
        metadata = f'"resourceVersion":"{moment}"'
        metadata += f',"continue":"{following}"' if following else ""
        metadata += f',"remainingItemCount":{left}' if left else ""
        opening = f'{{"kind":"{kind.name}List","apiVersion":"{api_version}","metadata":{{{metadata}}},"items":['
        return opening.encode() + items + b"]}" + END
    metadata = f'"continue":"{following}",' + (f'"remainingItemCount":{left},' if left else "")
    closing = f'],"kind":"{kind.name}List","metadata":{{{metadata}"resourceVersion":"{moment}"}}}}'
    return f'{{"apiVersion":"{api_version}","items":['.encode() + items + closing.encode() + END
