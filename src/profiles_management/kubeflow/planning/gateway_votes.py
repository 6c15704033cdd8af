"""How many profiles have policies that name which gateways. Pure.

The profile controller writes the owner's AuthorizationPolicy and knows the gateway; a contributor's
policy that names another one lets nobody in. The admins of a namespace can edit that policy, so
each profile has one vote.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from profiles_management.kubeflow.objects.policy_spec import WayIn
from profiles_management.kubeflow.planning.gateways import Gateways
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Observed, OwnerObject
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.reconcile.plan import Person


class GatewayCheck:
    """Counts which gateways the owners' policies of the document's profiles name.

    Attributes:
        gateways: those of the settings.
        contributors: how many contributors there are in profiles that name them.
        profiles: one of the profiles that name them.
    """

    def __init__(
        self, settings: Settings, pmr: ProfilesManagementRepresentation, observed: Observed
    ) -> None:
        self.gateways = Gateways(settings, pmr, observed)
        self.contributors: Counter[WayIn] = Counter()
        self.profiles: dict[WayIn, str] = {}
        self._origins = pmr.origins
        self._prefix = settings.userid_prefix
        self._usual = (
            b'"principals":' + msgspec.json.encode(settings.gateways),
            f'"request.headers[{settings.userid_header}]"'.encode(),
        )
        self._trusted: Counter[WayIn] = Counter()
        self._untrusted: Counter[WayIn] = Counter()

    def add(self, profile: str, owner: str, policy: OwnerObject | None, contributors: int) -> None:
        """Count one profile whose owner's policy was written by the profile controller."""
        if policy is None:
            return
        way = self._way(policy, owner)
        if not way.principals:
            return
        source = self._origins.profiles.get(profile, "")
        if source in self._origins.untrusted:
            self._untrusted[way] += 1
        else:
            self._trusted[way] += 1
        self.contributors[way] += contributors
        self.profiles.setdefault(way, profile)

    def _way(self, policy: OwnerObject, owner: str) -> WayIn:
        """Return how a policy lets the owner in.

        Almost every one has the usual texts, and is not parsed.
        """
        value = f'"{self._prefix}{owner}"'.encode()
        if all(text in policy.spec for text in (*self._usual, value)):
            return self.gateways.usual
        return self.gateways.of(policy.spec, owner)

    @property
    def votes(self) -> Counter[WayIn]:
        """How many profiles name which gateways.

        Those of untrusted sources count where there are no others.
        """
        return self._trusted or self._untrusted


def votes_of_contributors(
    gateways: Gateways, profiles: Iterable[str], observed: Observed
) -> Counter[WayIn]:
    """Return how many of some profiles have contributors' policies that name which gateways.

    For targets without owners' policies of a profile controller. Each profile has one vote,
    whatever it holds.
    """
    votes: Counter[WayIn] = Counter()
    for profile in profiles:
        named: Counter[WayIn] = Counter()
        for policy in observed.policies.get(profile, {}).values():
            way = gateways.of(policy.spec, policy.person.name)
            if way.principals:
                named[way] += 1
        if named:
            votes[_most_frequent(named)] += 1
    return votes


def _most_frequent(named: Mapping[WayIn, int]) -> WayIn:
    """Return what most policies name; of two that are equally frequent always the same one."""
    return max(named, key=lambda way: (named[way], sorted(way.principals), sorted(way.prefixes)))


def votes_of_other_owners(gateways: Gateways, observed: Observed) -> Counter[WayIn]:
    """Return how many owners have a policy that names which gateways.

    Any user may create Profiles, so each owner has one vote for a gateway, however many Profiles
    they own.
    """
    votes: set[tuple[Person, WayIn]] = set()
    for name, policy in observed.owner_policies.items():
        owner = observed.declared_owner(name)
        if owner is None:
            continue
        way = gateways.of(policy.spec, owner.name)
        if way.principals:
            votes.add((owner, way._replace(headers=frozenset(), prefixes=frozenset())))
    return Counter(way for _, way in votes)
