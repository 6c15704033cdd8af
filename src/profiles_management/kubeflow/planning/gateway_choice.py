"""Which gateways a plan takes where no preset is given: those that the target's policies name. Pure.

Policies can be edited by the admins of their namespaces. So the profiles that the document defines
count first, each once; a known preset needs more than half of them, and principals that no preset
has need all of them, and more than half of the profiles in the document. Where none of these
profiles exists yet, the other profiles of the target count. Any user may create those, so only a
known preset is taken from them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from profiles_management.kubeflow.objects.plan_terms import HaltKind
from profiles_management.kubeflow.objects.policy_spec import WayIn
from profiles_management.kubeflow.planning.gateways import (
    GatewayCheck,
    Gateways,
    fact,
    preset_of,
    votes_of_contributors,
    votes_of_other_owners,
    writes_gateways,
)
from profiles_management.kubeflow.settings import PRESETS, UPSTREAM, Settings
from profiles_management.kubeflow.state import profile_state
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import SettingsError
from profiles_management.reconcile.plan import Fact, Plan
from profiles_management.reconcile.stops import Halt

_DEFAULT = "upstream"
_MOST = 3  # sets of principals that are named


@dataclass(frozen=True, slots=True)
class Choice:
    """The gateways that a plan takes.

    Attributes:
        settings: with these gateways.
        fact: which, and why.
        halt: why the plan must not write any gateway, None where the policies agree.
    """

    settings: Settings
    fact: Fact
    halt: Halt | None = None

    def applied_to(self, plan: Plan) -> Plan:
        """Return a plan that says which gateways it writes, halted where they are unclear."""
        is_written = any(map(writes_gateways, plan.changes))
        plan = replace(plan, facts=(self.fact if is_written else replace(self.fact, text=""),))
        if self.halt is None:
            return plan
        is_held = is_written and not all(change.ends_access for change in plan.changes)
        return replace(plan, halts=(self.halt,) if is_held else ())


def choose(pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings) -> Choice:
    """Return the gateways that the policies of a target name.

    Args:
        settings: with `detect_gateways`.
    """
    gateways = Gateways(settings, pmr, observed)
    poll = next((poll for poll in _polls(gateways, pmr, observed, settings) if poll.votes), None)
    if poll is None:
        text = f"{_DEFAULT}, because no AuthorizationPolicy names one (see --preset)"
        return _chosen(settings, UPSTREAM.principals, text, is_detected=False)
    votes, whose = poll.votes, poll.whose
    if preset := _preset_of_most(votes):
        text = f"{preset}, as {_share(_votes_for(preset, votes), votes)} {whose} AuthorizationPolicies name it"
        return _chosen(settings, PRESETS[preset].principals, text)
    if poll.is_of_document and (principals := _agreed(votes, pmr)):
        text = f"{', '.join(principals)}, as all {votes.total():,} {whose} AuthorizationPolicies name it"
        return _chosen(settings, principals, text)
    likely = _likely(votes, votes_of_contributors(gateways, _in_document(pmr), observed))
    choice = _chosen(settings, PRESETS[likely].principals, "unclear", is_detected=False)
    return replace(choice, halt=_unclear(votes, whose, gateways))


class _Poll(NamedTuple):
    """How many profiles have policies that name which gateways, and whose policies these are."""

    votes: Counter[WayIn]
    whose: str
    is_of_document: bool = True


def _polls(
    gateways: Gateways,
    pmr: ProfilesManagementRepresentation,
    observed: Observed,
    settings: Settings,
) -> Iterator[_Poll]:
    """Yield polls, the one to believe first; the first in which anybody votes decides."""
    yield _Poll(_owners_votes(pmr, observed, settings), "owners'")
    yield _Poll(votes_of_contributors(gateways, _in_document(pmr), observed), "contributors'")
    yield _Poll(votes_of_other_owners(gateways, observed), "other owners'", is_of_document=False)
    others = votes_of_contributors(gateways, sorted(observed.policies), observed)
    yield _Poll(others, "other contributors'", is_of_document=False)


def _in_document(pmr: ProfilesManagementRepresentation) -> list[str]:
    return [profile.name for profile in pmr.in_order()]


def _chosen(
    settings: Settings, principals: tuple[str, ...], text: str, *, is_detected: bool = True
) -> Choice:
    chosen = replace(settings, principals=principals, detect_gateways=False)
    return Choice(chosen, fact(chosen, f"Gateway: {text}.", is_detected=is_detected))


def _owners_votes(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> Counter[WayIn]:
    """Return how many profiles have an owner's policy that names which gateways; those that are not ours do not count.

    In standalone mode this program writes these policies itself.
    """
    check = GatewayCheck(settings, pmr, observed)
    for profile in pmr.in_order():
        policy = observed.owner_policies.get(profile.name)
        if policy is not None and isinstance(
            profile_state.profile_state(profile, observed, settings), ProfileState
        ):
            check.add(profile.name, profile.owner.name, policy, 0)
    return check.votes


def _votes_for(preset: str, votes: Counter[WayIn]) -> int:
    return sum(number for way, number in votes.items() if preset_of(way) == preset)


def _preset_of_most(votes: Counter[WayIn]) -> str:
    """Return the preset that more than half of the profiles name, '' for none."""
    found = (preset for preset in PRESETS if _votes_for(preset, votes) * 2 > votes.total())
    return next(found, "")


def _agreed(votes: Counter[WayIn], pmr: ProfilesManagementRepresentation) -> tuple[str, ...]:
    """Return principals that no preset has, which all profiles name; none where too few do, or one is a pattern."""
    named = {way.principals for way in votes}
    if len(named) != 1 or votes.total() * 2 <= len(pmr):
        return ()
    principals = tuple(sorted(*named))
    if any("*" in principal for principal in principals):
        return ()
    try:
        replace(UPSTREAM, principals=principals)
    except SettingsError:
        return ()
    return principals


def _likely(votes: Counter[WayIn], contributors: Counter[WayIn]) -> str:
    """Return the preset that a plan shows while it is unclear which one is right."""

    def support(preset: str) -> tuple[int, int]:
        return _votes_for(preset, votes), _votes_for(preset, contributors)

    return max(PRESETS, key=support)


def _unclear(votes: Counter[WayIn], whose: str, gateways: Gateways) -> Halt:
    found = sorted(
        votes.items(),
        key=lambda item: (-item[1], sorted(item[0].principals), sorted(item[0].prefixes)),
    )
    named = "; ".join(
        f"{_share(number, votes)} name {gateways.described(way)}" for way, number in found[:_MOST]
    )
    more = f"; {len(found) - _MOST:,} more" if len(found) > _MOST else ""
    principals = {way.principals for way in votes}
    remedy = "Say which gateway is right: pass --preset, or --principal for one that no preset has."
    if len(principals) == 1:  # too few profiles to believe it
        remedy = f"If that is right, pass --principal {','.join(sorted(*principals))}."
    what = f"the gateway is unclear: of the {whose} AuthorizationPolicies {named}{more}"
    return Halt(HaltKind.GATEWAYS, what, "the gateway is unclear", remedy)


def _share(number: int, votes: Counter[WayIn]) -> str:
    return f"{number:,} of {votes.total():,}"
