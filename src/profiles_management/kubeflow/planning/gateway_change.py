"""Why a plan must not change the gateways of existing policies unasked: then nobody would get in. Pure."""

import shlex
from collections.abc import Collection, Iterator, Sequence

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.plan_terms import HaltKind
from profiles_management.kubeflow.objects.policy_spec import WayIn
from profiles_management.kubeflow.planning.gateways import (
    GatewayCheck,
    Gateways,
    preset_of,
    votes_of_contributors,
    writes_gateways,
)
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
    """Return why changes must wait: they rewrite policies away from the gateways that most profiles' policies name.

    A change towards these gateways never waits. Where there is no owner's policy, contributors'
    policies count.
    """
    writing = [change for change in changes if writes_gateways(change)]
    if len(writing) <= _AT_MOST:
        return None
    gateways, votes, whose = check.gateways, check.votes, "owners'"
    if not votes:
        in_document = [profile.name for profile in pmr.in_order()]
        votes, whose = votes_of_contributors(gateways, in_document, observed), "contributors'"
    others = gateways.outvoted_by(votes)
    rewritten = set(_rewritten(writing, gateways, others, observed))
    if len(rewritten) <= _AT_MOST:
        return None
    way, number = others.most_common(1)[0]
    return _halt(
        len(rewritten),
        way,
        f"{number:,} of {votes.total():,} {whose} AuthorizationPolicies",
        gateways,
    )


def _rewritten(
    changes: Sequence[Change], gateways: Gateways, others: Collection[WayIn], observed: Observed
) -> Iterator[Rewritten]:
    """Yield the place and the person of each policy that names one of the other gateways and would no longer do so."""
    for change in changes:
        for spec, person in _specs_before(change, observed):
            before = gateways.of(spec, person)
            if not gateways.are_named_by(before) and any(
                other.principals <= before.principals for other in others
            ):
                yield change.profile, change.person


def _specs_before(change: Change, observed: Observed) -> Iterator[tuple[bytes, str]]:
    """Yield the policies that a change rewrites, each with the name of whom it is for."""
    if change.person is not None:
        there = observed.policies.get(change.profile, {}).values()
        yield from (
            (policy.spec, policy.person.name) for policy in there if policy.person == change.person
        )
    elif any(write.target.name == naming.OWNER_POLICY for write in change.writes):
        owned = observed.owner_policies.get(change.profile)
        if owned is not None:
            yield owned.spec, owned.user


def _halt(number: int, way: WayIn, voters: str, gateways: Gateways) -> Halt:
    correction = _correction(way, gateways)
    ours, theirs = gateways.described(gateways.usual), gateways.described(way)
    if "userid_header" in correction:
        ours += f" with the header {min(gateways.usual.headers)}"
    elif "userid_prefix" in correction:
        ours += f" with the prefix {quoted(min(gateways.usual.prefixes))}"
    return Halt(
        HaltKind.GATEWAYS,
        f"the gateway of {number:,} existing AuthorizationPolicies would change to {ours}, and {voters} name {theirs}",
        f"would change the gateway of {number:,} policies",
        f"{_remedy(*next(iter(correction.items())))} If that is about to change, pass --allow-gateway-change once.",
        correction,
        SETTING,
    )


def _remedy(setting: str, value: str) -> str:
    option = {"principals": "principal"}.get(setting, setting).replace("_", "-")
    return (
        f"Pass --{option} {shlex.quote(shortened(value))}." if value else f"Leave out --{option}."
    )


def _correction(way: WayIn, gateways: Gateways) -> dict[str, str]:
    """Return the setting that agrees with what policies name."""
    if not gateways.knows_header(way):
        return {"userid_header": min(way.headers)}
    if not gateways.knows_prefix(way):
        return {"userid_prefix": min(way.prefixes)}
    preset = preset_of(way)
    return {"preset": preset} if preset else {"principals": ",".join(sorted(way.principals))}
