"""What an AuthorizationPolicy lets in, as Istio reads it: which people, and through which gateways. Pure.

Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from profiles_management.kubeflow.settings import Settings
from profiles_management.reconcile.plan import Person

ANYBODY = "*"


class _Source(msgspec.Struct, gc=False, rename="camel"):
    principals: list[str] | None = None


class _From(msgspec.Struct, gc=False):
    source: _Source | None = None


class _When(msgspec.Struct, gc=False, rename="camel"):
    key: str = ""
    values: list[str] | None = None
    not_values: list[str] | None = None


class _Rule(msgspec.Struct, gc=False, rename={"senders": "from", "operations": "to", "conditions": "when"}):
    senders: list[_From] | None = None
    operations: list[msgspec.Raw] | None = None
    conditions: list[_When] | None = None


class _Spec(msgspec.Struct, gc=False):
    action: str = "ALLOW"
    rules: list[_Rule | None] | None = None


_DECODER = msgspec.json.Decoder(_Spec)


def sole_person(spec: bytes, settings: Settings) -> Person | None:
    """Return the one person whom a policy lets in: each of its rules asks for exactly that user or group.

    Args:
        spec: the policy's spec as JSON.

    Returns:
        None where it lets in several people, anybody, or nobody.
    """
    rules = _rules(spec)
    people = {_required(rule, settings) for rule in rules}
    return people.pop() if len(people) == 1 else None


def people_let_in(spec: bytes, settings: Settings) -> tuple[Person, ...]:
    """Return whom a policy lets in by name, sorted; a name may begin or end with `*`, which stands for any text.

    A rule that asks for nobody's name and is not limited to paths or other workloads lets anybody in:
    `Person("User", "*")`.
    """
    found = {person for rule in _rules(spec) for person in _named(rule, settings)}
    return tuple(sorted(found))


def gateways_of(spec: bytes, settings: Settings) -> frozenset[str]:
    """Return the principals through which a policy lets in whom its rules name by the user-id header."""
    header = _header(settings)
    return frozenset(
        principal
        for rule in _rules(spec)
        if any(condition.key.lower() == header for condition in rule.conditions or ())
        for principal in _principals(rule)
    )


def matches(pattern: str, text: str) -> bool:
    """Return whether a value of a policy stands for a text: `*` at its beginning or end stands for any text."""
    if pattern == ANYBODY:
        return True
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return pattern == text


def _rules(spec: bytes) -> Sequence[_Rule]:
    """Return the rules of a policy that allows; a spec of another shape, which no API server stores, has none."""
    try:
        decoded = _DECODER.decode(spec or b"{}")
    except (msgspec.DecodeError, RecursionError):
        return ()
    if decoded.action != "ALLOW":
        return ()
    return [rule or _Rule() for rule in decoded.rules or ()]


def _required(rule: _Rule, settings: Settings) -> Person | None:
    for condition in rule.conditions or ():
        names = list(_people(condition, settings))
        if len(names) == 1 and "*" not in (names[0].name[:1], names[0].name[-1:]):
            return names[0]
    return None


def _named(rule: _Rule, settings: Settings) -> Iterator[Person]:
    """Yield whom one rule lets in. All conditions have to be met, so one about anything else keeps people out."""
    conditions = rule.conditions or ()
    if not _open_to_gateways(rule, settings):
        return
    if not conditions:
        yield Person("User", ANYBODY)
    elif all(_is_about_people(condition, settings) for condition in conditions):
        # With several conditions a person has to meet all; whoever is named in one of them is shown.
        for condition in conditions:
            yield from _people(condition, settings)


def _open_to_gateways(rule: _Rule, settings: Settings) -> bool:
    """Whether requests that a gateway passes on can meet a rule: it is not limited to paths or to other workloads."""
    if rule.operations:
        return False
    if not rule.senders:
        return True
    patterns = list(_principals(rule))
    if any(sender.source is None or not sender.source.principals for sender in rule.senders):
        return False
    return any(matches(pattern, gateway) for pattern in patterns for gateway in settings.gateways)


def _is_about_people(condition: _When, settings: Settings) -> bool:
    is_named = condition.key.lower() == _header(settings) or condition.key == _claim(settings)
    return is_named and bool(condition.values)


def _people(condition: _When, settings: Settings) -> Iterator[Person]:
    values = condition.values or ()
    if condition.key == _claim(settings):
        yield from (Person("Group", value) for value in values)
    elif condition.key.lower() == _header(settings):
        prefix = settings.userid_prefix
        for value in values:
            # A value without the prefix is in nobody's header, unless it stands for any text at its beginning.
            if value.startswith((prefix, "*")):
                yield Person("User", value.removeprefix(prefix))


def _principals(rule: _Rule) -> Iterator[str]:
    for sender in rule.senders or ():
        yield from _listed(sender.source)


def _listed(source: _Source | None) -> Iterable[str]:
    return source.principals or () if source is not None else ()


def _header(settings: Settings) -> str:
    """Return the key of the user-id header in lower case: names of headers are the same in any case."""
    return f"request.headers[{settings.userid_header}]".lower()


def _claim(settings: Settings) -> str:
    return f"request.auth.claims[{settings.groups_claim}]"
