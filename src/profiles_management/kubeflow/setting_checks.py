"""Checks of settings: what a setting may contain, and what is wrong with another value. Pure.

A check returns text that continues the name of a setting, such as `is 3.0. Give a share from 0 to
1.` after `brake_share`; it returns '' for a valid value.

Sources: principals by
https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source, headers by
RFC 9110 (field-name), ClusterRoles by kubernetes, pkg/apis/rbac/validation (path segment names).
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeGuard

from profiles_management.pmr import names
from profiles_management.pmr.names import quoted, shortened
from profiles_management.pmr.rules import is_ours

Check = Callable[[Any], str]

ROLES = ("admin", "edit", "view")

_WRAPPING = frozenset("\"'`\u2018\u2019\u201c\u201d[]{}()<>")
_NOT_IN_ROLES = _WRAPPING | set("/%, =")
_SCHEME = re.compile(r"\w+://")
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_DOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_TRUST_DOMAIN = "[a-z0-9]([a-z0-9._-]*[a-z0-9])?"
_PRINCIPAL = re.compile(
    rf"(\*|{_TRUST_DOMAIN})/ns/{_LABEL}/sa/({_DOMAIN}|([a-z0-9][a-z0-9.-]*)?\*)"
)
_PRINCIPAL_FORM = "TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT"
_NAME_PATTERN = re.compile(r"[a-z0-9*?]([a-z0-9*?-]*[a-z0-9*?])?")
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HEADER_KEY = re.compile(r"request\.headers\[(.*)\]")
_CLAIM = re.compile(r"[^\s\[\]{}\"'*,]+")
_CLAIM_KEY = re.compile(r"request\.auth\.claims\[([^\[\]]+)\]")


def split(text: str) -> tuple[str, ...]:
    """Return the entries of a list, which commas separate: in an option, a variable, the charm."""
    entries = map(str.strip, text.split(","))
    return tuple(filter(None, entries))


def roles_in(entries: Iterable[str]) -> dict[str, str]:
    """Return the ClusterRole of each role, of entries such as `edit=my-edit`.

    Raises:
        ValueError: an entry has another form, or a role is named twice; says what to write.
    """
    cluster_roles: dict[str, str] = {}
    for entry in entries:
        role, _, name = (part.strip() for part in entry.partition("="))
        if name and role not in ROLES:
            known = " or ".join(f"{known}={name}" for known in ROLES)
            raise ValueError(
                f"{quoted(role)} is not a role. Write {known}: a role and its ClusterRole."
            )
        if not name or not role:
            raise ValueError(
                f"{quoted(entry)} does not name a role and a ClusterRole. Write it as edit=my-edit."
            )
        if role in cluster_roles:
            raise ValueError(f"{role} is named twice. Name one ClusterRole for it.")
        cluster_roles[role] = name
    return cluster_roles


# faults


class _Fault(NamedTuple):
    """A way in which a text is wrong.

    Attributes:
        is_in: whether a text is wrong like this.
        what: what is wrong; `{quoted}` and `{bare}` stand for the text, in quotation marks or not.
        remedy: what to do, one sentence or more.
    """

    is_in: Callable[[str], object]
    what: str
    remedy: str

    def text(self, value: str) -> str:
        """Return what is wrong with a text, and what to do."""
        what = self.what.format(quoted=quoted(value), bare=shortened(value))
        return f"{what}. {self.remedy}"


def _first(faults: Iterable[_Fault], value: str) -> str:
    """Return the first of these faults that a text has, '' for none."""
    for fault in faults:
        if fault.is_in(value):
            return fault.text(value)
    return ""


def _has_invisible(value: str) -> bool:
    return not value.isprintable()


def _has_any(characters: Iterable[str]) -> Callable[[str], object]:
    """Return a function that finds out whether a text has one of some characters."""
    return frozenset(characters).intersection


# numbers


def seconds(lowest: float, longest: float, remedy: str, *, optional: bool = False) -> Check:
    """Return a check of a duration.

    Args:
        lowest, longest: the range, both included.
        remedy: what to give, after "Give seconds".
        optional: whether None is valid too.
    """

    def check(value: object) -> str:
        is_left_out = optional and value is None
        if is_left_out or _is_between(value, lowest, longest):
            return ""
        return f"is {_number(value)}. Give seconds {remedy}."

    return check


def share(value: object) -> str:
    """Check a share."""
    if _is_between(value, 0, 1):
        return ""
    return f"is {_number(value)}. Give a share from 0 to 1, such as 0.5."


def whole(lowest: int, highest: float, remedy: str) -> Check:
    """Return a check of a whole number; `remedy` is what to give."""

    def check(value: object) -> str:
        if isinstance(value, int) and _is_between(value, lowest, highest):
            return ""
        return f"is {_number(value)}. Give {remedy}."

    return check


def _number(value: object) -> str:
    """Return a refused number as it was given: 50, where an option has made 50.0 of it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _is_between(value: object, lowest: float, highest: float) -> bool:
    """Whether a value is a number in a range.

    True and False are no numbers, though Python's int.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return lowest <= value <= highest and value not in {math.inf, -math.inf}


# choices


def flag(value: object) -> str:
    """Check a truth value."""
    if isinstance(value, bool):
        return ""
    return f"is {value!r}. Give True or False."


def choice(*choices: str) -> Check:
    """Return a check that a value is one of some words."""
    *others, last = choices
    remedy = f"{', '.join(others)} or {last}"

    def check(value: object) -> str:
        if value in choices:
            return ""
        return f"is {value!r}. Give {remedy}."

    return check


# words


def word(check: Callable[[str], str]) -> Check:
    """Return a check of a single text."""

    def check_word(value: object) -> str:
        if isinstance(value, str):
            return check(value)
        return f"is {value!r}. Give text."

    return check_word


def header(value: str) -> str:
    """Check the name of an HTTP header."""
    if not value:
        return "is empty. Name the header, such as kubeflow-userid."
    if _HEADER.fullmatch(value):
        return ""
    key = _HEADER_KEY.fullmatch(value)
    name = (key[1] if key else value).strip(" \t\r\n:\"'[]")
    remedy = _write(name, _HEADER, "Use letters, digits, - and _.")
    return f"is not the name of a header: {quoted(value)}. {remedy}"


def prefix(value: str) -> str:
    """Check the text before a user's name in a header."""
    return _first(_PREFIX_FAULTS, value)


def _is_in_quotation_marks(value: str) -> bool:
    return value[:1] in {'"', "'"} and value.endswith(value[:1])


def _begins_with_space(value: str) -> bool:
    return value != value.lstrip()


def _begins_with_wildcard(value: str) -> bool:
    return value.startswith("*")


_PREFIX_FAULTS = (
    _Fault(
        _has_invisible, "has a character that cannot be seen: {quoted}", "Type it again by hand."
    ),
    _Fault(_is_in_quotation_marks, "has quotation marks: {bare}", "Write it without them."),
    _Fault(
        _begins_with_wildcard,
        "begins with a wildcard to Istio: {quoted}",
        "Write what is before the user's name.",
    ),
    _Fault(_begins_with_space, "begins with white space: {quoted}", "Remove it."),
)


def claim(value: str) -> str:
    """Check the name of a claim of a token."""
    if not value:
        return "is empty. Name the claim, such as groups."
    if key := _CLAIM_KEY.fullmatch(value):
        return f"is more than the name of a claim: {quoted(value)}. Write: {key[1]}"
    return _first(_CLAIM_FAULTS, value)


def _is_nested_claim(value: str) -> bool:
    """Whether it is written as a path, such as `realm.groups`; a claim may be named by a URL."""
    has_dots = "." in value and "://" not in value
    is_path = has_dots or "[" in value
    return is_path and _NEITHER_BRACKETS.isdisjoint(value)


def _is_no_claim(value: str) -> bool:
    return not _CLAIM.fullmatch(value) or not value.isprintable()


_NEITHER_BRACKETS = _WRAPPING - {"[", "]"}
_CLAIM_FAULTS = (
    _Fault(
        _is_nested_claim,
        "is a nested claim, which is not supported: {quoted}",
        "Have the identity provider write the groups to a claim of their own, such as groups.",
    ),
    _Fault(
        _is_no_claim,
        "is not the name of a claim: {quoted}",
        "Write it as it is in the token, such as groups.",
    ),
)


def waypoint(value: str) -> str:
    """Check the name of a Gateway; '' is none."""
    if not value or names.is_dns_subdomain(value):
        return ""
    what = f"is not the name of a Gateway: {quoted(value)}"
    remedy = "Use only a-z, 0-9, - and ."
    if "/" in value:
        return f"{what}. It is searched for in the namespace of each profile. {remedy}"
    return f"{what}. {remedy}"


def instance(value: str) -> str:
    """Check the name of an installation."""
    if not value:
        return "is empty. Give it a name, such as default."
    return label(value)


def label(value: str) -> str:
    """Check the value of a label."""
    if names.is_label_value(value):
        return ""
    what = f"is not the value of a label: {quoted(value)}"
    return f"{what}. Use at most 63 letters, digits, -, _ and ."


def anything(_: str) -> str:
    """Accept every text."""
    return ""


# lists


def entries(check: Callable[[str], str], needed: str = "") -> Check:
    """Return a check of a list; `needed` is what to name where it may not be empty."""

    def check_entries(value: object) -> str:
        if not _is_list(value):
            return f"is {quoted(str(value))}. Give a list."
        given = list(value)
        if isinstance(value, (set, frozenset)):
            given.sort(key=str)  # the same message each time
        if needed and not given:
            return f"is empty. {needed}"
        return next(_wrong_entries(given, check), "")

    return check_entries


def _is_list(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, Iterable) and not isinstance(value, (str, Mapping))


def _wrong_entries(given: Iterable[object], check: Callable[[str], str]) -> Iterator[str]:
    """Yield what is wrong with the entries of a list."""
    for entry in given:
        if not isinstance(entry, str) or not entry.strip():
            yield "has an empty entry. Remove it."
        elif fault := _first(_ENTRY_FAULTS, entry) or check(entry):
            yield fault


def _is_more_than_one(entry: str) -> bool:
    separators = {",", " "}
    return not separators.isdisjoint(entry.strip()) or not entry.isprintable()


_ENTRY_FAULTS = (
    _Fault(
        _has_any(_WRAPPING),
        "has quotation marks or brackets: {bare}",
        "Write bare entries, separated by commas.",
    ),
    _Fault(
        _is_more_than_one,
        "has white space or a comma in an entry: {quoted}",
        "Separate entries by commas.",
    ),
)


def principal(entry: str) -> str:
    """Check the principal of a workload."""
    if scheme := _SCHEME.match(entry):
        return f"has an entry with a scheme: {quoted(entry)}. Write: {entry[scheme.end() :]}"
    if _PRINCIPAL.fullmatch(entry):
        return ""
    if "*" in entry:
        what = f"has an entry that lets too many workloads act as any user: {quoted(entry)}"
        where = "with * only for the trust domain or at the end of the account"
        return f"{what}. Write: {_PRINCIPAL_FORM}, {where}"
    remedy = _write(entry.lower(), _PRINCIPAL, f"Write: {_PRINCIPAL_FORM}")
    return f"has an entry that is not a principal: {quoted(entry)}. {remedy}"


def name_pattern(entry: str) -> str:
    """Check a pattern of the names of profiles or namespaces."""
    if len(entry) <= names.LONGEST_LABEL and _NAME_PATTERN.fullmatch(entry):
        return ""
    otherwise = "Use a-z, 0-9, - and the wildcards * and ?."
    remedy = _write(entry.lower(), _NAME_PATTERN, otherwise)
    return f"has an entry that no name of a namespace matches: {quoted(entry)}. {remedy}"


def key(entry: str) -> str:
    """Check the key of a label or annotation, or a pattern of keys."""
    if is_ours(entry):
        return f"has an entry that is reserved for this program: {quoted(entry)}. Remove it."
    if names.is_qualified(entry.replace("*", "x").replace("?", "x")):
        return ""
    what = f"has an entry that is not a key of a label or annotation: {quoted(entry)}"
    example = "pod-security.kubernetes.io"
    return f"{what}. Write keys such as {example}/enforce, or patterns such as {example}/*."


def _write(better: str, form: re.Pattern[str], otherwise: str) -> str:
    """Return the advice to write a better value, if it has the form, or else other advice."""
    return f"Write: {better}" if form.fullmatch(better) else otherwise


# roles


def roles(value: object) -> str:
    """Check the ClusterRole of each role; None is valid."""
    if value is None:
        return ""
    if not isinstance(value, Mapping) or set(value) != set(ROLES):
        return "must name a ClusterRole for each of admin, edit and view."
    for name in value.values():
        if not _is_cluster_role(name):
            what = f"has a name that no ClusterRole has: {quoted(str(name))}"
            return f"{what}. To list them: kubectl get clusterroles"
    if len(set(value.values())) < len(ROLES):
        return "names one ClusterRole for two roles, so these roles would be the same. Name three."
    return ""


def _is_cluster_role(name: object) -> bool:
    if not isinstance(name, str) or name in {"", ".", ".."}:
        return False
    has_length = len(name) <= names.LONGEST_DOMAIN
    return has_length and name.isprintable() and _NOT_IN_ROLES.isdisjoint(name)
