"""Why a plan must not change the gateways of policies unasked: nobody would get in. Pure."""

import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.plan_terms import HaltKind
from profiles_management.kubeflow.objects.policy_spec import WayIn
from profiles_management.kubeflow.planning.gateway_votes import GatewayCheck, votes_of_contributors
from profiles_management.kubeflow.planning.gateways import Gateways, preset_of, writes_gateways
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.names import quoted, shortened
from profiles_management.reconcile.plan import Change, Person
from profiles_management.reconcile.stops import Halt

SETTING = "allow_gateway_change"
_AT_MOST = 1  # a single policy was changed by hand

Rewritten = tuple[str, Person | None]


def halt(
    changes: Sequence[Change],
    check: GatewayCheck,
    pmr: ProfilesManagementRepresentation,
    observed: Observed,
) -> Halt | None:
    """Return why changes must wait.

    They rewrite policies away from the gateways that most profiles' policies name.

    A change towards these gateways never waits. Where there is no owner's policy, contributors'
    policies count.
    """
    writing = [change for change in changes if writes_gateways(change)]
    if len(writing) <= _AT_MOST:
        return None
    gateways, votes, whose = check.gateways, check.votes, "owners'"
    if not votes:
        votes = votes_of_contributors(gateways, sorted(pmr.profiles), observed)
        whose = "contributors'"
    others = gateways.outvoted_by(votes)
    rewritten = set(_rewritten(writing, gateways, others, observed))
    if len(rewritten) <= _AT_MOST:
        return None
    way, number = others.most_common(1)[0]
    voters = f"{number:,} of {votes.total():,} {whose} AuthorizationPolicies"
    return _halt(len(rewritten), way, voters, gateways)


def _rewritten(
    changes: Sequence[Change], gateways: Gateways, others: Collection[WayIn], observed: Observed
) -> Iterator[Rewritten]:
    """Yield profile and person of each policy that would lose one of the other gateways."""
    for change in changes:
        for spec, person in _specs_before(change, observed):
            if _names_one_of(others, gateways.of(spec, person), gateways):
                yield change.profile, change.person


def _names_one_of(others: Collection[WayIn], way: WayIn, gateways: Gateways) -> bool:
    if gateways.are_named_by(way):
        return False
    return any(other.principals <= way.principals for other in others)


def _specs_before(change: Change, observed: Observed) -> Iterator[tuple[bytes, str]]:
    """Yield the policies that a change rewrites, each with the name of its person."""
    if change.person is not None:
        for policy in observed.policies.get(change.profile, {}).values():
            if policy.person == change.person:
                yield policy.spec, policy.person.name
    elif any(write.target.name == naming.OWNER_POLICY for write in change.writes):
        owner_policy = observed.owner_policies.get(change.profile)
        if owner_policy is not None:
            yield owner_policy.spec, owner_policy.user


@dataclass(frozen=True, slots=True)
class _Correction:
    """The setting that agrees with what policies name."""

    setting: str
    value: str

    def remedy(self) -> str:
        option = "principal" if self.setting == "principals" else self.setting.replace("_", "-")
        if self.value:
            return f"Pass --{option} {shlex.quote(shortened(self.value))}."
        return f"Leave out --{option}."


def _halt(number: int, way: WayIn, voters: str, gateways: Gateways) -> Halt:
    correction = _correction(way, gateways)
    ours, theirs = _ours(correction, gateways), gateways.described(way)
    return Halt(
        HaltKind.GATEWAYS,
        f"the gateway of {number:,} existing AuthorizationPolicies would change to {ours}, and "
        f"{voters} name {theirs}",
        f"would change the gateway of {number:,} policies",
        f"{correction.remedy()} If that is about to change, pass --allow-gateway-change once.",
        {correction.setting: correction.value},
        SETTING,
    )


def _ours(correction: _Correction, gateways: Gateways) -> str:
    """Return what the settings name, with the header or the prefix if that is what differs."""
    ours = gateways.described(gateways.usual)
    if correction.setting == "userid_header":
        return f"{ours} with the header {min(gateways.usual.headers)}"
    if correction.setting == "userid_prefix":
        return f"{ours} with the prefix {quoted(min(gateways.usual.prefixes))}"
    return ours


def _correction(way: WayIn, gateways: Gateways) -> _Correction:
    if not gateways.knows_header(way):
        return _Correction("userid_header", min(way.headers))
    if not gateways.knows_prefix(way):
        return _Correction("userid_prefix", min(way.prefixes))
    if preset := preset_of(way):
        return _Correction("preset", preset)
    return _Correction("principals", ",".join(sorted(way.principals)))
