"""What an AuthorizationPolicy lets in, as Istio reads it: which people, and through which gateways. Pure.

Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from profiles_management.kubeflow.objects.policy_spec import (
    ALLOWS,
    Operation,
    Rule,
    Source,
    When,
    as_data,
    decode,
    principals_of,
    rules_of,
)
from profiles_management.kubeflow.settings import Settings
from profiles_management.reconcile.plan import Person

ANYBODY = "*"

_PEER, _PEERS_NAMESPACE = "source.principal", "source.namespace"
_NOTEBOOK_PORT = "8888"
_MOST_GATEWAYS = 8
_EVERY_PATH = ("*", "/*", "/{**}")


def sole_person(spec: bytes, settings: Settings) -> Person | None:
    """Return the one person whom a policy lets in: each of its rules asks for exactly that user or group.

    Args:
        spec: the policy's spec as JSON.

    Returns:
        None where it lets in several people, anybody, or nobody.
    """
    rules = rules_of(spec)
    people = {_required(rule, settings) for rule in rules}
    return people.pop() if len(people) == 1 else None


def people_let_in(spec: bytes, settings: Settings) -> tuple[Person, ...]:
    """Return whom a policy lets in by name, sorted; a name may begin or end with `*`, which stands for any text.

    Whom a rule names gets in for some requests at least, whatever else it asks for. A rule that
    names nobody and lets a gateway open any page lets anybody in: `Person("User", "*")`.
    """
    found = {
        person for rule in rules_of(spec) for person in _let_in(rule, settings, settings.gateways)
    }
    return tuple(sorted(found))


def people_of_owners_policy(spec: bytes, settings: Settings) -> tuple[Person, ...]:
    """Return whom an owner's policy lets in, sorted: everybody whom any of its rules names, whatever else it asks for.

    The gateways of these rules are gateways here, because the profile controller knows them. A
    policy that is not for every workload of the namespace, or does not allow, leaves workloads open
    to anybody: no profile controller writes one.
    """
    decoded = decode(spec)
    rules = [rule or Rule() for rule in decoded.rules or ()]
    gateways = _known_gateways(rules, settings)
    people = {person for rule in rules for person in _named_or_let_in(rule, settings, gateways)}
    if decoded.action not in ALLOWS or decoded.selector:
        people.add(Person("User", ANYBODY))
    return tuple(sorted(people))


def patch_for_only(users: Collection[str], spec: bytes, settings: Settings) -> dict[str, Any]:
    """Return the merge patch after which an owner's policy lets in nobody but some users.

    Rules that let others in go; where a rule names these users among others, the others go.
    Everything else stays as the profile controller wrote it, such as rules for programs.
    """
    parsed = as_data(spec)
    gateways = _known_gateways([rule or Rule() for rule in decode(spec).rules or ()], settings)
    values = {settings.userid_prefix + user for user in users}
    rules = [_narrowed(rule, values, settings) for rule in parsed.get("rules") or ()]
    allowed = {Person("User", user) for user in users}
    kept = [rule for rule in rules if allowed.issuperset(_people_of_rule(rule, settings, gateways))]
    return {"action": None, "selector": None, "rules": kept}


def _narrowed(
    rule: dict[str, Any] | None, values: Collection[str], settings: Settings
) -> dict[str, Any]:
    """Return a rule whose conditions on the user-id header name some values at most, unless they name none of them."""
    header = _header(settings)
    conditions = []
    for condition in (rule or {}).get("when") or ():
        kept = [value for value in condition.get("values") or () if value in values]
        is_header = str(condition.get("key", "")).lower() == header
        conditions.append({**condition, "values": kept} if is_header and kept else condition)
    return {**(rule or {}), "when": conditions} if conditions else rule or {}


def _people_of_rule(
    rule: dict[str, Any], settings: Settings, gateways: Sequence[str]
) -> set[Person]:
    decoded = decode(msgspec.json.encode({"rules": [rule]}))
    return {
        person
        for one in decoded.rules or ()
        for person in _named_or_let_in(one or Rule(), settings, gateways)
    }


def rules_without(
    spec: bytes, counts: Callable[[Person], bool], settings: Settings
) -> list[dict[str, Any]]:
    """Return the rules of a policy that let nobody in who counts."""
    rules = as_data(spec).get("rules") or ()
    kept = []
    for rule in rules:
        decoded = decode(msgspec.json.encode({"rules": [rule]})).rules or [None]
        if not any(map(counts, _let_in(decoded[0] or Rule(), settings, settings.gateways))):
            kept.append(rule)
    return kept


def is_closed(spec: bytes) -> bool:
    """Return whether a policy lets nobody in anywhere in its namespace."""
    try:
        return msgspec.json.decode(spec or b"{}") in ({}, {"action": "ALLOW"})
    except (ValueError, RecursionError):
        return False


def matches(pattern: str, text: str) -> bool:
    """Return whether a value of a policy stands for a text: `*` at its beginning or end stands for any text."""
    if pattern == ANYBODY:
        return True
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return pattern == text


def _required(rule: Rule, settings: Settings) -> Person | None:
    for condition in rule.conditions or ():
        if _names_people(condition, settings):
            names = list(_people(condition, settings))
            if len(names) == 1 and "*" not in (names[0].name[:1], names[0].name[-1:]):
                return names[0]
    return None


def _named_or_let_in(rule: Rule, settings: Settings, gateways: Sequence[str]) -> Iterator[Person]:
    """Yield whom one rule names, through whatever gateway; if nobody, whom it lets in."""
    people = [
        person for condition in rule.conditions or () for person in _people(condition, settings)
    ]
    yield from people or _let_in(rule, settings, gateways)


def _let_in(rule: Rule, settings: Settings, gateways: Sequence[str]) -> Iterator[Person]:
    """Yield whom one rule lets in."""
    conditions = [
        one for one in rule.conditions or () if not _holds_for_all(one, settings, gateways)
    ]
    if not _is_open_to_gateways(rule, gateways) or any(map(_is_about_peers, conditions)):
        return
    # With several names to meet at once, whoever is named in one of them is shown.
    people = [person for condition in conditions for person in _people(condition, settings)]
    if people:
        yield from people
    elif not conditions and not _is_limited(rule):
        yield Person("User", ANYBODY)


# from


def _is_open_to_gateways(rule: Rule, gateways: Sequence[str]) -> bool:
    """Whether requests that a gateway passes on can meet a rule."""
    if not rule.senders:
        return True
    sources = [sender.source or Source() for sender in rule.senders]
    return any(_admits(source, gateway) for source in sources for gateway in gateways)


def _admits(source: Source, gateway: str) -> bool:
    namespace, account = place_of(gateway)
    return (
        _meets(gateway, source.principals, source.not_principals)
        and _meets(namespace, source.namespaces, source.not_namespaces)
        and _meets(f"{namespace}/{account}", source.service_accounts, None)
    )


def _meets(text: str, patterns: Iterable[str] | None, excluded: Iterable[str] | None) -> bool:
    wanted = not patterns or any(matches(pattern, text) for pattern in patterns)
    return wanted and not any(matches(pattern, text) for pattern in excluded or ())


def place_of(principal: str) -> tuple[str, str]:
    """Return the namespace and the ServiceAccount in `cluster.local/ns/NAMESPACE/sa/NAME`."""
    _, _, place = principal.partition("/ns/")
    namespace, _, account = place.partition("/sa/")
    return namespace, account


# to


def _is_limited(rule: Rule) -> bool:
    """Whether a rule is for some addresses only, or for requests that open no page of a notebook server."""
    sources = [sender.source or Source() for sender in rule.senders or ()]
    if sources and all(source.ip_blocks or source.remote_ip_blocks for source in sources):
        return True
    operations = [operation.operation or Operation() for operation in rule.operations or ()]
    return bool(operations) and not any(map(_opens_pages, operations))


def _opens_pages(operation: Operation) -> bool:
    return (
        _meets("GET", operation.methods, None)
        and _meets(_NOTEBOOK_PORT, operation.ports, None)
        and (not operation.paths or any(path in _EVERY_PATH for path in operation.paths))
    )


# when


def _holds_for_all(condition: When, settings: Settings, gateways: Sequence[str]) -> bool:
    """Whether a condition keeps next to nobody out: it only excludes, or a gateway or any text meets it."""
    values = condition.values or ()
    if not values or ANYBODY in values:
        return True
    if condition.key == _PEER:
        return any(_meets(gateway, values, None) for gateway in gateways)
    if condition.key == _PEERS_NAMESPACE:
        return any(_meets(place_of(gateway)[0], values, None) for gateway in gateways)
    if condition.key.lower() == _header(settings):
        return any(_covers(value, settings.userid_prefix) for value in values)
    return False


def _covers(value: str, prefix: str) -> bool:
    """Whether a value stands for every name after a prefix."""
    return value.endswith("*") and prefix.startswith(value[:-1])


def _is_about_peers(condition: When) -> bool:
    return condition.key in (_PEER, _PEERS_NAMESPACE)


def _names_people(condition: When, settings: Settings) -> bool:
    return condition.key == _claim(settings) or condition.key.lower() == _header(settings)


def _people(condition: When, settings: Settings) -> Iterator[Person]:
    values = condition.values or ()
    if condition.key == _claim(settings):
        yield from (Person("Group", value) for value in values)
    elif condition.key.lower() == _header(settings):
        for value in values:
            yield from (
                Person("User", name) for name in _without_prefix(value, settings.userid_prefix)
            )
    elif condition.key.startswith("request.auth.claims["):  # such as an e-mail address
        yield from (Person("User", value) for value in values)


def _without_prefix(value: str, prefix: str) -> Iterator[str]:
    """Yield the names that a value stands for; one without the prefix is in nobody's header."""
    if value.startswith(prefix):
        yield value.removeprefix(prefix)
    elif value.startswith("*"):
        yield value
        yield from (value[end:] for end in range(2, len(value)) if prefix.endswith(value[1:end]))


def _gateways_of(rules: Iterable[Rule], settings: Settings) -> frozenset[str]:
    header = _header(settings)
    return frozenset(
        principal
        for rule in rules
        if any(condition.key.lower() == header for condition in rule.conditions or ())
        for principal in principals_of(rule)
    )


def _known_gateways(rules: Iterable[Rule], settings: Settings) -> tuple[str, ...]:
    """Return the gateways of the settings, and some of those that an owner's policy names: a controller writes two.

    Each rule is compared with each of them, so somebody who writes thousands of both must not make
    a run wait.
    """
    named = sorted(_gateways_of(rules, settings))[:_MOST_GATEWAYS]
    return (*settings.gateways, *named)


def _header(settings: Settings) -> str:
    """Return the key of the user-id header in lower case: names of headers are the same in any case."""
    return f"request.headers[{settings.userid_header}]".lower()


def _claim(settings: Settings) -> str:
    return f"request.auth.claims[{settings.groups_claim}]"
