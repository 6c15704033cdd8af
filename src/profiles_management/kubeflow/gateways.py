"""Whether contributors' policies name the gateway that is really there. Pure.

The profile controller writes the owner's AuthorizationPolicy and knows the gateway; a contributor's policy that names
another one lets nobody in.
"""

from collections import Counter
from collections.abc import Container, Iterator, Sequence

import msgspec

from profiles_management.kubeflow import policies
from profiles_management.kubeflow.observed import OwnerObject
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import Change

CODE = "gateway-mismatch"
_MOST = 3  # sets of principals that are reported


class GatewayCheck:
    """Compares the principals of the settings with those of owners' policies, and counts contributors."""

    def __init__(self, settings: Settings, namespaces: Container[str]) -> None:
        """Take the namespaces of profiles: what runs there is not a gateway."""
        self._settings = settings
        self._namespaces = namespaces
        self._usual = b'"principals":' + msgspec.json.encode(settings.gateways)
        self._contributors: Counter[frozenset[str]] = Counter()
        self._profiles: dict[frozenset[str], str] = {}

    def add(self, profile: str, policy: OwnerObject | None, contributors: int) -> None:
        """Look at one profile whose owner's policy was written by the profile controller."""
        if policy is None or not contributors or self._usual in policy.spec:
            return
        principals = policies.gateways_of(policy.spec, self._settings)
        if all(self._is_named(principal) or self._is_workload(principal) for principal in principals):
            return
        self._contributors[principals] += contributors
        self._profiles.setdefault(principals, profile)

    def problems(self) -> Iterator[Problem]:
        """Yield one problem for each set of principals that owners' policies name and contributors' do not."""
        gateways = self._settings.gateways
        for principals, contributors in self._contributors.most_common(_MOST):
            who, profile = count(contributors, "contributor"), self._profiles[principals]
            there = sorted(one for one in principals if not self._is_workload(one))
            named = ",".join(there)
            theirs = ", ".join(one for one in there if not self._is_named(one))
            ours = ", ".join(one for one in gateways if one not in principals)
            what = f"AuthorizationPolicies of {who} name {ours}; the owner's in {profile} names {theirs}"
            if not ours:
                what = f"AuthorizationPolicies of {who} do not name {theirs}; the owner's in {profile} does"
            yield Problem(
                code=CODE,
                what=what,
                where=Where(),
                remedy="Nobody gets in through a gateway that does not exist. Choose the preset of this Kubeflow, "
                f"or set principals to {named}",
            )

    def _is_workload(self, principal: str) -> bool:
        """Whether a principal runs in the namespace of a profile, where its people can start what they like."""
        return policies.place_of(principal)[0] in self._namespaces

    def _is_named(self, principal: str) -> bool:
        return any(policies.matches(principal, gateway) for gateway in self._settings.gateways)


def replaced(changes: Sequence[Change], contributors: int, settings: Settings) -> Iterator[Problem]:
    """Yield a problem where most policies get other gateways: if a setting was forgotten, nobody would get in.

    Args:
        contributors: how many there were before.
    """
    of_people = [change for change in changes if change.person is not None]
    moved = sum(any("principals" in field.path for field in change.fields) for change in of_people)
    if moved > max(1, contributors // 2):  # a single policy was changed by hand
        yield Problem(
            code="other-gateways",
            what=f"the AuthorizationPolicies of {moved:,} of {contributors:,} contributors let other gateways in "
            f"than {', '.join(settings.gateways)}",
            where=Where(),
            remedy="All are rewritten; if that is not meant, look at preset and principals in the settings.",
        )
