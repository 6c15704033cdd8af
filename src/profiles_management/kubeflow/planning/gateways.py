"""The gateways of the settings, compared with those that AuthorizationPolicies name. Pure."""

from collections import Counter

from profiles_management.kubeflow.objects import policy_rules
from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.kubeflow.objects.policy_spec import WayIn, way_in
from profiles_management.kubeflow.settings import PRESETS, Settings
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.names import quoted, shortened
from profiles_management.reconcile.plan import Change, Fact, Write

CODE = "gateway-mismatch"
_MOST = 3  # principals and headers that are named


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
        """Return whether a principal or a pattern stands for a gateway of the settings."""
        gateways = self._settings.gateways
        return any(policy_rules.matches(principal, gateway) for gateway in gateways)

    def knows_header(self, way: WayIn) -> bool:
        """Return whether a policy knows people by the header of the settings, or by a claim."""
        return not way.headers or self._header in way.headers

    def knows_prefix(self, way: WayIn) -> bool:
        """Return whether a policy names its person, if at all, with the prefix of the settings."""
        return not way.prefixes or self._settings.userid_prefix in way.prefixes

    def of(self, spec: bytes, person: str) -> WayIn:
        """Return how a policy lets its person in, without workloads.

        What runs in a profile is not a gateway.
        """
        way = way_in(spec, person)
        return way._replace(principals=frozenset(filter(self._is_elsewhere, way.principals)))

    def outvoted_by(self, votes: Counter[WayIn]) -> Counter[WayIn]:
        """Return the votes for other gateways than those of the settings, if they are most."""
        others: Counter[WayIn] = Counter()
        for way, number in votes.items():
            if not self.are_named_by(way):
                others[way] = number
        return others if others.total() * 2 > votes.total() else Counter()

    def described(self, way: WayIn) -> str:
        """Return what a policy names.

        A preset, or principals, with the header or prefix that differs.
        """
        named = _listed(way.principals)
        if preset := preset_of(way):
            named = f"{preset} ({named})"
        if not self.knows_header(way):
            return f"{named} with the header {_listed(way.headers)}"
        if not self.knows_prefix(way):
            return f"{named} with the prefix {quoted(min(way.prefixes))}"
        return named

    def _is_elsewhere(self, principal: str) -> bool:
        """Whether a principal runs outside of profiles, where people can start what they like."""
        name, _ = policy_rules.place_of(principal)
        if name in self._observed.profiles or self._pmr.has_profile(name):
            return False
        namespace = self._observed.namespaces.get(name)
        return namespace is None or not namespace.owner


def preset_of(way: WayIn) -> str:
    """Return the preset whose ingress gateway a policy names, with nothing that it does not have.

    '' for none.
    """
    for name, preset in PRESETS.items():
        if preset.principals[0] in way.principals and way.principals.issubset(preset.principals):
            return name
    return ""


def fact(settings: Settings, text: str = "", *, is_detected: bool = False) -> Fact:
    """Return the gateways that a plan writes, for JSON; `text` says why, where no setting does."""
    names = (name for name, preset in PRESETS.items() if preset.principals == settings.principals)
    data = {
        "preset": next(names, None),
        "principals": list(settings.gateways),
        "detected": is_detected,
    }
    return Fact("gateways", data, text, decides=settings.gateways)


def writes_gateways(change: Change) -> bool:
    """Return whether a change writes a policy with its gateways, for a person who keeps access."""
    return any(map(_has_gateways, change.writes))


def _has_gateways(write: Write) -> bool:
    if write.target.kind != "AuthorizationPolicy" or write.verb is Verb.DELETE:
        return False
    return b'"principals"' in write.body


def _listed(names: frozenset[str]) -> str:
    return ", ".join(map(shortened, sorted(names)[:_MOST]))
