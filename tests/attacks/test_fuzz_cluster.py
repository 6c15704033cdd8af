"""For any content and any answer of a cluster, a run continues or ends with an error of ours.

How to run it longer: see fuzz.py.
"""

import copy
import json
from datetime import timedelta

import httpx2
import pytest
from engine.build import contributor, document, profile
from engine.looking import let_in, roles_in
from engine.world import NOON, World
from lightkube import Client

from attacks.fuzz import changed, rounds
from profiles_management import ProfilesError, export_pmr, list_access
from profiles_management.kubeflow.access import access_listing, access_report
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.describe import plan_data, report_data
from profiles_management.reconcile.lines import plain
from profiles_management.reconcile.text import plan_lines, report_lines

KINDS = [
    "Profile",
    "Namespace",
    "RoleBinding",
    "AuthorizationPolicy",
    "ResourceQuota",
    "LimitRange",
]
HTTP_STATUS = [200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503]
ENDED = (NOON - timedelta(days=1)).date().isoformat()


def wanted():
    """Return a document that uses everything; ann's access ended yesterday."""
    shape = {
        "resources": {"hard": {"limits.cpu": "2"}},
        "limitRange": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]},
        "plugins": [{"kind": "AwsIamForServiceAccount", "spec": {"awsIamRole": "arn:x"}}],
        "labels": {"team": "red"},
    }
    people = [contributor("ann", until=ENDED), contributor("bob"), contributor("eve", role="view")]
    return document(profile("ml", contributors=people, fields=shape), profile("web", carl="view"))


def before():
    """Return the document of yesterday: ann has access, and dan, who is not in it any more."""
    shape = {"resources": {"hard": {"limits.cpu": "1"}}, "plugins": []}
    return document(
        profile("ml", ann="edit", bob="edit", dan="edit", fields=shape), profile("web", carl="view")
    )


# odd values


OURS = "profiles-management.io"
TEXTS = [
    "",
    "x",
    "*",
    "null",
    "ann@example.com",
    "é",
    "a" * 3000,
    "{",
    "\u2028",
    "-1",
    "2026-13-45",
    "1e999",
]
TEXTS += ["profiles-management", '{"labels": [1]}', "[" * 3_000]
KEYS = ["user", "role", "group", "owner", f"{OURS}/until", f"{OURS}/source", f"{OURS}/instance"]
KEYS += [f"{OURS}/keys", f"{OURS}/sets", "app.kubernetes.io/managed-by", "x/y", ""]
VALUES = [
    None,
    True,
    0,
    -1,
    1.5,
    10**18,
    [],
    {},
    [[]],
    [{}],
    [None],
    {"a": {}},
    "",
    "x",
    ["x"],
    {"hard": None},
]
VALUES += [
    {"rules": [{}]},
    {"rules": [None]},
    {"limits": None},
    {"limits": [None]},
    {"hard": {"cpu": []}},
    {"scopes": [[]]},
]


def a_text(chance):
    return chance.choice(TEXTS)


def a_value(chance, depth=0):
    """Return any JSON, sometimes deep or wide."""
    match chance.randrange(7):
        case 0 if depth < 6:
            return {
                a_text(chance)[:40]: a_value(chance, depth + 1) for _ in range(chance.randrange(4))
            }
        case 1 if depth < 6:
            return [a_value(chance, depth + 1) for _ in range(chance.randrange(4))]
        case 2 if depth == 0:
            return nested(chance.choice([10, 40, 80, 300]))
        case 3:
            return a_text(chance)
        case _:
            return copy.deepcopy(chance.choice(VALUES))


def nested(depth):
    """Return nested mappings, as deep as Python's own encoder allows."""
    value = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def bent(obj, chance):
    """Return an object whose fields have types that an API server stores but nobody writes."""
    for _ in range(chance.choice([1, 1, 2, 3])):
        chance.choice([with_metadata, with_content])(obj, chance)
    return obj


def with_metadata(obj, chance):
    """Change some metadata."""
    metadata = obj["metadata"]
    part = chance.choice(["annotations", "labels"])
    kind = chance.choice(["Profile", "Pod", ""])
    owners = [{"kind": kind, "name": a_text(chance), "controller": True}] * chance.randrange(3)
    change = chance.choice(
        [
            {part: {**metadata.get(part, {}), chance.choice(KEYS): a_text(chance)}},
            {part: {**metadata.get(part, {}), chance.choice(KEYS): a_text(chance)}},
            {chance.choice(["annotations", "labels", "ownerReferences", "uid"]): None},
            {"finalizers": [a_text(chance)]},
            {"ownerReferences": owners},
            {"managedFields": [{"fieldsV1": a_value(chance)}]},
            {"deletionTimestamp": "2026-01-01T00:00:00Z"},
        ]
    )
    metadata.update(change)
    for key in [key for key, value in change.items() if value is None]:
        del metadata[key]


def with_content(obj, chance):
    """Change the content of an object."""
    kinds = ["User", "Group", "ServiceAccount", "Odd", ""]
    subject = {
        "kind": chance.choice(kinds),
        "name": a_text(chance),
        "namespace": chance.choice(["", "ml"]),
    }
    if obj["kind"] == "Profile":
        obj["spec"][chance.choice(["plugins", "resourceQuotaSpec"])] = a_value(chance)
    elif obj["kind"] == "RoleBinding":
        subjects = obj["subjects"] or []
        obj["subjects"] = chance.choice([[], None, [subject], [subject] * 2, [*subjects, subject]])
        if chance.random() < 1 / 3:
            obj["roleRef"] = {
                "kind": chance.choice(["ClusterRole", "Role", ""]),
                "name": a_text(chance),
            }
    elif obj["kind"] != "Namespace":
        obj["spec"] = a_value(chance)
    obj["status"] = a_value(chance)


def wild(obj, chance):
    """Return an object with one value anywhere that can be anything."""
    here = obj
    while True:
        key = chance.choice([*here] if isinstance(here, dict) else [*range(len(here))])
        if not isinstance(here[key], dict | list) or not here[key] or chance.random() < 1 / 4:
            here[key] = a_value(chance)
            return obj
        here = here[key]


# what a run makes of it


class Bent:
    """A cluster whose lists contain changed objects."""

    def __init__(self, world):
        self.world = world
        self.lists = {}  # by the last part of their path
        world.client = Client(
            config=world.api.client().config, transport=httpx2.MockTransport(self.handle)
        )

    def handle(self, request):
        response = self.world.api.transport.handle_request(request)
        objects = (
            self.lists.get(request.url.path.rpartition("/")[2]) if request.method == "GET" else None
        )
        if objects is None or "/namespaces/" in request.url.path:
            return response
        content = json.dumps(
            {"kind": "List", "metadata": {"resourceVersion": "1"}, "items": objects}
        ).encode()
        return httpx2.Response(200, headers={"Content-Type": "application/json"}, content=content)

    def bend(self, change, chance):
        """Change some objects of some kinds."""
        for kind in KINDS:
            objects = [copy.deepcopy(one) for one in self.world.api.objects(kind)]
            for obj in objects:
                if chance.random() < 1 / 5:
                    change(obj, chance)
            self.lists[self.world.api.path(kind, None, "x").split("/")[-2]] = objects


@pytest.fixture(scope="module")
def base():
    world = World()
    world.apply(before())
    return world


def shown(world):
    """Plan, list, export and render; return how many of these ended with an error of ours."""
    errors = 0
    for look in (_planned, _listed, _exported):
        try:
            look(world)
        except ProfilesError:
            errors += 1
    return errors


def _planned(world):
    plan = world.plan(wanted())
    assert plain(plan_lines(plan))
    json.dumps(plan_data(plan))


def _listed(world):
    report = access_report.report(list_access(target=Cluster(world.client)), at=NOON)
    assert plain(access_listing.lines(report))
    json.dumps(access_listing.data(report))


def _exported(world):
    export_pmr(target=Cluster(world.client))


@pytest.mark.parametrize("change", [bent, wild])
def test_fuzz_of_objects_that_are_shown(base, change):
    errors = 0
    for chance in rounds(60, f"objects {change.__name__}"):
        world = base.twin()
        Bent(world).bend(change, chance)
        errors += shown(world)

    assert errors == 0


def test_fuzz_of_objects_that_are_applied(base):
    """For any odd object, nobody keeps access that ended or that is not in the document."""
    for chance in rounds(60, "applied"):
        world = base.twin()
        for kind in ("Profile", "RoleBinding", "AuthorizationPolicy", "LimitRange"):
            for obj in world.api.objects(kind):
                if chance.random() < 1 / 6 and obj["metadata"]["name"] not in {
                    "default-editor",
                    "default-viewer",
                }:
                    world.api.put(marked(obj, chance))

        report = world.apply(wanted())

        assert plain(report_lines(report))
        json.dumps(report_data(report))
        assert not {"ann", "dan"} & ({*roles_in(world.api)} | {*let_in(world.api)})


def marked(obj, chance):
    """Return a contributor's object with odd metadata, such as its author may write."""
    metadata = obj["metadata"]
    odd = {
        chance.choice(
            ["x/y", "profiles-management.io/until", "profiles-management.io/source"]
        ): a_text(chance)[:60]
    }
    metadata["annotations"] = {**metadata.get("annotations", {}), **odd}
    if obj["kind"] == "Profile":
        obj["spec"]["plugins"] = [{"kind": "X", "spec": nested(chance.choice([1, 40, 300]))}]
    return obj


# HTTP answers


PIECES = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b"null",
    b'"items":',
    b'"metadata":',
    b"\\ud800",
    b"\xff",
    b"[" * 3_000,
)
BODIES = [b"", b"null", b"x", b"[" * 9_000, b'{"items":null}', b'{"items":[1]}']
HEADERS = [
    {"Content-Encoding": "gzip"},
    {"Content-Type": "x"},
    {"Retry-After": "nan"},
    {"Retry-After": "9" * 400},
]


def damaged(response, chance):
    """Return an answer that something went wrong with."""
    content, headers = response.read(), {"Content-Type": "application/json"}
    if chance.random() < 1 / 10:
        headers |= chance.choice(HEADERS)
    whole = content and chance.random() < 3 / 4
    content = changed(content, chance, PIECES) if whole else chance.choice(BODIES)
    status = chance.choice(HTTP_STATUS) if chance.random() < 1 / 3 else response.status_code
    return httpx2.Response(status, headers=headers, content=content)


def test_fuzz_of_the_answers_of_an_api_server(base):
    for chance in rounds(150, "answers"):
        world = base.twin()

        def handle(request, world=world, chance=chance):
            response = world.api.transport.handle_request(request)
            return response if chance.random() < 2 / 3 else damaged(response, chance)

        world.client = Client(
            config=world.api.client().config, transport=httpx2.MockTransport(handle)
        )

        assert applied(world)


def applied(world):
    """Return the messages of a run with any result."""
    try:
        report = world.apply(wanted())
    except ProfilesError as error:
        return str(error)
    json.dumps(report_data(report))
    return plain(report_lines(report))
