"""All contributors of one profile: the changes that lead to the people of the document."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from profiles_management.kubeflow.objects.document_people import Grant
from profiles_management.kubeflow.objects.policies import people_let_in
from profiles_management.kubeflow.planning.contributor_names import planned_names, usual_names
from profiles_management.kubeflow.planning.contributor_objects import (
    is_binding_as_granted,
    is_policy_as_granted,
)
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import (
    ContributorState,
    PersonAccess,
    access_by_person,
    bound_people,
)
from profiles_management.reconcile.plan import Change, Person, Phase, Reason


@dataclass(frozen=True, slots=True)
class People:
    """The changes of one profile's contributors.

    Attributes:
        before: how many people had a role that the document can take away, by its source; None for
            a role without our mark.
        sources: the same source for everybody who has a role.
        granting: the source that says what a person is granted.
    """

    changes: tuple[Change, ...] = ()
    before: Mapping[str | None, int] = field(default_factory=dict)
    sources: Mapping[Person, str | None] = field(default_factory=dict)
    granting: Mapping[Person, str] = field(default_factory=dict)

    @property
    def revoked(self) -> tuple[Person, ...]:
        """The people whose access ends with these changes."""
        return tuple(self._revoked())

    def _revoked(self) -> Iterator[Person]:
        for change in self.changes:
            if change.after or change.person is None:
                continue
            if change.reason is not Reason.BECAME_OWNER:
                yield change.person


def plan(grants: Sequence[Grant], state: ContributorState, settings: Settings) -> People:
    """Return the changes after which only the document's people are contributors."""
    if _is_as_granted(grants, state, settings):
        return People(before=Counter(grant.source for grant in grants))
    # Most events of the charm change nobody, and load neither.
    from profiles_management.kubeflow.planning.contributor import (  # noqa: PLC0415
        ContributorPlanner,
    )
    from profiles_management.kubeflow.planning.contributor_revocation import (  # noqa: PLC0415
        revocations,
    )

    granting = {grant.person: grant.source for grant in grants}
    access = access_by_person(state)
    kept = _kept_people(access, granting, state, settings)
    names = planned_names(grants, state, access, kept, settings)
    named_for = {names[grant.person, grant.role]: grant.person for grant in grants}
    access = access_by_person(state, named_for)
    revoked: list[Change] = []
    for person in sorted(access.keys() - granting.keys() - kept):
        revoked += revocations(person, access[person], state, settings)
    state = replace(state, leaving=_leaving(revoked, access))
    changes = [*revoked]
    for grant in grants:
        name = names[grant.person, grant.role]
        person_access = access.get(grant.person, PersonAccess())
        changes += ContributorPlanner(state, settings, grant, name, person_access).changes()
    sources = _sources(access, kept)
    return People(tuple(changes), Counter(sources.values()), sources, granting)


def _is_as_granted(grants: Sequence[Grant], state: ContributorState, settings: Settings) -> bool:
    """Whether there is nothing to do.

    Almost every profile ends here, so this creates few objects.
    """
    count = len(grants)
    if len(state.bindings) != count:
        return False
    if state.has_policies and len(state.policies) != count:
        return False
    names = usual_names(grants, state)
    return all(
        _is_person_as_granted(names[grant.person, grant.role], grant, state, settings)
        for grant in grants
    )


def _is_person_as_granted(
    name: str, grant: Grant, state: ContributorState, settings: Settings
) -> bool:
    binding = state.bindings.get(name)
    if binding is None or not is_binding_as_granted(binding, grant, settings):
        return False
    if not state.has_policies:
        return True
    policy = state.policies.get(name)
    return policy is not None and is_policy_as_granted(policy, grant, settings)


def _kept_people(
    access: Mapping[Person, PersonAccess],
    granting: Mapping[Person, str],
    state: ContributorState,
    settings: Settings,
) -> set[Person]:
    """Return the people who keep unmanaged access although the document does not name them.

    Nobody can hide behind them: objects that also give access to others are not kept. A person
    whose time is up by the document is named there.
    """
    if settings.unlisted != "keep":
        return set()
    unnamed = access.keys() - granting.keys() - state.expired
    return {
        person
        for person in unnamed
        if not access[person].is_managed and _is_alone(person, access[person], settings)
    }


def _is_alone(person: Person, access: PersonAccess, settings: Settings) -> bool:
    """Whether a person's objects give access to nobody else."""
    bound = chain.from_iterable(map(bound_people, access.bindings))
    let_in = chain.from_iterable(people_let_in(item.spec, settings) for item in access.policies)
    return {person}.issuperset(chain(bound, let_in))


def _leaving(changes: Iterable[Change], access: Mapping[Person, PersonAccess]) -> frozenset[str]:
    """Return the names of the objects of people who lose everything before anybody is renamed."""
    names: set[str] = set()
    for change in changes:
        if change.person is not None and change.phase is Phase.REVOKE:
            names |= access[change.person].names
    return frozenset(names)


def _sources(
    access: Mapping[Person, PersonAccess], kept: Collection[Person]
) -> dict[Person, str | None]:
    """Return by person the source of the role that the document can take away."""
    sources: dict[Person, str | None] = {}
    for person, objects in access.items():
        if objects.bindings and person not in kept:
            sources[person] = objects.source
    return sources
