"""Whom one rule of an AuthorizationPolicy names or lets in, as Istio reads it. Pure.

Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, product, starmap
from operator import attrgetter

from profiles_management.kubeflow.objects.policy_spec import (
    CLAIM,
    Operation,
    Rule,
    Source,
    When,
    listed,
)
from profiles_management.kubeflow.settings import Settings
from profiles_management.reconcile.plan import Person

ANYBODY = "*"

_KEY = attrgetter("key")
_NOTEBOOK_PORT = "8888"
_MOST_GATEWAYS = 8
_EVERY_PATH = frozenset({"*", "/*", "/{**}"})


def required_person(rule: Rule, settings: Settings) -> Person | None:
    """Return the one user or group that a condition of a rule requires; None for several."""
    for condition in rule.when:
        people = list(_identified(condition, settings))
        if len(people) == 1 and not has_wildcard(people[0].name):
            return people[0]
    return None


def named_or_let_in(rule: Rule, settings: Settings, gateways: Sequence[str]) -> Iterator[Person]:
    """Yield the people whom a rule names, through any gateway; if none, those whom it lets in."""
    named = _named_in(rule.when, settings)
    yield from named or let_in(rule, settings, gateways)


def let_in(rule: Rule, settings: Settings, gateways: Sequence[str]) -> Iterator[Person]:
    """Yield the people whom a rule lets in through some gateways."""
    if not _is_open_to_gateways(rule, gateways):
        return
    conditions = [when for when in rule.when if not _holds_for_all(when, settings, gateways)]
    if not _ABOUT_GATEWAYS.keys().isdisjoint(map(_KEY, conditions)):
        return
    # Where a request must have several names at once, everybody named in any of them is shown.
    yield from _named_in(conditions, settings)
    if not conditions and not _is_limited(rule):
        yield Person("User", ANYBODY)


def known_gateways(rules: Iterable[Rule], settings: Settings) -> tuple[str, ...]:
    """Return the gateways of the settings, and some of those that an owner's policy names.

    The profile controller writes two. Each rule is compared with each gateway, so a policy with
    thousands of rules and gateways must not delay a run.
    """
    named: set[str] = set()
    for rule in rules:
        if any(is_user_header(key, settings) for key in map(_KEY, rule.when)):
            named.update(rule.principals)
    return (*settings.gateways, *sorted(named)[:_MOST_GATEWAYS])


def is_user_header(condition_key: str, settings: Settings) -> bool:
    """Return whether a condition is about the user-id header; names of headers ignore case."""
    return condition_key.lower() == _header(settings)


# values


def has_wildcard(text: str) -> bool:
    """Return whether a value begins or ends with `*`, which matches any text."""
    return "*" in (text[:1], text[-1:])


def matches(pattern: str, text: str) -> bool:
    """Return whether a value of a policy matches a text; see has_wildcard."""
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return pattern == text


def place_of(principal: str) -> tuple[str, str]:
    """Return the namespace and the ServiceAccount in `cluster.local/ns/NAMESPACE/sa/NAME`."""
    _, _, place = principal.partition("/ns/")
    namespace, _, account = place.partition("/sa/")
    return namespace, account


def _namespace_of(principal: str) -> str:
    return place_of(principal)[0]


# The keys of conditions on the sender, and what they compare of a gateway's principal.
_ABOUT_GATEWAYS: Mapping[str, Callable[[str], str]] = {
    "source.principal": str,
    "source.namespace": _namespace_of,
}


def _any_matches(text: str, patterns: Sequence[str] | None) -> bool:
    return any(matches(pattern, text) for pattern in listed(patterns))


def _admits(text: str, patterns: Sequence[str] | None) -> bool:
    """Return whether a field with these values admits a text: an empty field admits every text."""
    return not patterns or _any_matches(text, patterns)


# from


def _is_open_to_gateways(rule: Rule, gateways: Sequence[str]) -> bool:
    """Return whether requests that a gateway forwards can match a rule."""
    return any(starmap(_admits_gateway, product(rule.sources, gateways)))


def _admits_gateway(source: Source, gateway: str) -> bool:
    namespace, account = place_of(gateway)
    excluded = (gateway, source.not_principals), (namespace, source.not_namespaces)
    required = (
        (gateway, source.principals),
        (namespace, source.namespaces),
        (f"{namespace}/{account}", source.service_accounts),
    )
    if any(starmap(_any_matches, excluded)):
        return False
    return all(starmap(_admits, required))


# to


def _is_limited(rule: Rule) -> bool:
    """Return whether a rule is for some addresses only, or opens no page of a notebook server."""
    if all(source.is_limited_by_address for source in rule.sources):
        return True
    return not any(map(_opens_pages, rule.requests))


def _opens_pages(operation: Operation) -> bool:
    """Return whether an operation covers every page of a notebook server."""
    if _EVERY_PATH.isdisjoint(operation.paths or _EVERY_PATH):
        return False
    required = ("GET", operation.methods), (_NOTEBOOK_PORT, operation.ports)
    return all(starmap(_admits, required))


# when


def _holds_for_all(condition: When, settings: Settings, gateways: Sequence[str]) -> bool:
    """Return whether a condition excludes almost nobody.

    It only excludes some values, or a gateway matches it, or any name does.
    """
    values = condition.texts or (ANYBODY,)
    if ANYBODY in values:
        return True
    if is_user_header(condition.key, settings):
        return any(_covers(value, settings.userid_prefix) for value in values)
    compared = _ABOUT_GATEWAYS.get(condition.key)
    if compared is None:
        return False
    return any(_any_matches(compared(gateway), values) for gateway in gateways)


def _covers(value: str, prefix: str) -> bool:
    """Return whether a value matches every name after a prefix."""
    return value.endswith("*") and prefix.startswith(value[:-1])


def _named_in(conditions: Iterable[When], settings: Settings) -> list[Person]:
    """Return the people whom conditions name, by the user-id header or by any claim."""
    named = (_named(condition, settings) for condition in conditions)
    return [*chain.from_iterable(named)]


def _named(condition: When, settings: Settings) -> Iterator[Person]:
    """Yield the people whom a condition names by the user-id header or by any claim."""
    yield from _identified(condition, settings)
    if condition.key.startswith(CLAIM) and condition.key != _groups_claim(settings):
        yield from _people("User", condition.texts)  # by an e-mail address, for example


def _identified(condition: When, settings: Settings) -> Iterator[Person]:
    """Yield the groups and users that a condition names as the settings identify them."""
    if condition.key == _groups_claim(settings):
        yield from _people("Group", condition.texts)
    elif is_user_header(condition.key, settings):
        for value in condition.texts:
            yield from _people("User", _without_prefix(value, settings.userid_prefix))


def _people(kind: str, names: Iterable[str]) -> list[Person]:
    return [Person(kind, name) for name in names]


def _without_prefix(value: str, prefix: str) -> Iterator[str]:
    """Yield the names that a header's value means; none where it lacks the prefix of all names."""
    if value.startswith(prefix):
        yield value.removeprefix(prefix)
    elif value.startswith("*"):
        yield value
        yield from _behind_wildcard(value, prefix)


def _behind_wildcard(value: str, prefix: str) -> Iterator[str]:
    """Yield the names that are left where `*` stands for the beginning of the prefix."""
    for end in range(2, len(value)):
        if prefix.endswith(value[1:end]):
            yield value[end:]


def _header(settings: Settings) -> str:
    """Return the key of a condition on the user-id header, in lower case."""
    return f"request.headers[{settings.userid_header}]".lower()


def _groups_claim(settings: Settings) -> str:
    return f"{CLAIM}{settings.groups_claim}]"
