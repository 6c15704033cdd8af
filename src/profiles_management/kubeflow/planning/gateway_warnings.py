"""Warnings about contributors' policies that name a gateway that does not exist. Pure."""

from collections.abc import Iterator, Sequence
from itertools import islice

from profiles_management.kubeflow.objects.plan_terms import KubeflowField
from profiles_management.kubeflow.objects.policy_spec import WayIn
from profiles_management.kubeflow.planning.gateway_votes import GatewayCheck, votes_of_other_owners
from profiles_management.kubeflow.planning.gateways import CODE
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import Change

_MOST = 3  # sets of principals that are reported


def mismatches(check: GatewayCheck, settings: Settings) -> Iterator[Problem]:
    """Yield a warning for each set of principals that only owners' policies name."""
    for way, contributors in islice(_differing(check), _MOST):
        yield _mismatch(
            f"AuthorizationPolicies of {count(contributors, 'contributor')} "
            f"{_names_of_both(check, way, settings)}",
            way,
        )


def _differing(check: GatewayCheck) -> Iterator[tuple[WayIn, int]]:
    """Yield what owners' policies name and the settings do not, the most frequent first."""
    for way, contributors in check.contributors.most_common():
        if not contributors or not check.gateways.knows_header(way):
            continue
        if not check.gateways.has_all(way):
            yield way, contributors


def _names_of_both(check: GatewayCheck, way: WayIn, settings: Settings) -> str:
    """Return the gateways that only the contributors' or only the owner's policies name."""
    profile = check.profiles[way]
    owners = ", ".join(name for name in sorted(way.principals) if not check.gateways.has(name))
    contributors = ", ".join(name for name in settings.gateways if name not in way.principals)
    if contributors:
        return f"name {contributors}; the owner's in {profile} names {owners}"
    return f"do not name {owners}; the owner's in {profile} does"


def unlike_others(
    check: GatewayCheck, pmr: ProfilesManagementRepresentation, observed: Observed
) -> Iterator[Problem]:
    """Yield a warning where all profiles are new and existing ones name another gateway.

    Without it, the first plan that shows the mistake is the one after the profiles were created.
    """
    if check.votes or not any(profile.contributors for profile in pmr.in_order()):
        return
    others = check.gateways.outvoted_by(votes_of_other_owners(check.gateways, observed))
    for way, owners in others.most_common(1):
        yield _mismatch(
            f"AuthorizationPolicies of {count(owners, 'other owner')} name "
            f"{check.gateways.described(way)}, and those of this document's contributors will not",
            way,
        )


def _mismatch(what: str, way: WayIn) -> Problem:
    return Problem(
        code=CODE,
        what=what,
        where=Where(),
        remedy="Nobody gets in through a gateway that does not exist. Choose the preset of "
        f"this Kubeflow, or set principals to {','.join(sorted(way.principals))}",
        names_nobody=True,
    )


def replaced(changes: Sequence[Change], contributors: int, settings: Settings) -> Iterator[Problem]:
    """Yield a problem where most policies get other gateways.

    If a setting was forgotten, nobody would get in.

    Args:
        contributors: how many there were before.
    """
    moved = sum(map(_replaces_gateways, changes))
    if moved > max(1, contributors // 2):  # a single policy was changed by hand
        yield Problem(
            code="other-gateways",
            what=f"the AuthorizationPolicies of {moved:,} of {contributors:,} contributors let "
            f"other gateways in than {', '.join(settings.gateways)}",
            where=Where(),
            remedy="All are rewritten. If this is not intended, check the settings preset and "
            "principals.",
            names_nobody=True,
        )


def _replaces_gateways(change: Change) -> bool:
    """Whether a contributor's policy gets other gateways."""
    if change.person is None:
        return False
    return change.has(KubeflowField.PRINCIPALS)
