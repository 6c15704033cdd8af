"""Who owns which field: what managedFields says, and server-side apply with its conflicts.

A set of fields is a set of paths; a path is a tuple of keys as managedFields spells them (`f:spec`,
`v:"x"`, `k:…`). Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import msgspec

from .kinds import Kind, Object
from .status import Refusal

Path = tuple[str, ...]
Fields = set[Path]

_SYSTEM = {
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
}
_UNOWNED = {"apiVersion", "kind", "status"}
_MAPS = {"labels", "annotations", "hard"}


def fields_of(kind: Kind, obj: Object, *, applied: bool = False) -> dict[Path, Any]:
    """Return every field of an object with its value; maps are left out for an applied one."""
    found: dict[Path, Any] = {}
    for key, value in obj.items():
        if key == "metadata":
            rest = {name: value[name] for name in value if name not in _SYSTEM}
            for name, item in rest.items():
                _walk(kind, (key, name), ("f:metadata", f"f:{name}"), item, found, applied)
        elif key not in _UNOWNED and not (kind.name == "Namespace" and key == "spec"):
            _walk(kind, (key,), (f"f:{key}",), value, found, applied)
    return found


def _walk(
    kind: Kind, where: Path, path: Path, value: Any, found: dict[Path, Any], applied: bool
) -> None:
    if where == ("metadata", "finalizers"):
        _listed(path, {f"v:{_text(name)}": name for name in value}, found, applied)
    elif where == ("metadata", "ownerReferences"):
        _listed(
            path,
            {f"k:{_text({'uid': each.get('uid', '')})}": each for each in value},
            found,
            applied,
        )
    elif isinstance(value, dict) and where not in kind.atomic and value:
        if not applied and ((kind.schema and where[0] == "spec") or where[-1] in _MAPS):
            found[path] = None
        for key, item in value.items():
            _walk(kind, (*where, key), (*path, f"f:{key}"), item, found, applied)
    elif value is not None and not (
        kind.struct and value in ("", [], {}, 0) and not (applied and value == {})
    ):
        found[path] = value


def _listed(path: Path, members: dict[str, Any], found: dict[Path, Any], applied: bool) -> None:
    if not applied and members:
        found[path] = None
    found.update({(*path, key): value for key, value in members.items()})


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def to_v1(fields: Iterable[Path]) -> dict[str, Any]:
    """Return a set of fields as `fieldsV1` spells it."""
    members, tree = set(fields), {}
    for path in sorted(members):
        node: dict[str, Any] = tree
        for depth, key in enumerate(path):
            if key not in node:
                node[key] = {}
            elif not node[key] and path[: depth + 1] in members and depth + 1 < len(path):
                node[key]["."] = {}
            node = node[key]
    return tree


def from_v1(tree: dict[str, Any], path: Path = ()) -> Fields:
    """Return the set of fields that a `fieldsV1` spells."""
    if not tree:
        return {path} if path else set()
    found: Fields = set()
    for key, inner in tree.items():
        found |= {path} if key == "." else from_v1(inner, (*path, key))
    return found


def updated(
    kind: Kind, old: Object | None, new: Object, manager: str, api_version: str, now: str
) -> list[Object]:
    """Return managedFields after `manager` changed `old` to `new` by create, update or patch."""
    entries = _entries(old)
    before, after = fields_of(kind, old) if old else {}, fields_of(kind, new)
    missing = object()
    changed = {path for path, value in after.items() if before.get(path, missing) != value}
    gone = before.keys() - after.keys()
    mine = (manager, "Update", api_version)
    lost = {who: gone if who == mine else gone | changed for who in entries}
    kept = {who: (owned - lost[who], time) for who, (owned, time) in entries.items()}
    own, time = kept.get(mine, (set(), now))
    kept[mine] = (own | changed, now if changed or gone else time)
    return _as_list(kept)


def applied(
    kind: Kind,
    live: Object | None,
    config: Object,
    manager: str,
    api_version: str,
    now: str,
    *,
    force: bool,
) -> Object:
    """Return the object after a server-side apply, with managedFields.

    Raises:
        Refusal: 409, if a field that the configuration changes belongs to somebody else and `force`
            is off.
    """
    wanted = fields_of(kind, config, applied=True)
    entries = _entries(live)
    mine = (manager, "Apply", api_version)
    result = (
        copy.deepcopy(live)
        if live
        else {key: config[key] for key in ("apiVersion", "kind")} | {"metadata": {}}
    )
    theirs = _disputed(
        kind, live, wanted, {who: owned for who, (owned, _) in entries.items() if who != mine}
    )
    if theirs and not force:
        raise _conflict(theirs)
    before, time = entries.get(mine, (set(), ""))
    held = set().union(*(owned for who, (owned, _) in entries.items() if who != mine))
    for path in sorted(before - wanted.keys() - held, reverse=True):
        _unset(result, path)
    for path, value in wanted.items():
        _set(result, path, value)
    lost = set().union(*theirs.values()) if theirs else set()
    kept = {who: (owned - lost, since) for who, (owned, since) in entries.items()}
    kept[mine] = (set(wanted), time if live and set(wanted) == before else now)
    for name in ("name", "namespace"):
        if name in config["metadata"]:
            result["metadata"].setdefault(name, config["metadata"][name])
    result["metadata"]["managedFields"] = _as_list(kept)
    return result


Who = tuple[str, str, str]


def _entries(obj: Object | None) -> dict[Who, tuple[Fields, str]]:
    listed = (obj or {}).get("metadata", {}).get("managedFields", [])
    return {
        (each["manager"], each["operation"], each["apiVersion"]): (
            from_v1(each["fieldsV1"]),
            each.get("time", ""),
        )
        for each in listed
        if not each.get("subresource")
    }


def _as_list(entries: dict[Who, tuple[Fields, str]]) -> list[Object]:
    ordered = sorted(entries.items(), key=lambda entry: (entry[0][1], entry[1][1], entry[0][0]))
    return [
        {
            "manager": manager,
            "operation": operation,
            "apiVersion": api_version,
            "time": time,
            "fieldsType": "FieldsV1",
            "fieldsV1": to_v1(owned),
        }
        for (manager, operation, api_version), (owned, time) in ordered
        if owned
    ]


def _disputed(
    kind: Kind, live: Object | None, wanted: dict[Path, Any], others: dict[Who, Fields]
) -> dict[Who, Fields]:
    missing = object()
    present = fields_of(kind, live) if live else {}
    changed = {path for path, value in wanted.items() if present.get(path, missing) != value}
    return {who: owned & changed for who, owned in others.items() if owned & changed}


def _conflict(theirs: dict[Who, Fields]) -> Refusal:
    causes = []
    for (manager, operation, api_version), paths in sorted(theirs.items()):
        who = f'conflict with "{manager}"' + (
            f" using {api_version}" if operation == "Update" else ""
        )
        causes += [
            {"reason": "FieldManagerConflict", "message": who, "field": _dotted(path)}
            for path in sorted(paths)
        ]
    if len(causes) == 1:
        words = f"1 conflict: {causes[0]['message']}: {causes[0]['field']}"
    else:
        words = f"{len(causes)} conflicts: " + "\n".join(
            f"{each['message']}: {each['field']}" for each in causes
        )
    return Refusal(409, "Conflict", f"Apply failed with {words}", {"causes": causes})


def _dotted(path: Path) -> str:
    return "".join(f".{key[2:]}" if key.startswith("f:") else f"[{key[2:]}]" for key in path)


def _set(obj: Object, path: Path, value: Any) -> None:
    node: Any = obj
    for depth, key in enumerate(path[:-1]):
        empty: Any = [] if path[depth + 1][:2] in ("v:", "k:") else {}
        if not isinstance(node.get(key[2:]), dict | list):
            node[key[2:]] = empty
        node = node[key[2:]]
    if isinstance(node, list):
        _join(node, path[-1], value)
    else:
        node[path[-1][2:]] = copy.deepcopy(value)


def _join(members: list[Any], key: str, value: Any) -> None:
    if key.startswith("v:"):
        if value not in members:
            members.append(value)
        return
    members[:] = [each for each in members if each.get("uid") != value.get("uid")] + [
        copy.deepcopy(value)
    ]


def _unset(obj: Object, path: Path) -> None:
    node: Any = obj
    trail = []
    for key in path[:-1]:
        trail.append((node, key[2:]))
        node = node.get(key[2:]) if isinstance(node, dict) else None
        if node is None:
            return
    if isinstance(node, list):
        key = path[-1]
        node[:] = [
            each
            for each in node
            if f"v:{_text(each)}" != key and _text({"uid": _uid(each)}) != key[2:]
        ]
    else:
        node.pop(path[-1][2:], None)
    for parent, key in reversed(trail):
        if parent.get(key) in ({}, []):
            del parent[key]


def _uid(member: Any) -> str:
    return member.get("uid", "") if isinstance(member, dict) else ""
