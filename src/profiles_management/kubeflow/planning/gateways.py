"""Whether contributors' policies name the gateway that is really there. Pure.

The profile controller writes the owner's AuthorizationPolicy and knows the gateway; a contributor's
policy that names another one lets nobody in. The admins of a namespace can edit that policy, so
each profile has one vote.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from profiles_management.kubeflow.objects import policy_rules
from profiles_management.kubeflow.objects.plan_terms import KubeflowField, Verb
from profiles_management.kubeflow.objects.policy_spec import WayIn, way_in
from profiles_management.kubeflow.settings import PRESETS, Settings
from profiles_management.kubeflow.state.observed import Observed, OwnerObject
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.names import quoted, shortened
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import (
    Change,
    Fact,
    Person,
)

CODE = "gateway-mismatch"
_MOST = 3  # sets of principals that are reported


class Gateways:
    """The gateways of the settings, compared with those that policies name."""

    def __init__(
        self, settings: Settings, pmr: ProfilesManagementRepresentation, observed: Observed
    ) -> None:
        self._settings = settings
        self._pmr = pmr
        self._observed = observed
        self._header = settings.userid_header.lower()
        prefix = settings.userid_prefix
        self.usual = WayIn(
            frozenset(settings.gateways), frozenset([self._header]), frozenset([prefix])
        )

    def are_named_by(self, way: WayIn) -> bool:
        """Return whether a policy names no gateway, header and prefix but those of the settings."""
        return self.has_all(way) and self.knows_header(way) and self.knows_prefix(way)

    def has_all(self, way: WayIn) -> bool:
        """Return whether a policy names no gateway but those of the settings."""
        return all(map(self.has, way.principals))

    def has(self, principal: str) -> bool:
        """Return whether a principal, or a pattern of principals, stands for a gateway of the settings."""
        return any(policy_rules.matches(principal, gateway) for gateway in self._settings.gateways)

    def knows_header(self, way: WayIn) -> bool:
        """Return whether a policy knows people by the header of the settings, or by a claim."""
        return not way.headers or self._header in way.headers

    def knows_prefix(self, way: WayIn) -> bool:
        """Return whether a policy names its person with the prefix of the settings, as far as it names one."""
        return not way.prefixes or self._settings.userid_prefix in way.prefixes

    def of(self, spec: bytes, person: str) -> WayIn:
        """Return how a policy lets its person in, without workloads: what runs in a profile is not a gateway."""
        way = way_in(spec, person)
        return way._replace(principals=frozenset(filter(self._is_elsewhere, way.principals)))

    def outvoted_by(self, votes: Counter[WayIn]) -> Counter[WayIn]:
        """Return the votes for other gateways than those of the settings, if they are more than half of all."""
        others = Counter(
            {way: number for way, number in votes.items() if not self.are_named_by(way)}
        )
        return others if others.total() * 2 > votes.total() else Counter()

    def described(self, way: WayIn) -> str:
        """Return what a policy names: a preset, or principals, with the header where that is another one."""
        principals, preset = (
            ", ".join(map(shortened, sorted(way.principals)[:_MOST])),
            preset_of(way),
        )
        named = f"{preset} ({principals})" if preset else principals
        if not self.knows_header(way):
            return (
                f"{named} with the header {', '.join(map(shortened, sorted(way.headers)[:_MOST]))}"
            )
        return (
            named
            if self.knows_prefix(way)
            else f"{named} with the prefix {quoted(min(way.prefixes))}"
        )

    def _is_elsewhere(self, principal: str) -> bool:
        """Whether a principal runs outside of profiles, where people can start what they like."""
        namespace, _ = policy_rules.place_of(principal)
        space = self._observed.namespaces.get(namespace)
        is_owned = space is not None and bool(space.owner)
        return not (
            is_owned or namespace in self._observed.profiles or self._pmr.has_profile(namespace)
        )


class GatewayCheck:
    """Counts which gateways the owners' policies of profiles name, and how many contributors there are.

    Attributes:
        gateways: those of the settings.
    """

    def __init__(
        self, settings: Settings, pmr: ProfilesManagementRepresentation, observed: Observed
    ) -> None:
        self.gateways = Gateways(settings, pmr, observed)
        self._settings = settings
        self._origins = pmr.origins
        self._usual = b'"principals":' + msgspec.json.encode(settings.gateways)
        self._usual_header = f'"request.headers[{settings.userid_header}]"'.encode()
        self._trusted: Counter[WayIn] = Counter()
        self._untrusted: Counter[WayIn] = Counter()
        self._contributors: Counter[WayIn] = Counter()
        self._profiles: dict[WayIn, str] = {}

    def add(self, profile: str, owner: str, policy: OwnerObject | None, contributors: int) -> None:
        """Look at one profile of the document whose owner's policy was written by the profile controller."""
        if policy is None:
            return
        way = (
            self.gateways.usual
            if self._is_usual(policy, owner)
            else self.gateways.of(policy.spec, owner)
        )
        if not way.principals:
            return
        source = self._origins.profiles.get(profile, "")
        votes = self._untrusted if source in self._origins.untrusted else self._trusted
        votes[way] += 1
        self._contributors[way] += contributors
        self._profiles.setdefault(way, profile)

    def _is_usual(self, policy: OwnerObject, owner: str) -> bool:
        """Whether a policy has the texts that almost every one has."""
        value = f'"{self._settings.userid_prefix}{owner}"'.encode()
        return all(text in policy.spec for text in (self._usual, self._usual_header, value))

    @property
    def votes(self) -> Counter[WayIn]:
        """How many profiles name which gateways. Who is not trusted to take profiles over has no vote beside others."""
        return self._trusted or self._untrusted

    def problems(self) -> Iterator[Problem]:
        """Yield one problem for each set of principals that owners' policies name and contributors' do not."""
        gateways = self._settings.gateways
        differing = (
            (way, contributors)
            for way, contributors in self._contributors.most_common()
            if contributors and self.gateways.knows_header(way) and not self.gateways.has_all(way)
        )
        for way, contributors in islice(differing, _MOST):
            who, profile, principals = (
                count(contributors, "contributor"),
                self._profiles[way],
                way.principals,
            )
            named = ",".join(sorted(principals))
            theirs = ", ".join(one for one in sorted(principals) if not self.gateways.has(one))
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
                names_nobody=True,
            )


def preset_of(way: WayIn) -> str:
    """Return the preset whose ingress gateway a policy names, with nothing that it does not have; '' for none."""
    for name, preset in PRESETS.items():
        if preset.principals[0] in way.principals and way.principals <= set(preset.principals):
            return name
    return ""


def fact(settings: Settings, text: str = "", *, is_detected: bool = False) -> Fact:
    """Return the gateways that a plan writes, for JSON; `text` says why, where no setting does."""
    preset = next(
        (name for name, preset in PRESETS.items() if preset.principals == settings.principals), None
    )
    data = {"preset": preset, "principals": list(settings.gateways), "detected": is_detected}
    return Fact("gateways", data, text, decides=settings.gateways)


def votes_of_contributors(
    gateways: Gateways, profiles: Iterable[str], observed: Observed
) -> Counter[WayIn]:
    """Return how many of some profiles have contributors' policies that name which gateways.

    For targets without owners' policies of a profile controller. Each profile has one vote,
    whatever it holds.
    """
    votes: Counter[WayIn] = Counter()
    for profile in profiles:
        there = observed.policies.get(profile, {}).values()
        ways = (gateways.of(policy.spec, policy.person.name) for policy in there)
        named = Counter(way for way in ways if way.principals)
        if named:
            votes[
                max(
                    named,
                    key=lambda way: (named[way], sorted(way.principals), sorted(way.prefixes)),
                )
            ] += 1
    return votes


def writes_gateways(change: Change) -> bool:
    """Return whether a change writes a policy with its gateways, for somebody who keeps access."""
    return any(
        write.target.kind == "AuthorizationPolicy"
        and write.verb is not Verb.DELETE
        and b'"principals"' in write.body
        for write in change.writes
    )


def _has_other_gateways(change: Change) -> bool:
    return any(field.kind is KubeflowField.PRINCIPALS for field in change.fields)


def replaced(changes: Sequence[Change], contributors: int, settings: Settings) -> Iterator[Problem]:
    """Yield a problem where most policies get other gateways: if a setting was forgotten, nobody would get in.

    Args:
        contributors: how many there were before.
    """
    of_people = [change for change in changes if change.person is not None]
    moved = sum(_has_other_gateways(change) for change in of_people)
    if moved > max(1, contributors // 2):  # a single policy was changed by hand
        yield Problem(
            code="other-gateways",
            what=f"the AuthorizationPolicies of {moved:,} of {contributors:,} contributors let other gateways in "
            f"than {', '.join(settings.gateways)}",
            where=Where(),
            remedy="All are rewritten; if that is not meant, look at preset and principals in the settings.",
            names_nobody=True,
        )


def votes_of_other_owners(gateways: Gateways, observed: Observed) -> Counter[WayIn]:
    """Return how many owners have a policy that names which gateways.

    Any user may create Profiles, so each owner has one vote for a gateway, however many Profiles
    they own.
    """
    votes: set[tuple[Person, WayIn]] = set()
    for name, policy in observed.owner_policies.items():
        profile = observed.profiles.get(name)
        if profile is None or profile.owner is None:
            continue
        way = gateways.of(policy.spec, profile.owner.name)
        if way.principals:
            votes.add((profile.owner, way._replace(headers=frozenset(), prefixes=frozenset())))
    return Counter(way for _, way in votes)


def unlike_others(
    check: GatewayCheck, pmr: ProfilesManagementRepresentation, observed: Observed
) -> Iterator[Problem]:
    """Yield a warning where all profiles of a document are new, and other profiles name another gateway.

    Without it, the first plan that shows the mistake is the one after the profiles were created.
    """
    if check.votes or not any(profile.contributors for profile in pmr.in_order()):
        return
    others = check.gateways.outvoted_by(votes_of_other_owners(check.gateways, observed))
    for way, owners in others.most_common(1):
        named = ",".join(sorted(way.principals))
        yield Problem(
            code=CODE,
            what=f"AuthorizationPolicies of {count(owners, 'other owner')} name "
            f"{check.gateways.described(way)}, and those of this document's contributors will not",
            where=Where(),
            remedy="Nobody gets in through a gateway that does not exist. Choose the preset of "
            f"this Kubeflow, or set principals to {named}",
            names_nobody=True,
        )
