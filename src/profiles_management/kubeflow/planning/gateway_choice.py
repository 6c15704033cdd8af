"""Which gateways a plan takes where no preset is given: those that the target's policies name.

Pure.

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
from profiles_management.kubeflow.planning.gateway_votes import (
    GatewayCheck,
    votes_of_contributors,
    votes_of_other_owners,
)
from profiles_management.kubeflow.planning.gateways import (
    Gateways,
    fact,
    preset_of,
    writes_gateways,
)
from profiles_management.kubeflow.settings import PRESETS, UPSTREAM, Settings
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.state.profile_state import ProfileState, profile_state
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
        fact = self.fact if is_written else replace(self.fact, text="")
        plan = replace(plan, facts=(fact,))
        if self.halt is None:
            return plan
        if not is_written or all(change.ends_access for change in plan.changes):
            return replace(plan, halts=())
        return replace(plan, halts=(self.halt,))


class _Poll(NamedTuple):
    """How many profiles have policies that name which gateways, and whose policies these are."""

    votes: Counter[WayIn]
    whose: str
    is_of_document: bool = True

    def for_preset(self, preset: str) -> int:
        """Return how many profiles name a preset."""
        return _votes_for(preset, self.votes)

    def share(self, number: int) -> str:
        """Return a number of profiles as a share of all."""
        return f"{number:,} of {self.votes.total():,}"


def choose(pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings) -> Choice:
    """Return the gateways that the policies of a target name.

    | policies                                               | chosen                            |
    |--------------------------------------------------------|-----------------------------------|
    | name no gateway                                        | the default                       |
    | more than half name a preset                           | that preset                       |
    | of the document's profiles all name the same gateways, | these gateways                    |
    | and these are more than half of the document           |                                   |
    | anything else                                          | the likely preset, and the plan   |
    |                                                        | must not write any gateway        |

    Args:
        settings: with `detect_gateways`.
    """
    gateways = Gateways(settings, pmr, observed)
    polls = _polls(gateways, pmr, observed, settings)
    poll = next((poll for poll in polls if poll.votes), None)
    if poll is None:
        text = f"{_DEFAULT}, because no AuthorizationPolicy names one (see --preset)"
        return _chosen(settings, UPSTREAM.principals, text, is_detected=False)
    if preset := _preset_of_most(poll):
        voters = _voters(poll, poll.share(poll.for_preset(preset)))
        return _chosen(settings, PRESETS[preset].principals, f"{preset}, as {voters}")
    if principals := _agreed(poll, pmr):
        voters = _voters(poll, f"all {poll.votes.total():,}")
        return _chosen(settings, principals, f"{', '.join(principals)}, as {voters}")
    contributors = votes_of_contributors(gateways, sorted(pmr.profiles), observed)
    likely = PRESETS[_likely_preset(poll, contributors)]
    choice = _chosen(settings, likely.principals, "unclear", is_detected=False)
    return replace(choice, halt=_unclear(poll, gateways))


def _voters(poll: _Poll, share: str) -> str:
    """Return whose policies name a gateway, as a clause."""
    if poll.votes.total() == 1:
        voter = poll.whose.removesuffix("s'")
        return f"the AuthorizationPolicy of 1 {voter} names it"
    return f"{share} {poll.whose} AuthorizationPolicies name it"


def _chosen(
    settings: Settings, principals: tuple[str, ...], text: str, *, is_detected: bool = True
) -> Choice:
    chosen = replace(settings, principals=principals, detect_gateways=False)
    return Choice(chosen, fact(chosen, f"Gateway: {text}.", is_detected=is_detected))


# whose policies count


def _polls(
    gateways: Gateways,
    pmr: ProfilesManagementRepresentation,
    observed: Observed,
    settings: Settings,
) -> Iterator[_Poll]:
    """Yield polls, the one to believe first; the first in which anybody votes decides."""
    yield _Poll(_owners_votes(pmr, observed, settings), "owners'")
    of_document = votes_of_contributors(gateways, sorted(pmr.profiles), observed)
    yield _Poll(of_document, "contributors'")
    yield _Poll(votes_of_other_owners(gateways, observed), "other owners'", is_of_document=False)
    others = votes_of_contributors(gateways, sorted(observed.policies), observed)
    yield _Poll(others, "other contributors'", is_of_document=False)


def _owners_votes(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> Counter[WayIn]:
    """Return how many profiles have an owner's policy that names which gateways.

    Those that are not ours do not count.

    In standalone mode this program writes these policies itself.
    """
    check = GatewayCheck(settings, pmr, observed)
    for profile in pmr.in_order():
        policy = observed.owner_policies.get(profile.name)
        if policy is None:
            continue
        if isinstance(profile_state(profile, observed, settings), ProfileState):
            check.add(profile.name, profile.owner.name, policy, 0)
    return check.votes


# what they say


def _votes_for(preset: str, votes: Counter[WayIn]) -> int:
    return sum(number for way, number in votes.items() if preset_of(way) == preset)


def _preset_of_most(poll: _Poll) -> str:
    """Return the preset that more than half of the profiles name, '' for none."""
    half = poll.votes.total() / 2
    return next((preset for preset in PRESETS if poll.for_preset(preset) > half), "")


def _agreed(poll: _Poll, pmr: ProfilesManagementRepresentation) -> tuple[str, ...]:
    """Return principals that no preset has, which all profiles name.

    None where too few do, or one is a pattern.
    """
    named = {way.principals for way in poll.votes}
    if len(named) != 1 or not poll.is_of_document or poll.votes.total() * 2 <= len(pmr):
        return ()
    principals = tuple(sorted(*named))
    return principals if _are_settable(principals) else ()


def _are_settable(principals: tuple[str, ...]) -> bool:
    """Whether the settings take principals as gateways; a pattern is never taken."""
    if any("*" in principal for principal in principals):
        return False
    try:
        replace(UPSTREAM, principals=principals)
    except SettingsError:
        return False
    return True


def _likely_preset(poll: _Poll, contributors: Counter[WayIn]) -> str:
    """Return the preset that a plan shows while it is unclear which one is right."""
    return max(
        PRESETS,
        key=lambda preset: (poll.for_preset(preset), _votes_for(preset, contributors)),
    )


def _unclear(poll: _Poll, gateways: Gateways) -> Halt:
    """Return why the plan must not write any gateway: the policies disagree, or are too few."""
    ways = sorted(poll.votes, key=lambda way: _by_votes(way, poll.votes))
    named = "; ".join(
        f"{poll.share(poll.votes[way])} name {gateways.described(way)}" for way in ways[:_MOST]
    )
    if len(ways) > _MOST:
        named += f"; {len(ways) - _MOST:,} more"
    principals = {way.principals for way in ways}
    remedy = "Select the gateway: pass --preset, or --principal for one that no preset has."
    if len(principals) == 1:  # too few profiles to believe it
        remedy = f"If that is right, pass --principal {','.join(sorted(*principals))}."
    what = f"the gateway is unclear: of the {poll.whose} AuthorizationPolicies {named}"
    return Halt(HaltKind.GATEWAYS, what, "the gateway is unclear", remedy)


def _by_votes(way: WayIn, votes: Counter[WayIn]) -> tuple[int, list[str], list[str]]:
    """Return the place of gateways among others: those that most profiles name come first."""
    return -votes[way], sorted(way.principals), sorted(way.prefixes)
