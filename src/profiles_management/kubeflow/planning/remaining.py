"""Whom each source gave access that it may no longer want, for its report. Pure."""

from collections import defaultdict
from collections.abc import Iterator

from profiles_management.kubeflow.planning.draft import Draft
from profiles_management.kubeflow.state.access_state import holder_of
from profiles_management.reconcile.plan import Person


def by_source(draft: Draft) -> dict[str, frozenset[str]]:
    """Return, by source, the profiles in which people stay whom the source added.

    In most profiles nobody stays: whoever is not in the document is revoked by a change. People
    stay where a profile stays as it is, such as one that is refused or frozen.
    """
    if not draft.pmr.origins.is_merged:
        return {}
    profiles: dict[str, set[str]] = defaultdict(set)
    for profile, _, source in draft.staying:
        profiles[source].add(profile)
    for name, source in _unsettled(draft):
        profiles[source].add(name)
    return {source: frozenset(names) for source, names in profiles.items()}


def given(draft: Draft) -> dict[str, frozenset[tuple[str, Person]]]:
    """Return, by source, the people to whom it gave access in the profiles that change."""
    if not draft.pmr.origins.is_merged:
        return {}
    people: dict[str, set[tuple[str, Person]]] = defaultdict(set)
    changed = {change.profile for change in draft.changes if change.person is not None}
    for name in changed & draft.observed.bindings.keys():
        for person, source in _marked(name, draft):
            people[source].add((name, person))
    return {source: frozenset(pairs) for source, pairs in people.items()}


def _unsettled(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield the namespaces with access that no change revokes, and the sources that gave it."""
    names = draft.observed.bindings.keys() - draft.settled
    if not names:
        return
    revoked = {(change.profile, change.person) for change in draft.changes if not change.after}
    for name in names:
        for person, source in _marked(name, draft):
            if (name, person) not in revoked:
                yield name, source


def _marked(name: str, draft: Draft) -> Iterator[tuple[Person, str]]:
    """Yield who has access to a namespace by an object of ours, and the source it records."""
    for binding in draft.observed.bindings[name].values():
        if binding.source and binding.mark == draft.settings.instance:
            yield holder_of(binding), binding.source
