"""Planning: every change from what was observed to what a document wants. Pure, deterministic."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Final

from profiles_management.kubeflow.objects.plan_terms import labelled
from profiles_management.kubeflow.planning import (
    claims,
    defined_profiles,
    frozen,
    gateway_warnings,
    gateways,
    undefined_profiles,
)
from profiles_management.kubeflow.planning.draft import Draft
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import unread_objects
from profiles_management.kubeflow.state.access_state import access_by_person, contributor_state
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.origins import absent_remedies
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.warnings import document_warnings
from profiles_management.reconcile.plan import Frozen, Person, Plan, ordered
from profiles_management.reconcile.stops import Halt

_MOST_REFUSED: Final = 20  # warnings about one source
_STALE_REMEDY: Final = "To delete: delete-stale (charm: delete-stale-profiles)."


def plan(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings, *, now: datetime
) -> Plan:
    """Return every change that leads from `observed` to `pmr`, in order.

    Args:
        now: with a zone; contributors whose `until` has come by then are as if they were not there.
    """
    with collector_paused():
        counted, refused = claims.counted(pmr, observed, settings)
        draft = Draft(counted, observed, settings, now)
        draft.refused += refused
        _leave_alone(draft)
        for profile in counted.in_order():
            defined_profiles.plan(draft, profile)
        undefined_profiles.plan(draft)
        return _finished(draft, pmr)


def _leave_alone(draft: Draft) -> None:
    """Report what several sources define, and what a source made that cannot be read."""
    origins = draft.pmr.origins
    for name, source in draft.frozen.items():
        if draft.pmr.has_profile(name):
            draft.refused.append(frozen.conflict(name, source, origins))
    draft.refused += [problem for _, problem in sorted(origins.conflicts.items())]
    refused = [problem for problem in origins.refused if problem.where.profile not in draft.frozen]
    draft.warnings += _few_of_each_source(refused)


def _few_of_each_source(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield problems, of each source the first ones and how many more there are.

    It can make thousands.
    """
    numbers: Counter[str] = Counter()
    for problem in problems:
        numbers[problem.where.file] += 1
        if numbers[problem.where.file] <= _MOST_REFUSED:
            yield problem
    for source, number in sorted(numbers.items()):
        if number > _MOST_REFUSED:
            more = number - _MOST_REFUSED
            what = f"{more:,} more definitions and additions of {source} do not count"
            remedy = f"Correct the document of {source}."
            where = Where(file=source)
            yield Problem("more-refused", what, where, remedy, names_nobody=True, names_place=True)


def _finished(draft: Draft, pmr: ProfilesManagementRepresentation) -> Plan:
    defined_or_known = pmr.origins.conflicts.keys() | draft.frozen.keys() | set(draft.stale)
    undefined_names = {
        change.profile for change in draft.changes if not pmr.has_profile(change.profile)
    }
    halts = _halts(draft)
    existing = draft.existing.groups(draft.changes)
    return Plan(
        changes=ordered(map(labelled, draft.changes)),
        refused=tuple(draft.refused),
        warnings=tuple(_warnings(draft, sum(existing.values()), are_gateways_halted=bool(halts))),
        pending=tuple(draft.pending),
        profiles=len(pmr) + len(pmr.origins.conflicts),
        new=draft.new,
        stale=tuple(draft.stale),
        stale_remedy=_STALE_REMEDY,
        outside=tuple(sorted(undefined_names - defined_or_known)),
        existing=existing,
        frozen=tuple(_frozen(draft)),
        halts=halts,
        facts=(gateways.fact(draft.settings),),
        remaining=draft.remaining,
        given=draft.given,
    )


def _halts(draft: Draft) -> tuple[Halt, ...]:
    """Return why changes of gateways must wait."""
    check, settings = draft.gateways, draft.settings
    if settings.allow_gateway_change or not draft.changes:
        return ()
    if check.votes and not check.gateways.outvoted_by(check.votes):
        return ()
    # Most runs do not need it.
    from profiles_management.kubeflow.planning import gateway_change  # noqa: PLC0415

    halt = gateway_change.halt(draft.changes, check, draft.pmr, draft.observed)
    return () if halt is None else (halt,)


def _warnings(draft: Draft, existing: int, *, are_gateways_halted: bool) -> Iterator[Problem]:
    """Yield what concerns the whole cluster first, then single profiles, then the document.

    Args:
        existing: how many pairs of a person and a profile there are.
    """
    observed = draft.observed
    yield from observed.unreadable
    planned = sorted({*draft.pmr.profiles, *draft.stale, *draft.frozen})
    unread = chain.from_iterable(observed.unread.get(name, ()) for name in planned)
    yield from unread_objects.bounded([*unread])
    yield from map(_missing_role, observed.missing_roles)
    if not are_gateways_halted:
        mismatches = [
            *gateway_warnings.mismatches(draft.gateways, draft.settings),
            *gateway_warnings.unlike_others(draft.gateways, draft.pmr, observed),
        ]
        yield from mismatches or gateway_warnings.replaced(draft.changes, existing, draft.settings)
    if draft.pmr.origins.withdrawn:
        # Most runs do not need it.
        from profiles_management.kubeflow.planning import withdrawn  # noqa: PLC0415

        yield from withdrawn.unrecorded(draft.pmr.origins, observed, draft.settings)
    yield from draft.warnings
    yield from document_warnings(draft.pmr)


def _missing_role(name: str) -> Problem:
    return Problem(
        code="missing-cluster-role",
        what=f"ClusterRole {name} does not exist",
        where=Where(path=f"ClusterRole/{name}"),
        remedy="Install Kubeflow's ClusterRoles; until then, people who are bound to it have no "
        "permissions.",
        names_nobody=True,
        names_place=True,
    )


def _frozen(draft: Draft) -> Iterator[Frozen]:
    """Yield the sources without a document, with what stays as it is because of that."""
    origins = draft.pmr.origins
    profiles: dict[str, list[str]] = {source: [] for source in origins.frozen}
    added: dict[str, list[Person]] = {}
    for _, person, source in draft.staying:
        profiles.setdefault(source, [])
        added.setdefault(source, []).append(person)
    for name, source in draft.frozen.items():
        if not draft.pmr.has_profile(name):  # else it is refused, and reported as such
            profiles.setdefault(source, []).append(name)
    for source in sorted(filter(origins.leaves, profiles), key=lambda source: (not source, source)):
        names, contributors = profiles[source], added.get(source, [])
        why = origins.frozen.get(source, "")
        is_given = bool(why) or not source
        if not (is_given or names or contributors):
            continue  # the charm's option, which is empty
        yield Frozen(
            source,
            why=why,
            profiles=tuple(names),
            contributors=len(contributors),
            people=len({*contributors, *_people(names, draft)}),
            is_given=is_given,
            remedy="" if is_given else f"{' or '.join(absent_remedies(source))}.",
        )


def _people(names: Iterable[str], draft: Draft) -> Iterator[Person]:
    """Yield who has access to profiles that stay as they are: their owners, too."""
    for name in names:
        yield from access_by_person(contributor_state(name, draft.observed))
        owner = draft.observed.declared_owner(name)
        if owner is not None:
            yield owner
