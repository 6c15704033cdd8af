"""From a request to an answer: kind, verb, patch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from . import fields, lists, patches, status
from .draft import Writer, key_of, shaped
from .kinds import Kind, Object
from .objects import Objects
from .refusals import conflict, unreadable
from .requests import Request
from .status import END, JSON, Answer, NoSuchPath, Refusal
from .store import Record

MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"
STRATEGIC = "application/strategic-merge-patch+json"


def answer(objects: Objects, request: Request) -> Answer:
    """Execute a request.

    Raises:
        Refusal: everything that is not a success.
    """
    if request.group and not request.resource and request.method == "GET":
        return _discovery(objects, request)
    kind = _kind(objects, request)
    if bool(request.namespace) and not kind.namespaced:
        raise NoSuchPath
    verb = _VERBS.get((request.method, bool(request.name)))
    if verb is None or (verb is _create and kind.namespaced and not request.namespace):
        words = "the server does not allow this method on the requested resource"
        raise Refusal(405, "MethodNotAllowed", words, {})
    if request.query.get("dryRun") == "All" and request.method != "GET":
        objects = objects.copy()
    return verb(objects, kind, request)


def _discovery(objects: Objects, request: Request) -> Answer:
    """Return the served resources of an API group and version."""
    found = [
        kind
        for kind in objects.kinds
        if kind.group == request.group and request.version in kind.versions
    ]
    if not found:
        raise NoSuchPath
    resources = [
        {"name": kind.plural, "kind": kind.name, "namespaced": kind.namespaced} for kind in found
    ]
    version = f"{request.group}/{request.version}"
    body = {"kind": "APIResourceList", "groupVersion": version, "resources": resources}
    return Answer(200, status.encode(body), {"Content-Type": JSON})


def _kind(objects: Objects, request: Request) -> Kind:
    group = [
        kind
        for kind in objects.kinds
        if kind.group == request.group and request.version in kind.versions
    ]
    for kind in group:
        if kind.plural == request.resource:
            return kind
    if group and group[0].struct and request.resource:
        raise Refusal(404, "NotFound", "the server could not find the requested resource", {})
    raise NoSuchPath


def _list(objects: Objects, kind: Kind, request: Request) -> Answer:
    query = request.query
    if query.get("limit", "0").lstrip("-").isdigit() is False:
        raise status.bad_request(f'strconv.ParseInt: parsing "{query["limit"]}": invalid syntax')
    if following := query.get("continue"):
        return _next_page(objects, kind, request, following)
    version = query.get("resourceVersion", "")
    if version.isdigit() and int(version) > objects.version:
        raise _too_large(int(version), objects.version)
    if version == "0":
        query = {**query, "limit": ""}
    page = lists.page(kind, request.version, objects.view(kind), request.namespace, query, "")
    return Answer(200, page)


def _next_page(objects: Objects, kind: Kind, request: Request, following: str) -> Answer:
    if request.query.get("resourceVersion"):
        raise status.bad_request("specifying resource version is not allowed when using continue")
    version, start = lists.read_token(following)
    view = objects.view(kind) if version == -1 else objects.views.get((kind.name, version))
    if view is None:
        raise lists.expired(start)
    return Answer(
        200, lists.page(kind, request.version, view, request.namespace, request.query, start)
    )


def _too_large(wanted: int, current: int) -> Refusal:
    words = f"Timeout: Too large resource version: {wanted}, current: {current}"
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    details = {"causes": [cause], "retryAfterSeconds": 1}
    return Refusal(504, "Timeout", words, details, headers={"Retry-After": "1"})


def _get(objects: Objects, kind: Kind, request: Request) -> Answer:
    return _shown(kind, request, objects.record(kind, _key(request)))


def _create(objects: Objects, kind: Kind, request: Request) -> Answer:
    obj = _object(kind, request)
    record, unknown = objects.create(kind, request.namespace, obj, _writer(request))
    return _shown(kind, request, record, 201, unknown)


def _replace(objects: Objects, kind: Kind, request: Request) -> Answer:
    obj = _object(kind, request)
    if objects.tables[kind.name].get(_key(request)) is None and kind.unconditional:
        record, unknown = objects.create(kind, request.namespace, obj, _writer(request))
        return _shown(kind, request, record, 201, unknown)
    record, unknown = objects.update(kind, _key(request), obj, _writer(request))
    return _shown(kind, request, record, 200, unknown)


def _patch(objects: Objects, kind: Kind, request: Request) -> Answer:
    content_type = request.headers.get("content-type", "").partition(";")[0]
    if content_type == APPLY:
        return _apply(objects, kind, request)
    change = _CHANGES.get(content_type)
    if change is None:
        raise Refusal(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
    if content_type == STRATEGIC and not kind.struct:
        raise _unsupported(JSON_PATCH, MERGE, APPLY)
    old = objects.read(kind, _key(request), request.version)
    new = change(old, _patch_body(request))
    if not isinstance(new, dict):
        raise patches.rejected()
    new["metadata"] = {**(new.get("metadata") or {}), "managedFields": []}
    record, unknown = objects.update(kind, _key(request), new, _writer(request, patching=True))
    return _shown(kind, request, record, 200, unknown)


def _apply(objects: Objects, kind: Kind, request: Request) -> Answer:
    manager = request.query.get("fieldManager")
    config = _config(kind, request)
    if not manager:
        cause = status.Cause(
            "fieldManager", "Required value: is required for apply patch", "FieldValueRequired"
        )
        raise status.invalid("PatchOptions", "meta.k8s.io", "", [cause])
    key = _key(request)
    live = objects.read(kind, key, request.version) if objects.tables[kind.name].get(key) else None
    given = config["metadata"].get("resourceVersion")
    if live and given and given != live["metadata"]["resourceVersion"]:
        raise conflict(kind, request.name)
    force = request.query.get("force") == "true"
    api_version = kind.api_version(request.version)
    new = fields.applied(kind, live, config, manager, api_version, objects.now(), force=force)
    writer = Writer(
        manager,
        request.version,
        subresource=request.subresource,
        applying=True,
        patching=bool(live),
    )
    if live is None:
        record, _ = objects.create(kind, request.namespace, new, writer)
        return _shown(kind, request, record, 201)
    record, _ = objects.update(kind, key, new, writer)
    return _shown(kind, request, record)


def _config(kind: Kind, request: Request) -> Object:
    """Return the configuration of a server-side apply, in JSON as lightkube sends it, or refuse."""
    config = request.body
    if not isinstance(config, dict) or not config.get("kind") or not config.get("apiVersion"):
        raise status.bad_request("invalid object type: /, Kind=")
    metadata = config.setdefault("metadata", {})
    if metadata.get("managedFields") is not None:
        raise status.bad_request("metadata.managedFields must be nil")
    if metadata.get("name", request.name) != request.name:
        words = f"the name of the object ({metadata['name']}) does not match the name on the URL ({request.name})"
        raise status.bad_request(words)
    metadata["name"] = request.name
    return _declared(kind, request, config)


def _declared(kind: Kind, request: Request, config: Object) -> Object:
    try:
        unknown = shaped(kind, config).unknown
    except msgspec.ValidationError as error:
        raise Refusal(500, "", f"failed to create typed patch object: {error}") from error
    if unknown:
        whose = f"/{request.name}; {config['apiVersion']}, Kind={kind.name}"
        words = f"failed to create typed patch object ({whose}): .{unknown[0]}: field not declared in schema"
        raise Refusal(500, "", words)
    return config


def _delete(objects: Objects, kind: Kind, request: Request) -> Answer:
    options = request.body if isinstance(request.body, dict) else {}
    key = _key(request)
    uid = objects.record(kind, key).uid
    options = {**request.query, **options}
    record = objects.garbage.delete(kind, key, options, _writer(request).manager)
    if record:
        return _shown(kind, request, record)
    details = {**status.about(kind.plural, kind.group, request.name), "uid": uid}
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details,
    }
    return Answer(200, status.encode(body))


def _delete_all(objects: Objects, kind: Kind, request: Request) -> Answer:
    view = objects.view(kind)
    page = lists.page(kind, request.version, view, request.namespace, request.query, "")
    for item in msgspec.json.decode(page)["items"]:
        metadata = item["metadata"]
        objects.garbage.delete(
            kind, key_of(metadata.get("namespace", ""), metadata["name"]), request.body
        )
    return Answer(200, page)


def _key(request: Request) -> str:
    return key_of(request.namespace, request.name)


def _writer(request: Request, *, patching: bool = False) -> Writer:
    manager = (
        request.query.get("fieldManager")
        or request.headers.get("user-agent", "unknown").partition("/")[0]
    )
    strict = request.query.get("fieldValidation") == "Strict"
    return Writer(manager, request.version, strict, request.subresource, patching)


def _shown(
    kind: Kind, request: Request, record: Record, code: int = 200, unknown: list[str] | None = None
) -> Answer:
    headers = {"Content-Type": JSON}
    if unknown:
        headers["Warning"] = ", ".join(f'299 - "unknown field \\"{path}\\""' for path in unknown)
    return Answer(code, kind.head(request.version) + record.body + END, headers)


def _object(kind: Kind, request: Request) -> Object:
    """Return the object that a create or an update sends, or refuse it."""
    content_type = request.headers.get("content-type", "").partition(";")[0]
    if content_type and content_type != JSON:
        raise _unsupported(JSON, "application/yaml", "application/vnd.kubernetes.protobuf")
    obj = request.body
    if not isinstance(obj, dict):
        shown = request.content.decode(errors="replace")
        words = (
            f"couldn't get version/kind; json parse error: unexpected end of JSON input ({shown})"
        )
        raise status.bad_request(
            f"the object provided is unrecognized (must be of type {kind.name}): {words}"
        )
    _declares(kind, request, obj)
    if not isinstance(obj.get("metadata") or {}, dict):
        words = "json: cannot unmarshal into Go struct field .metadata of type v1.ObjectMeta"
        raise unreadable(kind, words, version=request.version)
    return obj


def _declares(kind: Kind, request: Request, obj: Object) -> None:
    wanted = kind.api_version(request.version)
    if kind.schema and not obj.get("kind"):
        shown = request.content.decode(errors="replace")
        words = f"Object 'Kind' is missing in '{shown}' ({shown})"
        raise status.bad_request(
            f"the object provided is unrecognized (must be of type {kind.name}): {words}"
        )
    given, version = obj.get("kind") or kind.name, obj.get("apiVersion") or wanted
    if kind.schema and version != wanted:
        words = f"the API version in the data ({version}) does not match the expected API version ({wanted})"
        raise status.bad_request(words)
    if kind.schema and given != kind.name:
        name = (obj.get("metadata") or {}).get("name", "")
        cause = status.Cause("kind", f'Invalid value: "{given}": must be {kind.name}')
        raise status.invalid(given, kind.group, name, [cause])
    if given != kind.name or version != wanted:
        bare = version.rpartition("/")[2]
        words = f'{given} in version "{bare}" cannot be handled as a {kind.name}'
        inside = kind.group.partition(".")[0] or "core"
        raise status.bad_request(
            f"{words}: converting ({bare}.{given}) to ({inside}.{kind.name}): unknown conversion"
        )


def _patch_body(request: Request) -> Any:
    if request.body is None:
        raise status.bad_request("error decoding patch: unexpected end of JSON input")
    return request.body


def _json_patch(old: Object, body: Any) -> Any:
    if not isinstance(body, list):
        raise _no_patch("object", "[]handlers.jsonPatchOp")
    return patches.apply_json_patch(old, body)


def _merge_patch(old: Object, body: Any) -> Any:
    if not isinstance(body, dict):
        raise _no_patch("array", "map[string]interface {}")
    return patches.merge(old, body)


def _no_patch(given: str, wanted: str) -> Refusal:
    return status.bad_request(
        f"error decoding patch: json: cannot unmarshal {given} into Go value of type {wanted}"
    )


def _unsupported(*known: str) -> Refusal:
    words = f"the body of the request was in an unknown format - accepted media types include: {', '.join(known)}"
    return Refusal(415, "UnsupportedMediaType", words)


_CHANGES: dict[str, Callable[[Object, Any], Any]] = {
    MERGE: _merge_patch,
    JSON_PATCH: _json_patch,
    STRATEGIC: _merge_patch,  # near enough for what has no merge keys
}

_VERBS: dict[tuple[str, bool], Callable[[Objects, Kind, Request], Answer]] = {
    ("GET", False): _list,
    ("GET", True): _get,
    ("POST", False): _create,
    ("PUT", True): _replace,
    ("PATCH", True): _patch,
    ("DELETE", True): _delete,
    ("DELETE", False): _delete_all,
}
