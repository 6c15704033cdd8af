"""The spec of an AuthorizationPolicy, in the fields that say who gets in. Pure.

Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

ALLOWS = ("ALLOW", "")
_HEADER, _CLAIM = "request.headers[", "request.auth.claims["


class Source(msgspec.Struct, gc=False, rename="camel"):
    """Which peers a rule is for."""

    principals: list[str] | None = None
    not_principals: list[str] | None = None
    namespaces: list[str] | None = None
    not_namespaces: list[str] | None = None
    service_accounts: list[str] | None = None
    ip_blocks: list[str] | None = None
    remote_ip_blocks: list[str] | None = None


class From(msgspec.Struct, gc=False):
    """Where requests of a rule come from."""

    source: Source | None = None


class Operation(msgspec.Struct, gc=False):
    """Which requests a rule is for. `hosts` and the fields that exclude, such as `notPaths`, leave a notebook open."""

    methods: list[str] | None = None
    paths: list[str] | None = None
    ports: list[str] | None = None


class To(msgspec.Struct, gc=False):
    """What requests of a rule ask for."""

    operation: Operation | None = None


class When(msgspec.Struct, gc=False, rename="camel"):
    """One condition of a rule."""

    key: str = ""
    values: list[str] | None = None
    not_values: list[str] | None = None


class Rule(
    msgspec.Struct, gc=False, rename={"senders": "from", "operations": "to", "conditions": "when"}
):
    """One rule: a request that meets all of its parts gets in."""

    senders: list[From] | None = None
    operations: list[To] | None = None
    conditions: list[When] | None = None


class Spec(msgspec.Struct, gc=False):
    """A spec; without a selector it is for every workload of the namespace."""

    action: str = "ALLOW"
    selector: dict[str, Any] | None = None
    rules: list[Rule | None] | None = None


_DECODER = msgspec.json.Decoder(Spec)


def rules_of(spec: bytes) -> Sequence[Rule]:
    """Return the rules of a policy that allows; `spec` is its spec as JSON."""
    decoded = decode(spec)
    if decoded.action not in ALLOWS:
        return ()
    return [rule or Rule() for rule in decoded.rules or ()]


def decode(spec: bytes) -> Spec:
    """Return a spec given as JSON; one of another shape, which no API server stores, has no rules."""
    try:
        return _DECODER.decode(spec or b"{}")
    except (ValueError, RecursionError):
        return Spec()


def as_data(spec: bytes) -> dict[str, Any]:
    """Return a spec as data; one of another shape, or that was too large to be kept, has no rules."""
    text = spec or b"{}"
    try:
        _DECODER.decode(text)
        data: dict[str, Any] = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return {}
    return data


class WayIn(NamedTuple):
    """How a policy lets people in: through which gateways, and by which headers it knows who somebody is.

    Attributes:
        principals: those of every rule that names people.
        headers: the names of headers in lower case; none where people are known by a claim of their
            token.
        prefixes: the texts before the person's name in these headers; none where no value ends with
            it.
    """

    principals: frozenset[str]
    headers: frozenset[str]
    prefixes: frozenset[str] = frozenset()


def way_in(spec: bytes, person: str) -> WayIn:
    """Return how a policy lets in whom its rules name; no principals where it names nobody, or no gateway.

    Args:
        person: the name of whom it is for.
    """
    principals: set[str] = set()
    headers: set[str] = set()
    prefixes: set[str] = set()
    for rule in rules_of(spec):
        conditions = rule.conditions or ()
        by_header = [
            condition for condition in conditions if condition.key.lower().startswith(_HEADER)
        ]
        if by_header or any(condition.key.lower().startswith(_CLAIM) for condition in conditions):
            principals.update(principals_of(rule))
        for condition in by_header:
            headers.add(condition.key[len(_HEADER) : -1].lower())
            values = condition.values or ()
            prefixes.update(
                value.removesuffix(person) for value in values if value.endswith(person)
            )
    return WayIn(frozenset(principals), frozenset(headers), frozenset(prefixes))


def principals_of(rule: Rule) -> Iterator[str]:
    """Yield the principals that a rule is for."""
    for sender in rule.senders or ():
        if sender.source is not None:
            yield from sender.source.principals or ()
