"""The form of each setting: what it may contain, and what is wrong with another value. Pure.

A complaint continues the name of a setting: `brake_share` + `is 3.0. Give a share from 0 to 1.`

Sources: principals by
https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source, headers by
RFC 9110 (field-name), ClusterRoles by kubernetes, pkg/apis/rbac/validation (path segment names).
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from profiles_management.pmr import names
from profiles_management.pmr.names import quoted, shortened
from profiles_management.pmr.rules import is_ours

Check = Callable[[Any], str]

ROLES = ("admin", "edit", "view")
_MOST_WRITERS = 256  # each is a thread
_MOST_OBJECTS = 1_000_000
_LONGEST_DEADLINE = 604_800  # seconds: a week
_LONGEST_REQUEST = 3_600  # seconds

_WRAPPING = frozenset("\"'`\u2018\u2019\u201c\u201d[]{}()<>")
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
    return tuple(filter(None, (entry.strip() for entry in text.split(","))))


def roles_in(entries: Iterable[str]) -> dict[str, str]:
    """Return the ClusterRole of each role, of entries such as `edit=my-edit`.

    Raises:
        ValueError: an entry has another form, or a role is named twice; says what to write.
    """
    found: dict[str, str] = {}
    for entry in entries:
        role, _, name = (part.strip() for part in entry.partition("="))
        if role not in ROLES or not name:
            raise ValueError(
                f"{quoted(entry)} names no role and ClusterRole. Write it as edit=my-edit."
            )
        if role in found:
            raise ValueError(f"{role} is named twice. Name one ClusterRole for it.")
        found[role] = name
    return found


def complaint(setting: str, value: object) -> str:
    """Return what is wrong with the value of a setting and what to write; '' where nothing is."""
    return _CHECKS[setting](value)


def pattern_complaint(patterns: Iterable[str]) -> str:
    """Return what is wrong with patterns of the names of profiles or namespaces."""
    return _entries(_name_pattern)(tuple(patterns))


# numbers


def _number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _seconds(lowest: float, longest: float, remedy: str) -> Check:
    """Return a check of a duration."""

    def check(value: Any) -> str:  # noqa: ANN401
        fits = _number(value) and lowest <= value <= longest
        return "" if fits else f"is {value}. Give seconds {remedy}."

    return check


def _deadline(value: Any) -> str:  # noqa: ANN401
    return (
        ""
        if value is None
        else _seconds(0, _LONGEST_DEADLINE, f"from 0 to {_LONGEST_DEADLINE:,}")(value)
    )


def _share(value: Any) -> str:  # noqa: ANN401
    fits = _number(value) and 0 <= value <= 1
    return "" if fits else f"is {value}. Give a share from 0 to 1, such as 0.5."


def _whole(lowest: int, highest: float, remedy: str) -> Check:
    def check(value: Any) -> str:  # noqa: ANN401
        fits = isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest
        return "" if fits else f"is {value}. Give {remedy}."

    return check


# choices


def _flag(value: Any) -> str:  # noqa: ANN401
    return "" if isinstance(value, bool) else f"is {value!r}. Give True or False."


def _choice(*choices: str) -> Check:
    *others, last = choices
    remedy = f"{', '.join(others)} or {last}"

    def check(value: Any) -> str:  # noqa: ANN401
        return "" if value in choices else f"is {value!r}. Give {remedy}."

    return check


# words


def _word(check: Check) -> Check:
    """Return a check of a single text."""

    def checked(value: Any) -> str:  # noqa: ANN401
        return check(value) if isinstance(value, str) else f"is {value!r}. Give text."

    return checked


def _header(value: str) -> str:
    if not value:
        return "is empty. Name the header, such as kubeflow-userid."
    if _HEADER.fullmatch(value):
        return ""
    key = _HEADER_KEY.fullmatch(value)
    better = (key[1] if key else value).strip(" \t\r\n:\"'[]")
    remedy = f"Write: {better}" if _HEADER.fullmatch(better) else "Use letters, digits, - and _."
    return f"is not the name of a header: {quoted(value)}. {remedy}"


def _prefix(value: str) -> str:
    if not value.isprintable():
        return f"has a character that cannot be seen: {quoted(value)}. Type it again by hand."
    if value[:1] in {'"', "'"} and value[-1:] == value[:1]:
        return f"has quotation marks: {shortened(value)}. Write it without them."
    if value.startswith("*"):
        return f"begins with a wildcard to Istio: {quoted(value)}. Write what is before the user's name."
    if value != value.lstrip():
        return f"begins with white space: {quoted(value)}. Remove it."
    return ""


def _claim(value: str) -> str:
    if not value:
        return "is empty. Name the claim, such as groups."
    if key := _CLAIM_KEY.fullmatch(value):
        return f"is more than the name of a claim: {quoted(value)}. Write: {key[1]}"
    is_nested = "[" in value or ("." in value and "://" not in value)
    if is_nested and not _WRAPPING - set("[]") & set(value):
        remedy = (
            "Have the identity provider write the groups to a claim of their own, such as groups."
        )
        return f"is a nested claim, which is not supported: {quoted(value)}. {remedy}"
    if _CLAIM.fullmatch(value) and value.isprintable():
        return ""
    return f"is not the name of a claim: {quoted(value)}. Write it as it is in the token, such as groups."


def _waypoint(value: str) -> str:
    if not value or names.is_dns_subdomain(value):
        return ""
    where = "It is looked for in the namespace of each profile. " if "/" in value else ""
    return f"is not the name of a Gateway: {quoted(value)}. {where}Use only a-z, 0-9, - and ."


def _instance(value: str) -> str:
    return _label(value) if value else "is empty. Give it a name, such as default."


def _anything(_: str) -> str:
    return ""


def _label(value: str) -> str:
    if names.is_label_value(value):
        return ""
    return (
        f"is not the value of a label: {quoted(value)}. Use at most 63 letters, digits, -, _ and ."
    )


# lists


def _entries(check: Callable[[str], str], needed: str = "") -> Check:
    """Return a check of a list; `needed` is what to name where it may not be empty."""

    def checked(value: Any) -> str:  # noqa: ANN401
        if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable):
            return f"is {quoted(str(value))}. Give a list."
        entries = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
        if needed and not entries:
            return f"is empty. {needed}"
        return next(filter(None, (_bare(entry) or check(entry) for entry in entries)), "")

    return checked


def _bare(entry: object) -> str:
    """Return what is wrong with an entry of any list."""
    if not isinstance(entry, str) or not entry.strip():
        return "has an empty entry. Remove it."
    if _WRAPPING & set(entry):
        return f"has quotation marks or brackets: {shortened(entry)}. Write bare entries, separated by commas."
    if "," in entry or " " in entry.strip() or not entry.isprintable():
        return (
            f"has white space or a comma in an entry: {quoted(entry)}. Separate entries by commas."
        )
    return ""


def _principal(entry: str) -> str:
    if scheme := _SCHEME.match(entry):
        return f"has an entry with a scheme: {quoted(entry)}. Write: {entry[scheme.end() :]}"
    if _PRINCIPAL.fullmatch(entry):
        return ""
    if "*" in entry:
        remedy = f"Write: {_PRINCIPAL_FORM}, with * only for the trust domain or at the end of the account"
        return (
            f"has an entry that lets too many workloads act as any user: {quoted(entry)}. {remedy}"
        )
    lower = entry.lower()
    remedy = f"Write: {lower}" if _PRINCIPAL.fullmatch(lower) else f"Write: {_PRINCIPAL_FORM}"
    return f"has an entry that is not a principal: {quoted(entry)}. {remedy}"


def _name_pattern(entry: str) -> str:
    fits = len(entry) <= names.LONGEST_LABEL and _NAME_PATTERN.fullmatch(entry)
    if fits:
        return ""
    lower = entry.lower()
    remedy = (
        f"Write: {lower}"
        if _NAME_PATTERN.fullmatch(lower)
        else "Use a-z, 0-9, - and the wildcards * and ?."
    )
    return f"has an entry that no name of a namespace matches: {quoted(entry)}. {remedy}"


def _key(entry: str) -> str:
    if is_ours(entry):
        return f"has an entry that is reserved for this program: {quoted(entry)}. Remove it."
    if names.is_qualified(entry.replace("*", "x").replace("?", "x")):
        return ""
    remedy = "Write keys such as pod-security.kubernetes.io/enforce, or patterns such as pod-security.kubernetes.io/*."
    return f"has an entry that is not a key of a label or annotation: {quoted(entry)}. {remedy}"


# roles


def _roles(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if not isinstance(value, Mapping) or set(value) != set(ROLES):
        return "must name a ClusterRole for each of admin, edit and view."
    wrong = next((name for name in value.values() if not _is_cluster_role(name)), None)
    if wrong is not None:
        return f"has a name that no ClusterRole has: {quoted(str(wrong))}. Look at: kubectl get clusterroles"
    if len(set(value.values())) < len(ROLES):
        return (
            "names one ClusterRole for two roles, so nobody can tell the roles apart. Name three."
        )
    return ""


def _is_cluster_role(name: object) -> bool:
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= names.LONGEST_DOMAIN
        or name in {".", ".."}
    ):
        return False
    return name.isprintable() and not set(name) & {*_WRAPPING, *"/%, ="}


_CHECKS: Mapping[str, Check] = {
    "principals": _entries(_principal, "Name at least the ingress gateway, or nobody gets in."),
    "additional_principals": _entries(_principal),
    "detect_gateways": _flag,
    "allow_gateway_change": _flag,
    "userid_header": _word(_header),
    "userid_prefix": _word(_prefix),
    "groups_claim": _word(_claim),
    "waypoint": _word(_waypoint),
    "instance": _word(_instance),
    "take_over": _word(_label),
    "protected_namespaces": _entries(_name_pattern),
    "own_namespace": _word(_anything),
    "allowed_keys": _entries(_key),
    "untrusted_max_profiles": _whole(
        1, _MOST_OBJECTS, f"a whole number from 1 to {_MOST_OBJECTS:,}"
    ),
    "untrusted_max_contributors": _whole(
        1, _MOST_OBJECTS, f"a whole number from 1 to {_MOST_OBJECTS:,}"
    ),
    "unlisted": _choice("revoke", "keep"),
    "foreign": _choice("keep", "revoke"),
    "stale": _choice("ours", "all", "off"),
    "brake_share": _share,
    "brake_minimum": _whole(0, math.inf, "0 or a whole number above it"),
    "allow_revocations": _flag,
    "standalone": _flag,
    "allow_kubeflow": _flag,
    "events": _choice("off", "counts", "names"),
    "roles": _roles,
    "deadline": _deadline,
    "request_timeout": _seconds(
        math.ulp(0.0), _LONGEST_REQUEST, f"above 0, at most {_LONGEST_REQUEST:,}"
    ),
    "writers": _whole(1, _MOST_WRITERS, f"a whole number from 1 to {_MOST_WRITERS}"),
    "page_size": _whole(
        1, _MOST_OBJECTS, f"a whole number from 1 to {_MOST_OBJECTS:,}, such as 5000"
    ),
}
