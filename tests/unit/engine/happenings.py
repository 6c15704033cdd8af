"""What may happen to a cluster between runs, by people, the dashboard, programs and accidents.

Each is a function of a world and of random values. If it does not apply, it does nothing.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st

from engine.strategies import LABELS, NAMES, QUOTAS, ROLES, USERS
from memory_api import Kfam, KfamError, Refusal
from profiles_management.kubeflow.objects import builders, naming
from profiles_management.kubeflow.objects.document_people import Grant
from profiles_management.reconcile.plan import Person

RBAC = "rbac.authorization.k8s.io"
INSTANCE, MANAGED_BY = naming.INSTANCE, naming.MANAGED_BY
ELSEWHERE = "foreign"  # a namespace that is not a profile
SOMEBODY = "somebody@else.com"


def kfam(world):
    """Return the dashboard of a world."""
    return Kfam(world.api, userid_prefix=world.settings.userid_prefix)


def added_in_dashboard(world, name, user, role):
    with suppress(KfamError):
        kfam(world).add(name, user, role)


def removed_in_dashboard(world, name, user, role):
    with suppress(KfamError):
        kfam(world).delete(name, user, role)


# contributors' objects


def contributors_objects(world, kind):
    """Return every object that looks like a contributor's."""
    return [one for one in world.api.objects(kind) if naming.kind_in(one["metadata"]["name"])]


def changed(world, kind, index, change):
    """Change the index-th contributor's object of a kind by hand."""
    found = contributors_objects(world, kind)
    if found:
        one = found[index % len(found)]
        change(one)
        world.api.put(one)


def half_removed(world, kind, index):
    found = contributors_objects(world, kind)
    if found:
        metadata = found[index % len(found)]["metadata"]
        world.api.remove(kind, metadata["namespace"], metadata["name"])


def bound_to(one, *, role):
    one["roleRef"] = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role}


def bound_to_a_role(one):
    one["roleRef"] = {"apiGroup": RBAC, "kind": "Role", "name": "kubeflow-edit"}


def with_subjects(one, *, subjects):
    one["subjects"] = list(subjects)


def unmarked(one):
    one["metadata"].pop("labels", None)


def marked_by_another(one):
    one["metadata"]["labels"] = {MANAGED_BY: naming.MANAGER, INSTANCE: "another"}


def annotated(one, *, key, value):
    notes = one["metadata"].setdefault("annotations", {})
    notes[key] = value
    if value is None:
        del notes[key]


def terminating(one):
    one["metadata"]["deletionTimestamp"] = "2026-11-01T00:00:00Z"
    one["metadata"]["finalizers"] = ["example.com/slow"]


def with_spec(one, *, spec):
    one["spec"] = spec


def with_other_principals(one):
    one["spec"]["rules"] = [{"from": [{"source": {"principals": ["cluster.local/ns/evil/sa/x"]}}]}]


def with_shuffled_principals(one):
    for rule in one.get("spec", {}).get("rules", []):
        for source in rule.get("from", []):
            source["source"]["principals"] = source["source"]["principals"][::-1]


def with_target(one):
    one["spec"]["targetRefs"] = [
        {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "elsewhere"}
    ]


def denying(one):
    one["spec"]["action"] = "DENY"


SUBJECT = {"apiGroup": RBAC, "kind": "User", "name": SOMEBODY}
BINDING_DRIFTS = (
    *(
        partial(bound_to, role=role)
        for role in ("kubeflow-admin", "kubeflow-view", "edit", "cluster-admin")
    ),
    bound_to_a_role,
    partial(with_subjects, subjects=()),
    partial(with_subjects, subjects=(SUBJECT,)),
    partial(with_subjects, subjects=(SUBJECT, {**SUBJECT, "name": USERS[0]})),
    terminating,
)
POLICY_DRIFTS = (
    partial(with_spec, spec={}),
    partial(with_spec, spec={"rules": [{}]}),
    partial(
        with_spec,
        spec={"rules": [{"when": [{"key": "request.headers[x-user]", "values": [USERS[0]]}]}]},
    ),
    partial(with_spec, spec={"selector": {"matchLabels": {"app": "x"}}, "rules": []}),
    with_other_principals,
    with_shuffled_principals,
    with_target,
    denying,
    terminating,
)
BOTH_DRIFTS = (
    unmarked,
    marked_by_another,
    partial(annotated, key=naming.UNTIL, value="2030-01-01T00:00:00Z"),
    partial(annotated, key=naming.UNTIL, value="nonsense"),
    partial(annotated, key="role", value="admin"),
    partial(annotated, key="role", value="owner"),
    partial(annotated, key="role", value=None),
    partial(annotated, key="user", value=SOMEBODY),
    partial(annotated, key="user", value=None),
    partial(annotated, key="user", value=""),
    partial(annotated, key="group", value="team/a"),
)


def peer_name(person, role):
    """Return the name that github-profiles-automator gives a contributor's objects."""
    return re.sub("[^a-z0-9]+", "-", f"{person.name}-{role}".lower()).strip("-")


def duplicated(world, name, user, role, naming, marked, kinds):
    """Add a second role, or the same role under another name, as other programs leave it."""
    person = Person("User", user)
    named = naming(person, role)
    if len(named) > 253 or world.api.get("Namespace", None, name) is None:
        return
    for make in kinds:
        body = make(Grant(person, role, ""), name, named, world.settings)
        if not marked:
            unmarked(body)
        if world.api.get(body["kind"], name, named) is None:
            world.api.put(body)


# profiles and namespaces


def patched(world, kind, name, change):
    """Change a cluster-wide object by hand, through the API, so that the controller sees it."""
    path = world.api.path(kind, None, name)
    with suppress(Refusal):
        world.api.call(
            "PATCH", path, change, content_type="application/merge-patch+json", manager="kubectl"
        )


def deleted(world, kind, name):
    with suppress(Refusal):
        world.api.call("DELETE", world.api.path(kind, None, name), manager="kubectl")


def marks(instance):
    return {"metadata": {"labels": {MANAGED_BY: instance and naming.MANAGER, INSTANCE: instance}}}


def notes(**found):
    return {"metadata": {"annotations": found}}


PROFILE_CHANGES = (
    marks(None),
    marks("another"),
    notes(**{naming.SETS: "nonsense,,resources"}),
    notes(**{naming.SETS: None}),
    {"spec": {"owner": {"kind": "User", "name": SOMEBODY, "apiGroup": RBAC, "namespace": None}}},
    {"spec": {"owner": {"apiGroup": None}}},
    {"spec": {"owner": None}},
    {"spec": None},
    *({"spec": {"resourceQuotaSpec": quota or None}} for quota in QUOTAS),
    {"spec": {"plugins": [{"kind": "Other"}]}},
)
NAMESPACE_CHANGES = (
    marks(None),
    marks("another"),
    notes(owner=SOMEBODY),
    notes(owner=None),
    notes(**{naming.KEYS: "{nonsense"}),
    notes(**{naming.KEYS: '["labels"]'}),
    notes(**{naming.KEYS: None}),
    {"metadata": {"labels": {"team": "green", "theirs": "kept"}}},
    {"metadata": {"labels": dict.fromkeys(LABELS)}},
    {"metadata": {"ownerReferences": None}},
)


def unmade(world, name, owner):
    """A namespace from before any profile; `owner` is its annotation, None for none."""
    if world.api.get("Namespace", None, name) is None:
        note = {"annotations": {"owner": owner}} if owner is not None else {}
        world.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **note}})


def profile_made(world, name, user):
    """A Profile that was created by hand."""
    if not world.settings.standalone and world.api.get("Profile", None, name) is None:
        owner = {"kind": "User", "name": user}
        body = {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": name},
            "spec": {"owner": owner},
        }
        world.api.call("POST", world.api.path("Profile"), body, manager="kubectl")


def ending(world, kind, name):
    """A deletion that somebody else's finalizer holds up."""
    found = (
        world.api.get(kind, None, name)
        if not (world.settings.standalone and kind == "Profile")
        else None
    )
    if found:
        terminating(found)
        world.api.put(found)


def owned_object_changed(world, kind, name, change):
    """Change an object of the controller by hand."""
    found = world.api.get(
        kind, name, naming.OWNER_BINDING if kind == "RoleBinding" else naming.OWNER_POLICY
    )
    if found:
        change(found)
        world.api.put(found)


OWNED_DRIFTS = (
    partial(annotated, key="user", value=SOMEBODY),
    partial(annotated, key="user", value=None),
    partial(with_subjects, subjects=(SUBJECT,)),
    partial(with_subjects, subjects=()),
    partial(bound_to, role="edit"),
    unmarked,
)


def quota_changed(world, name, quota):
    found = world.api.get("ResourceQuota", name, naming.QUOTA)
    if found:
        world.api.put({**found, "spec": quota})


def removed(world, kind, name, called):
    if world.api.get(kind, name, called):
        world.api.remove(kind, name, called)


def limits_changed(world, name, change):
    found = world.api.get("LimitRange", name, naming.LIMITS)
    if found:
        change(found)
        world.api.put(found)


# things that are not ours


@dataclass(frozen=True)
class Foreign:
    """An object that is nobody's contributor, under a name that may look like one."""

    kind: str
    name: str
    body: Any
    annotations: Any = None

    def __call__(self, world, space):
        """Store the object, unless its name is taken or its namespace is missing."""
        if world.api.get("Namespace", None, space) is None or world.api.get(
            self.kind, space, self.name
        ):
            return
        metadata = {"namespace": space, "name": self.name, "annotations": self.annotations or {}}
        body = {
            "apiVersion": builders.API_VERSIONS[self.kind],
            "kind": self.kind,
            "metadata": metadata,
            **self.body,
        }
        world.api.put(body)
        world.foreign.append((self.kind, space, self.name))


def _binding(subjects=(SUBJECT,)):
    return {
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "kubeflow-edit"},
        "subjects": list(subjects),
    }


PLAIN = naming.kfam_name(Person("User", USERS[0]), "edit")
HASHED = naming.hashed_name(Person("User", USERS[0]), "edit")
FOREIGN = (
    Foreign("RoleBinding", PLAIN, _binding()),
    Foreign("RoleBinding", HASHED, _binding()),
    Foreign("RoleBinding", naming.kfam_name(Person("User", USERS[2]), "view"), _binding(())),
    Foreign(
        "RoleBinding", "user-x-clusterrole-edit", _binding(), {"user": USERS[0], "role": "edit"}
    ),
    Foreign("RoleBinding", "my-team", _binding(), {"user": USERS[0], "role": "edit"}),
    Foreign(
        "RoleBinding",
        "default-editor-2",
        _binding(({"kind": "ServiceAccount", "name": "x", "namespace": "y"},)),
    ),
    Foreign("AuthorizationPolicy", PLAIN, {"spec": {}}),
    Foreign("AuthorizationPolicy", PLAIN, {"spec": {}}, {"user": USERS[1], "role": "edit"}),
    Foreign("AuthorizationPolicy", "allow-all", {"spec": {"rules": [{}]}}),
    Foreign("ResourceQuota", "mine", {"spec": {"hard": {"pods": "1"}}}),
    Foreign("LimitRange", "mine", {"spec": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}),
)

_profiles = st.sampled_from(NAMES)
_index = st.integers(0, 7)
_users = st.sampled_from(USERS)
_roles = st.sampled_from(ROLES)
_makers = st.sampled_from(
    ((builders.binding, builders.policy), (builders.binding,), (builders.policy,))
)


def _happening(function, **drawn):
    return st.fixed_dictionaries(drawn).map(lambda known: partial(function, **known))


_dashboard = {"name": _profiles, "user": _users, "role": _roles}

people = st.one_of(
    _happening(added_in_dashboard, **_dashboard),
    _happening(removed_in_dashboard, **_dashboard),
    _happening(
        changed,
        kind=st.just("RoleBinding"),
        index=_index,
        change=st.sampled_from((*BINDING_DRIFTS, *BOTH_DRIFTS)),
    ),
    _happening(
        changed,
        kind=st.just("AuthorizationPolicy"),
        index=_index,
        change=st.sampled_from((*POLICY_DRIFTS, *BOTH_DRIFTS)),
    ),
    _happening(
        half_removed, kind=st.sampled_from(("RoleBinding", "AuthorizationPolicy")), index=_index
    ),
    _happening(
        duplicated,
        **_dashboard,
        naming=st.sampled_from((naming.kfam_name, naming.hashed_name, peer_name)),
        marked=st.booleans(),
        kinds=_makers,
    ),
)
foreign = st.builds(
    lambda one, space: partial(_put_foreign, one=one, space=space),
    st.sampled_from(FOREIGN),
    st.sampled_from((*NAMES, ELSEWHERE)),
)
places = st.one_of(
    _happening(
        patched, kind=st.just("Profile"), name=_profiles, change=st.sampled_from(PROFILE_CHANGES)
    ).map(lambda one: partial(_unless_standalone, happening=one)),
    _happening(
        patched,
        kind=st.just("Namespace"),
        name=_profiles,
        change=st.sampled_from(NAMESPACE_CHANGES),
    ),
    _happening(unmade, name=_profiles, owner=st.sampled_from((None, SOMEBODY, USERS[0], USERS[1]))),
    _happening(profile_made, name=_profiles, user=st.sampled_from((SOMEBODY, USERS[0], USERS[1]))),
    _happening(ending, kind=st.sampled_from(("Profile", "Namespace")), name=_profiles),
    _happening(deleted, kind=st.sampled_from(("Namespace",)), name=_profiles),
    _happening(
        owned_object_changed,
        kind=st.sampled_from(("RoleBinding", "AuthorizationPolicy")),
        name=_profiles,
        change=st.sampled_from(OWNED_DRIFTS),
    ),
    _happening(quota_changed, name=_profiles, quota=st.sampled_from(QUOTAS[1:])),
    _happening(
        removed, kind=st.just("ResourceQuota"), name=_profiles, called=st.just(naming.QUOTA)
    ),
    _happening(
        removed, kind=st.just("RoleBinding"), name=_profiles, called=st.just(naming.OWNER_BINDING)
    ),
    _happening(removed, kind=st.just("LimitRange"), name=_profiles, called=st.just(naming.LIMITS)),
    _happening(
        limits_changed,
        name=_profiles,
        change=st.sampled_from(
            (unmarked, marked_by_another, partial(with_spec, spec={"limits": []}))
        ),
    ),
)


def _put_foreign(world, one, space):
    unmade(world, ELSEWHERE, None)
    one(world, space)


def _unless_standalone(world, happening):
    if not world.settings.standalone:
        happening(world)


def lists(*kinds, most=5):
    """Generate happenings, one after another."""
    return st.lists(st.one_of(*kinds), max_size=most)
