"""The author of an untrusted file gets more than new profiles.

The file is merged with the administrator's document, which no object records.
"""

import json

import pytest
from engine.build import document, profile
from engine.looking import codes, roles_in
from engine.world import World

from profiles_management import BrakeError, Settings
from profiles_management.pmr import Rules
from profiles_management.sources import Trust, merged, read_each
from profiles_management.sources.files import FileSource

TRUST = Trust(names=("*",), profiles=10, contributors=20)
EVIL = {"kind": "User", "name": "eve@example.com"}


@pytest.fixture(params=[Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"])
def world(request):
    return World(request.param)


def together(own, *files, trust=TRUST):
    """Merge the administrator's document with files: `(name, data)`, or text in place of data."""
    texts = [(name, data if isinstance(data, str) else json.dumps(data)) for name, data in files]
    sources = [
        FileSource(name, name, lambda name=name, text=text: {name: text.encode()}, trust)
        for name, text in texts
    ]
    return merged(read_each(sources, Rules()), own=own)


def defining(name="ml", people=(), **fields):
    """Return a file that defines a profile for Eve."""
    listed = [{"name": person, "role": role} for person, role in people]
    return {"profiles": [{"name": name, "owner": EVIL, "contributors": listed, **fields}]}


def test_take_over_a_profile_that_the_document_defines(world):
    ours = document(profile(ann="edit"))
    world.apply(ours)

    report = world.apply(together(ours, ("evil", defining())))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert codes(report.plan.warnings) == ["trusted-definition"]


def test_take_over_a_profile_that_the_document_lets_go(world):
    world.apply(document(profile(ann="edit")))

    report = world.apply(
        together(document(), ("evil", defining(people=[("ann@example.com", "edit")])))
    )

    assert roles_in(world.api) == {"owner": "admin"}
    assert codes(report.plan.refused) == ["not-its-own"]


def test_keep_a_profile_that_the_document_takes(world):
    evil = ("evil", defining(people=[("bob@example.com", "edit")]))
    world.apply(together(document(), evil))

    world.apply(together(document(profile(ann="edit")), evil))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


@pytest.mark.parametrize("again", ["profiles: 1", "{{", "\x00"])
def test_keep_it_by_a_file_that_cannot_be_read(world, again):
    evil = defining(people=[("bob@example.com", "edit")])
    world.apply(together(document(), ("evil", evil)))

    world.apply(together(document(profile(ann="edit")), ("evil", again)))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


@pytest.mark.parametrize(
    "fields",
    [
        {"adopt": True},
        {"plugins": [{"kind": "WorkloadIdentity", "spec": {"gcpServiceAccount": "a@b.c"}}]},
        {"labels": {"iam.amazonaws.com/permitted": "x"}},
        {"annotations": {"openshift.io/node-selector": "x=y"}},
        {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_use_what_takes_trust(world, fields):
    report = world.apply(together(document(), ("evil", defining("web", **fields))))

    assert world.api.objects("RoleBinding", "web") == []
    assert [frozen.source for frozen in report.plan.frozen] == ["file:evil"]


def test_be_more_than_the_administrator_allows(world):
    many = {"profiles": [*defining("a")["profiles"], *defining("b")["profiles"]]}
    few = Trust(names=("*",), profiles=1, contributors=1)

    report = world.apply(together(document(), ("evil", many), trust=few))

    assert report.plan.changes == ()


@pytest.mark.parametrize("text", ["", "profiles: 1", "{{", "\x00", "[" * 100_000])
def test_delay_a_revocation_by_what_is_in_the_file(world, text):
    world.apply(document(profile(ann="edit", bob="edit")))

    world.apply(together(document(profile(bob="edit")), ("evil", text)))

    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}


def test_delay_the_end_of_a_profile_that_no_source_is_recorded_for(world):
    world.apply(document(profile(ann="edit")))

    report = world.apply(together(document(), ("evil", "profiles: 1")))

    assert roles_in(world.api) == {"owner": "admin"}
    assert report.plan.stale == ("ml",)


def test_delay_a_revocation_by_adding_the_person(world):
    opened = profile(ann="edit", bob="edit", fields={"open": True})
    world.apply(document(opened))
    adding = {
        "profiles": [{"name": "ml", "contributors": [{"name": "ann@example.com", "role": "view"}]}]
    }

    report = world.apply(
        together(document(profile(bob="edit", fields={"open": False})), ("evil", adding))
    )

    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
    assert codes(report.plan.warnings) == ["not-open"]


def test_delay_a_revocation_by_the_brake(world):
    """People whom the file adds and removes count for the file, not for the document."""
    crowd = {f"user{number}": "view" for number in range(20)}
    added = [{"name": f"{name}@example.com", "role": "view"} for name in crowd]
    adding = {"profiles": [{"name": "ml", "contributors": added}]}
    opened = {"open": True}
    world.apply(
        together(document(profile(ann="edit", bob="edit", fields=opened)), ("evil", adding))
    )

    with pytest.raises(BrakeError) as stopped:
        world.apply(
            together(document(profile(bob="edit", fields=opened)), ("evil", {"profiles": []}))
        )

    assert stopped.value.groups == {("file:evil", "the document")}
    assert "ann" not in roles_in(world.api)


def test_delay_the_revocations_of_a_file_by_what_a_member_of_an_open_profile_writes(world):
    """Who can write RoleBindings in a profile can write the name of the file on many of them."""
    teams = defining("web", people=[("li@example.com", "edit")])
    ours = document(profile(bob="edit", fields={"open": True}))
    world.apply(together(ours, ("teams", teams)))
    crowd = [{"name": f"user{number}@example.com", "role": "view"} for number in range(15)]
    adding = {"profiles": [*teams["profiles"], {"name": "ml", "contributors": crowd}]}
    world.apply(together(ours, ("teams", adding)))

    with pytest.raises(BrakeError) as stopped:
        world.apply(together(ours, ("teams", defining("web"))))

    assert stopped.value.groups == {("file:teams", "the document")}
    assert roles_in(world.api, "web") == {"eve": "admin"}
