"""Who had access at which moment: a recorder that sees every change of RoleBindings and AuthorizationPolicies."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from profiles_management.kubeflow import names

OWNERS = (names.OWNER_BINDING, names.OWNER_POLICY)


class Door(NamedTuple):
    """Somebody's way into a profile; `kind` says through which of the two kinds of objects."""

    kind: str
    profile: str
    person: str


@dataclass
class Moment:
    """Who got in through what, and how many writes the engine had sent by then."""

    writes: int
    roles: dict[Door, set[str]] = field(default_factory=dict)


class Recorder:
    """Watches an api from now on; `moments` begins with the present one.

    Owners' own objects and what is foreign (by (kind, namespace, name)) are not looked at.
    """

    def __init__(self, api, foreign=()):
        self._api, self._foreign = api, frozenset(foreign)
        self._objects = {}
        for kind in ("RoleBinding", "AuthorizationPolicy"):
            for one in api.objects(kind):
                self._keep(kind, one["metadata"]["namespace"], one["metadata"]["name"], one)
        self.moments = [self._now()]
        api.watch(self._saw)

    @property
    def first(self):
        return self.moments[0].roles

    @property
    def last(self):
        return self.moments[-1].roles

    def longest_gap(self, door):
        """Return how many writes were sent between the loss of an access and its return."""
        longest, lost = 0, None
        for before, now in pairwise(self.moments):
            if door in before.roles and door not in now.roles:
                lost = now.writes
            if door in now.roles and lost is not None:
                longest, lost = max(longest, now.writes - lost), None
        return longest

    def _saw(self, event):
        if event.kind.name in ("RoleBinding", "AuthorizationPolicy"):
            metadata = (event.new or event.old)["metadata"]
            self._keep(event.kind.name, metadata["namespace"], metadata["name"], event.new)
            self.moments.append(self._now())

    def _keep(self, kind, space, name, one):
        if name in OWNERS or (kind, space, name) in self._foreign:
            return
        self._objects[kind, space, name] = _people(kind, one) if one and _is_somebodys(one) else {}

    def _now(self):
        roles = defaultdict(set)
        for (kind, space, _), people in self._objects.items():
            for person, role in people.items():
                roles[Door(kind, space, person)].add(role)
        return Moment(len(self._api.writes), dict(roles))


def _is_somebodys(one):
    """Whether an object bears a contributor's annotations or our mark; what has lost both is foreign."""
    notes, labels = one["metadata"].get("annotations", {}), one["metadata"].get("labels", {})
    return names.INSTANCE in labels or ("role" in notes and not notes.keys().isdisjoint(("user", "group")))


def _people(kind, one):
    """Return whom an object lets in, with which role; a policy knows no roles."""
    if kind == "RoleBinding":
        subjects = [subject for subject in one.get("subjects", ()) if subject["kind"] != "ServiceAccount"]
        return {f"{subject['kind']} {subject['name']}": one["roleRef"]["name"] for subject in subjects}
    conditions = [when for rule in one.get("spec", {}).get("rules", ()) for when in rule.get("when", ())]
    return {f"{when['key']} {value}": "in" for when in conditions for value in when.get("values", ())}
