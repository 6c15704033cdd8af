"""After an apply of the export of any cluster, everybody has the strongest role from before."""

import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine import happenings, strategies
from engine.world import World
from memory_api import Kfam
from profiles_management import export_pmr
from profiles_management.kubeflow.objects import naming
from profiles_management.pmr import loads
from profiles_management.reconcile.plan import Action, Reason
from scenarios.foreign import peer_pair, put

ROLES = ("view", "edit", "admin")
SPACES = strategies.NAMES
ANYTHING = happenings.lists(happenings.people, happenings.foreign, happenings.places)


def export_of(world):
    """Export a cluster, and read the document again."""
    export = export_pmr(target=world.client, settings=world.settings)
    return export, loads(export.to_yaml())


# who has what


def identity(kind, name):
    """Return the same value for two spellings of a person, of which a document has only one."""
    return kind, unicodedata.normalize("NFC", name).casefold()


def as_user(subject, space):
    """Return who a subject is to Kubernetes: a ServiceAccount is a user."""
    name = subject["name"]
    if subject["kind"] == "ServiceAccount":
        name = f"system:serviceaccount:{subject.get('namespace') or space}:{name}"
    return identity("Group" if subject["kind"] == "Group" else "User", name)


def subjects_of(binding):
    space = binding["metadata"]["namespace"]
    return [as_user(subject, space) for subject in binding.get("subjects") or ()]


def owner_of(world, space):
    """Return who is declared to own a profile, None where nobody is."""
    if not world.settings.standalone:
        owner = ((world.api.get("Profile", None, space) or {}).get("spec") or {}).get("owner")
        return as_user(owner, space) if owner else None
    body = world.api.get("Namespace", None, space) or {}
    declared = body.get("metadata", {}).get("annotations", {}).get("owner")
    bound = world.api.get("RoleBinding", space, naming.OWNER_BINDING) or {}
    subjects = [one for one in bound.get("subjects") or () if one["name"] == declared]
    owner = subjects[0] if subjects else {"kind": "User", "name": declared}
    return as_user(owner, space) if declared else None


def roles_in(world, space):
    """Return the strongest role of everybody in a profile: by RoleBindings, and by owning it."""
    role_of = {cluster_role: role for role, cluster_role in world.settings.cluster_roles.items()}
    found = {}
    for binding in world.api.objects("RoleBinding", space):
        reference = binding["roleRef"]
        role = role_of.get(reference["name"]) if reference["kind"] == "ClusterRole" else None
        for person in subjects_of(binding) if role else ():
            found[person] = max(found.get(person, role), role, key=ROLES.index)
    if (owner := owner_of(world, space)) is not None:
        found[owner] = "admin"
    return found


def unsayable_in(world, space):
    """Return whose role no document can express: it ends, or the binding gives another one."""
    found = set()
    now = world.ticks.clock.now().isoformat()
    for binding in world.api.objects("RoleBinding", space):
        metadata = binding["metadata"]
        ended = metadata.get("annotations", {}).get(naming.UNTIL, "9999") <= now
        is_no_role = binding["roleRef"]["name"] not in world.settings.cluster_roles.values()
        if (
            ended
            or is_no_role
            or binding["roleRef"]["kind"] == "Role"
            or "deletionTimestamp" in metadata
        ):
            found |= {*subjects_of(binding)}
            found |= {
                identity(kind, metadata.get("annotations", {}).get("user", ""))
                for kind in ("User", "Group")
            }
    return found


def is_ending(world, space):
    bodies = [world.api.get("Namespace", None, space)]
    if not world.settings.standalone:
        bodies.append(world.api.get("Profile", None, space))
    return any("deletionTimestamp" in body["metadata"] for body in bodies if body)


@given(strategies.documents(), ANYTHING, strategies.settings)
def test_an_apply_of_the_export_changes_nobodys_role(first, happened, settings):
    world = World(replace(settings, stale="ours")).after(first, happened)
    spaces = [space for space in SPACES if not is_ending(world, space)]
    before = {space: roles_in(world, space) for space in spaces}
    unsayable = {space: unsayable_in(world, space) for space in spaces}

    export, document = export_of(world)
    world.apply(document)

    for space in set(spaces) - set(export.drafts):
        after = roles_in(world, space)
        everybody = (before[space].keys() | after.keys()) - unsayable[space]
        assert {who: after.get(who) for who in everybody} == {
            who: before[space].get(who) for who in everybody
        }


# a cluster without drift, with objects of other programs


def made_by_hand(world, name, owner):
    body = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": name},
        "spec": {
            "owner": {"apiGroup": naming.RBAC_GROUP, "kind": owner.kind.value, "name": owner.name}
        },
    }
    if owner.namespace:
        body["spec"]["owner"]["namespace"] = owner.namespace
    world.api.call("POST", world.api.path("Profile"), body, manager="kubectl")


def contributed(world, name, user, role, by_peer):
    """Add a contributor as the dashboard does, or as github-profiles-automator does."""
    if by_peer:
        put(world.api, *peer_pair(user, role, space=name))
    else:
        happenings.added_in_dashboard(world, name, user, role)


people = st.tuples(
    strategies.users.filter(lambda name: len(name) < 200), strategies.roles, st.booleans()
)
profiles = st.dictionaries(
    st.sampled_from(SPACES), st.tuples(strategies.owners, st.lists(people, max_size=4))
)


@given(profiles)
def test_a_plan_of_the_export_of_other_programs_profiles_takes_and_gives_nothing(found):
    world = World()
    for name, (owner, listed) in found.items():
        made_by_hand(world, name, owner)
        for user, role, by_peer in listed:
            contributed(world, name, user, role, by_peer)
    before = {space: roles_in(world, space) for space in found}

    export, document = export_of(world)
    plan = world.plan(document)
    world.apply(document)

    assert not export.drafts
    assert {*document.profiles} == {*found}
    assert not plan.refused
    assert plan.access.gained == 0
    assert {space: roles_in(world, space) for space in found} == before


@given(profiles, st.sampled_from([Kfam]))
def test_a_plan_of_the_export_of_the_dashboards_profiles_only_marks(found, dashboard):
    world = World()
    for name, (owner, listed) in found.items():
        made_by_hand(world, name, owner)
        seen = {identity(owner.kind.value, owner.name)}
        for user, role, _ in listed:
            if identity("User", user) not in seen:
                seen.add(identity("User", user))
                happenings.added_in_dashboard(world, name, user, role)

    plan = world.plan(export_of(world)[1])

    assert {change.reason for change in plan.changes} <= {Reason.ADOPTED, Reason.RENAMED}
    assert {change.action for change in plan.changes} <= {Action.UPDATE, Action.REPLACE}
    assert (plan.access.lost, plan.access.gained) == (0, 0)
