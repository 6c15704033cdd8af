"""No content of an option, a repository or a relation makes a hook fail or stops a source."""

import json
import random
from dataclasses import replace

import pytest
from ops import ActiveStatus, testing
from portal_world import CUSTOMER, MangledRoutes
from puhuri.exports import ADMIN, MANAGER, MEMBER, project

from charms.profiles_management.v0.profiles_management import revision_of
from mangled import SEED, mangled, mangled_texts
from profiles_management.git import Checkout, Snapshot
from profiles_management.pmr import file_set
from puhuri_server.sample import ALLOCATOR_TOKEN

COMMIT = "1a2b3c4d" * 5
URL = "https://git.example.com/teams/profiles.git"
DEEP = "[" * 100_000
REVISION = "0" * 16


def databag(text):
    """Return the databag of a document, as the library writes it."""
    return {"version": "1", "revision": revision_of(text), "encoding": "text", "document": text}


@pytest.fixture
def ours(world, api):
    """Grant ann a role by the charm's option, and check that an event keeps it."""

    def see(number, event):
        role = ("edit", "view")[number % 2]
        world.configure(
            pmr=f"profiles: [{{name: ours, owner: {{kind: User, name: olga@example.com}}, "
            f"contributors: [{{name: ann@example.com, role: {role}}}]}}]",
            **options,
        )
        event()
        names = [binding["metadata"]["name"] for binding in api.objects("RoleBinding", "ours")]
        assert [name for name in names if name.startswith("user-")] == [
            f"user-ann-example-com-clusterrole-{role}"
        ]

    options = {"brake_minimum": 1_000}  # what is mangled loses people by the dozen
    see.options = options
    return see


def test_two_hundred_mangled_options_are_applied_or_shown_in_the_status(world):
    for number, text in enumerate(mangled_texts(200, seed=5)):
        world.configure(pmr=text, brake_minimum=1_000)
        status = world.see("config_changed").unit_status
        assert isinstance(status, ActiveStatus) or status.message.startswith(
            ("pmr", "config", "no document")
        ), text
        if number % 20 == 0:
            _ = world.act("plan") if isinstance(status, ActiveStatus) else world.fail("plan")


def test_two_hundred_mangled_repositories_do_not_stop_a_revocation_in_our_own_option(
    world, ours, monkeypatch
):
    contents = iter(mangled(200, seed=6))

    def load(_, **given):
        folder = {
            "teams/a.yaml@1a2b3c4d": next(contents),
            "teams/b.yaml@1a2b3c4d": b"profiles: []\n",
        }
        pmr = file_set.document(folder, rules=given["rules"], additions=True)
        return Checkout(pmr, Snapshot(COMMIT, COMMIT, "teams", {}))

    monkeypatch.setattr("profiles_management.git.checkout.load", load)
    ours.options["git_url"] = URL
    for number in range(200):
        ours(number, world.see)


def test_two_hundred_mangled_documents_of_a_relation_do_not_stop_a_revocation_in_our_own_option(
    world, ours
):
    for number, text in enumerate(mangled_texts(200, seed=7)):
        ours(number, lambda text=text: world.publish("teams", **databag(text)))
        assert world.answer("teams").revision in ("", revision_of(text))


def test_a_related_application_that_publishes_a_cut_off_document_does_not_stop_a_revocation(
    world, ours
):
    ours(0, lambda: world.publish("teams", **databag("profiles: []\nEOF")))
    ours(1, world.see)

    assert world.answer("teams").problem.startswith(
        "teams:2:1: this line is not a key with a value."
    )


@pytest.mark.parametrize(
    "options",
    [
        {"puhuri_mode": "target", "instance": "lab", "puhuri_people": "email"},
        {"puhuri_mode": "source", "puhuri_profiles": "hpc-*", "puhuri_prefix": "hpc-"},
    ],
    ids=["target", "source"],
)
def test_a_hundred_mangled_portals_do_not_stop_a_revocation_in_our_own_option(
    ours, world, portal, options
):
    for name in ("Soup", "Stew"):
        project(portal.world, name, ("ada", MANAGER), ("bo", ADMIN), ("cleo", MEMBER))
    secret = testing.Secret({"token": ALLOCATOR_TOKEN})
    ours.options |= options | {"puhuri_url": portal.url, "puhuri_token": secret}
    ours.options["puhuri_customer"] = CUSTOMER
    routes = portal.routes
    for number in range(100):
        portal.routes = MangledRoutes(routes, number)
        ours(number, world.see)


@pytest.mark.parametrize(
    "raw",
    [
        {"version": "1", "revision": REVISION, "encoding": "zlib+base64", "document": "eJw="},
        {
            "version": "1",
            "revision": REVISION,
            "encoding": "zlib+base64",
            "document": "no base64 ünï",
        },
        {"version": "9" * 400, "revision": "x", "encoding": "text", "document": "profiles: []"},
        {"version": "", "revision": "", "encoding": "text", "document": "profiles: []"},
        {"version": "1", "revision": REVISION, "encoding": "\x1b[2J", "document": "profiles: []"},
        databag(DEEP),
        databag("profiles: " + DEEP),
        databag('{"profiles": ' * 50_000),
        databag("9" * 100_000),
        databag("profiles: [{name: " + "9" * 5_000 + "}]"),
        databag("profiles: &a [*a]"),
        databag("profiles: [{name: ml, owner: {kind: User, name: eve@example.com}, adopt: true}]"),
        databag("profiles: [{name: ml, contributors: [{name: eve@example.com, role: edit}]}]"),
        databag("profiles: [{name: x, owner: {kind: User, name: " + "a" * 320 + "}}]"),
        databag("profiles:\n" + "- {nmae: x}\n" * 20_000),
        databag("\x1b]0;x\x07"),
    ],
    ids=lambda raw: raw["document"][:20],
)
def test_no_databag_of_a_relation_stops_a_revocation(world, ours, raw):
    for number in range(2):
        ours(number, lambda: world.publish("teams", **raw))


@pytest.mark.parametrize(
    "endpoint", ["service-mesh", "send-otlp", "charm-tracing", "receive-ca-cert"]
)
def test_no_databag_of_another_relation_makes_a_hook_fail(world, ours, endpoint):
    chance = random.Random(SEED)
    values = [
        "",
        "null",
        "[",
        DEEP,
        '{"a":' * 100_000,
        "9" * 5_000,
        '"\\ud800"',
        "{}",
        "[null]",
        '[{"protocol": "http"}]',
    ]
    values += [json.dumps([{"protocol": "http", "endpoint": 1, "telemetries": [["metrics"]]}])]
    values += [json.dumps([{"protocol": {"name": "otlp_http"}, "url": "http://[::1"}])]
    keys = ("mesh_type", "labels", "endpoints", "receivers", "certificates")
    relation = testing.Relation(endpoint, remote_app_name="other")
    for number in range(30):
        given = replace(relation, remote_app_data={key: chance.choice(values) for key in keys})
        world.state = replace(
            world.state, relations={one for one in world.state.relations if one.id != relation.id}
        )
        world.state = replace(world.state, relations={*world.state.relations, given})

        def changed(given=given):
            world.state = world.context.run(
                world.context.on.relation_changed(given, remote_unit=0), world.state
            )
            world.see()

        ours(number, changed)
