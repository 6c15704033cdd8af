"""Whom an AuthorizationPolicy lets in, and how to change it so that it lets in fewer people. Pure.

Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

import msgspec

from profiles_management.kubeflow.objects.policy_rules import (
    ANYBODY,
    is_user_header,
    known_gateways,
    let_in,
    named_or_let_in,
    required_person,
)
from profiles_management.kubeflow.objects.policy_spec import (
    ALLOWS,
    Rule,
    as_data,
    decode,
    listed,
    rules_of,
)
from profiles_management.kubeflow.settings import Settings
from profiles_management.reconcile.plan import Person

_RuleData = dict[str, Any]


def sole_person(spec: bytes, settings: Settings) -> Person | None:
    """Return the one person whom a policy lets in: each of its rules requires that user or group.

    Args:
        spec: the policy's spec as JSON.
        settings: the header and the claim that identify people.

    Returns:
        None where the policy lets in several people, anybody, or nobody.
    """
    people = {required_person(rule, settings) for rule in rules_of(spec)}
    return people.pop() if len(people) == 1 else None


def people_let_in(spec: bytes, settings: Settings) -> tuple[Person, ...]:
    """Return the people whom a policy lets in, sorted; names may begin or end with `*`.

    A person whom a rule names gets in for some requests at least, whatever else the rule requires.
    A rule that names nobody and lets a gateway open any page lets anybody in:
    `Person("User", "*")`.
    """
    of_rule = partial(let_in, settings=settings, gateways=settings.gateways)
    return tuple(sorted(_people(rules_of(spec), of_rule)))


def people_of_owners_policy(spec: bytes, settings: Settings) -> tuple[Person, ...]:
    """Return the people whom an owner's policy lets in, sorted: everybody whom any rule names.

    The gateways of these rules count as gateways, because the profile controller knows them. A
    policy that is not for every workload of the namespace, or does not allow, leaves workloads open
    to anybody; no profile controller writes such a policy.
    """
    decoded = decode(spec)
    gateways = known_gateways(decoded.entries, settings)
    of_rule = partial(named_or_let_in, settings=settings, gateways=gateways)
    people = _people(decoded.entries, of_rule)
    if decoded.action not in ALLOWS or decoded.selector:
        people.add(Person("User", ANYBODY))
    return tuple(sorted(people))


def patch_for_only(users: Collection[str], spec: bytes, settings: Settings) -> dict[str, Any]:
    """Return the merge patch after which an owner's policy lets in these users only.

    Rules that let others in are removed; where a rule names these users among others, the others
    are removed. The rest stays as the profile controller wrote it, such as rules for programs.
    """
    gateways = known_gateways(decode(spec).entries, settings)
    of_rule = partial(named_or_let_in, settings=settings, gateways=gateways)
    values = {settings.userid_prefix + user for user in users}
    allowed = {Person("User", user) for user in users}

    def lets_in_users_only(rule: _RuleData) -> bool:
        return allowed.issuperset(of_rule(msgspec.convert(rule, Rule)))

    rules = [_narrowed(rule, values, settings) for rule in _rules_as_data(spec)]
    return {"action": None, "selector": None, "rules": [*filter(lets_in_users_only, rules)]}


def rules_without(
    spec: bytes, counts: Callable[[Person], bool], settings: Settings
) -> list[dict[str, Any]]:
    """Return the rules of a policy, as data, that let in nobody for whom `counts` is true."""
    of_rule = partial(let_in, settings=settings, gateways=settings.gateways)
    rules = zip(_rules_as_data(spec), decode(spec).entries, strict=True)
    return [data for data, rule in rules if not any(map(counts, of_rule(rule)))]


def _people(rules: Iterable[Rule], of_rule: Callable[[Rule], Iterable[Person]]) -> set[Person]:
    """Return the people of all rules."""
    return {person for rule in rules for person in of_rule(rule)}


def is_closed(spec: bytes) -> bool:
    """Return whether a policy lets nobody in anywhere in its namespace."""
    try:
        return msgspec.json.decode(spec or b"{}") in ({}, {"action": "ALLOW"})
    except (ValueError, RecursionError):
        return False


def _rules_as_data(spec: bytes) -> list[_RuleData]:
    """Return every rule as data, in the order of `decode(spec).entries`."""
    return [rule or {} for rule in listed(as_data(spec).get("rules"))]


def _narrowed(rule: _RuleData, values: Collection[str], settings: Settings) -> _RuleData:
    """Return a rule whose conditions on the user-id header name some values only."""
    if not rule.get("when"):
        return rule
    conditions = [_narrowed_condition(when, values, settings) for when in rule["when"]]
    return {**rule, "when": conditions}


def _narrowed_condition(
    condition: dict[str, Any], values: Collection[str], settings: Settings
) -> dict[str, Any]:
    """Return a condition on the user-id header with some of its values, if it has any of them."""
    kept = [value for value in listed(condition.get("values")) if value in values]
    if not kept or not is_user_header(str(condition.get("key", "")), settings):
        return condition
    return {**condition, "values": kept}
