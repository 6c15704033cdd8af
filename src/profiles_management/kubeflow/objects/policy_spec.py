"""The fields of an AuthorizationPolicy's spec that decide who gets in. Pure.

Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

_T = TypeVar("_T")

ALLOWS = ("ALLOW", "")
CLAIM = "request.auth.claims["
_HEADER = "request.headers["


def listed(field: Sequence[_T] | None) -> Sequence[_T]:
    """Return the items of a field; none where it is null."""
    return field or ()


class Source(msgspec.Struct, gc=False, rename="camel"):
    """The senders that a rule is for."""

    principals: list[str] | None = None
    not_principals: list[str] | None = None
    namespaces: list[str] | None = None
    not_namespaces: list[str] | None = None
    service_accounts: list[str] | None = None
    ip_blocks: list[str] | None = None
    remote_ip_blocks: list[str] | None = None

    @property
    def is_limited_by_address(self) -> bool:
        """Whether only requests from some IP addresses match."""
        return bool(self.ip_blocks or self.remote_ip_blocks)


class From(msgspec.Struct, gc=False):
    """One entry of a rule's `from`."""

    source: Source | None = None


_ANY_SENDER = (From(),)


class Operation(msgspec.Struct, gc=False):
    """The requests that a rule is for.

    `hosts`, and the fields that exclude requests, such as `notPaths`, are left out: a notebook
    stays open to the other requests.
    """

    methods: list[str] | None = None
    paths: list[str] | None = None
    ports: list[str] | None = None


class To(msgspec.Struct, gc=False):
    """One entry of a rule's `to`."""

    operation: Operation | None = None


_ANY_REQUEST = (To(),)


class When(msgspec.Struct, gc=False, rename="camel"):
    """One condition of a rule."""

    key: str = ""
    values: list[str] | None = None
    not_values: list[str] | None = None

    @property
    def texts(self) -> Sequence[str]:
        """The values; empty where the field is null."""
        return listed(self.values)

    @property
    def is_header(self) -> bool:
        """Whether the condition is about a request header."""
        return self.key.lower().startswith(_HEADER)

    @property
    def is_claim(self) -> bool:
        """Whether the condition is about a claim of a token."""
        return self.key.lower().startswith(CLAIM)

    @property
    def header(self) -> str:
        """The name of the request header in lower case."""
        return self.key[len(_HEADER) : -1].lower()


class Rule(
    msgspec.Struct, gc=False, rename={"senders": "from", "operations": "to", "conditions": "when"}
):
    """One rule: it lets a request in that matches all of its parts."""

    senders: list[From] | None = None
    operations: list[To] | None = None
    conditions: list[When] | None = None

    @property
    def when(self) -> Sequence[When]:
        """The conditions; empty where the field is null."""
        return listed(self.conditions)

    @property
    def sources(self) -> list[Source]:
        """The senders; an empty source, which is every sender, where the rule has none."""
        return [sender.source or Source() for sender in self.senders or _ANY_SENDER]

    @property
    def requests(self) -> list[Operation]:
        """The operations; an empty one, which is every request, where the rule has none."""
        return [entry.operation or Operation() for entry in self.operations or _ANY_REQUEST]

    @property
    def principals(self) -> list[str]:
        """The principals of all senders."""
        return [name for source in self.sources for name in listed(source.principals)]

    @property
    def headers(self) -> list[When]:
        """The conditions on request headers."""
        return [condition for condition in self.when if condition.is_header]

    @property
    def identifies_people(self) -> bool:
        """Whether a condition is about a header or a claim, by which a gateway says who sends."""
        return any(condition.is_header or condition.is_claim for condition in self.when)


class Spec(msgspec.Struct, gc=False):
    """A spec; without a selector it is for every workload of the namespace."""

    action: str = "ALLOW"
    selector: dict[str, Any] | None = None
    rules: list[Rule | None] | None = None

    @property
    def entries(self) -> list[Rule]:
        """The rules; a null among them is a rule without any part."""
        return [rule or Rule() for rule in listed(self.rules)]


_DECODER = msgspec.json.Decoder(Spec)


def rules_of(spec: bytes) -> Sequence[Rule]:
    """Return the rules of an allowing policy; empty for another action.

    Args:
        spec: the policy's spec as JSON.
    """
    decoded = decode(spec)
    return decoded.entries if decoded.action in ALLOWS else ()


def decode(spec: bytes) -> Spec:
    """Return a spec given as JSON; one of a shape that no API server stores has no rules."""
    try:
        return _DECODER.decode(spec or b"{}")
    except (ValueError, RecursionError):
        return Spec()


def as_data(spec: bytes) -> dict[str, Any]:
    """Return a spec as data; empty for another shape, or where it was too large to be kept."""
    text = spec or b"{}"
    try:
        _DECODER.decode(text)
        data: dict[str, Any] = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return {}
    return data


class WayIn(NamedTuple):
    """How a policy lets people in: through which gateways, and which headers identify them.

    Attributes:
        principals: those of every rule that identifies people.
        headers: the names of headers in lower case; empty where a claim of a token identifies
            people.
        prefixes: the texts before the person's name in these headers; empty where no value ends
            with that name.
    """

    principals: frozenset[str]
    headers: frozenset[str]
    prefixes: frozenset[str] = frozenset()


def way_in(spec: bytes, person: str) -> WayIn:
    """Return how a policy lets people in; without principals where no rule identifies people.

    Args:
        spec: the policy's spec as JSON.
        person: the name of the person whom the policy is for.
    """
    principals: set[str] = set()
    headers: set[str] = set()
    prefixes: set[str] = set()
    for rule in rules_of(spec):
        if rule.identifies_people:
            principals.update(rule.principals)
            for condition in rule.headers:
                headers.add(condition.header)
                prefixes.update(_prefixes(condition.texts, person))
    return WayIn(frozenset(principals), frozenset(headers), frozenset(prefixes))


def _prefixes(values: Sequence[str], person: str) -> list[str]:
    """Return the texts before a person's name in the values that end with it."""
    return [value.removesuffix(person) for value in values if value.endswith(person)]
