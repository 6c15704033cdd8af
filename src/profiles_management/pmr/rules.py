"""The rules that depend on settings, and the validation of a PMR that code has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic_core import PydanticCustomError

from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation
from profiles_management.pmr.document_limits import NO_LIMITS, Limits
from profiles_management.pmr.finding_problems import problem_without_place
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.model import Finding, Path, below
from profiles_management.pmr.names import (
    annotation_findings,
    label_findings,
    profile_name,
    quoted,
    unclear_names,
    value_finding,
)
from profiles_management.pmr.people import people_findings
from profiles_management.pmr.problems import Problem
from profiles_management.pmr.user_names import is_user_name, user_name

OUR_DOMAIN = "profiles-management.io"
MANAGED_BY = "app.kubernetes.io/managed-by"
_ONLY_TRUSTED = ("adopt", "plugins", "puhuri")
_OURS = frozenset({"owner", MANAGED_BY})
_ASK_FOR_KEY = (
    "remove it, or ask the administrator to list it in the setting allowed_keys, "
    "or to trust this source"
)
_FOREIGN_DOMAINS = ("kubernetes.io", "k8s.io")


@dataclass(frozen=True)
class Rules:
    """What an installation allows.

    Attributes:
        protected: names and patterns of namespaces that cannot be profiles, in addition to kube-*,
            kubeflow, istio-system and default.
        allowed_keys: labels and annotations of Kubernetes and Istio that profiles may set: keys, or
            patterns such as `pod-security.kubernetes.io/*`.
        names: patterns of the names that the profiles of this source may have, such as `team-*`.
        trusted: whether this source may adopt, use plugins, say what a portal gives, and set keys
            of Kubernetes and Istio. An untrusted source may set a key with any other domain only if
            `allowed_keys` lists it.
        limits: how much the document may contain.
    """

    protected: frozenset[str] = frozenset()
    allowed_keys: frozenset[str] = frozenset()
    names: tuple[str, ...] = ("*",)
    trusted: bool = True
    limits: Limits = NO_LIMITS

    def allows(self, key: str) -> bool:
        """Return whether a profile may set this label or annotation."""
        if is_ours(key):
            return False
        if is_foreign(key):
            return self.trusted and self.lists(key)
        return self.trusted or "/" not in key or self.lists(key)

    def lists(self, key: str) -> bool:
        """Return whether `allowed_keys` has this label or annotation, or a pattern for it."""
        return fits(key, self.allowed_keys)


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Return whether a name matches a pattern: `*` is any text, `?` is any character."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def is_ours(key: str) -> bool:
    """Return whether a label or annotation is ours, or the `owner` of Kubeflow's controller."""
    return key in _OURS or _is_below(key.partition("/")[0], OUR_DOMAIN)


def is_foreign(key: str) -> bool:
    """Return whether a label or annotation controls Kubernetes or Istio."""
    domain, slash, _ = key.partition("/")
    if not slash:
        return key == "istio-injection"
    if domain.endswith("istio.io"):
        return True
    return any(_is_below(domain, foreign) for foreign in _FOREIGN_DOMAINS)


def _is_below(domain: str, parent: str) -> bool:
    """Return whether a domain is another one or a part of it."""
    return domain == parent or domain.endswith(f".{parent}")


def key_findings(keys: Iterable[str], rules: Rules, *path: str) -> list[Finding]:
    """Return a finding for each label or annotation under `path` that the rules refuse."""
    return [_refused_key(key, rules, (*path, key)) for key in keys if not rules.allows(key)]


def _refused_key(key: str, rules: Rules, path: Path) -> Finding:
    if is_ours(key):
        why = "is reserved for this program"
        return value_finding("reserved-key", key, why, "remove it", path, at_key=True)
    if rules.lists(key):
        return _not_trusted(key, path)
    if not is_foreign(key):
        why = "has a domain that is not allowed for this source"
        return value_finding("not-trusted", key, why, _ASK_FOR_KEY, path, at_key=True)
    remedy = "remove it, or list it in the setting allowed_keys (--allow-key)"
    return value_finding(
        "reserved-key", key, "controls Kubernetes or Istio", remedy, path, at_key=True
    )


def portal_findings(rules: Rules) -> list[Finding]:
    """Return what the rules refuse in the document's part for a research portal."""
    return [] if rules.trusted else [_not_trusted("puhuri", ())]


def _not_trusted(key: str, path: Path) -> Finding:
    remedy = "remove it, or ask the administrator to trust this source"
    return value_finding(
        "not-trusted", key, "is only for trusted sources", remedy, path, at_key=True
    )


def rule_findings(
    profile: Profile, rules: Rules, labels: Mapping[str, str | None]
) -> list[Finding]:
    """Return what the rules refuse in one profile; paths start at the profile."""
    findings: list[Finding] = []
    if fits(profile.name, rules.protected):
        what = f"the namespace {quoted(profile.name)} is protected by a setting"
        findings.append(_bad_name("protected-name", what, "choose another name", profile.name))
    if not fits(profile.name, rules.names):
        what = f"this source may not give a profile the name {quoted(profile.name)}"
        remedy = f"choose a name that matches {' or '.join(rules.names)}"
        if not rules.names:
            what = f"this source may only add contributors, not define {quoted(profile.name)}"
            remedy = "remove its owner, or define it in another source"
        findings.append(_bad_name("name-not-allowed", what, remedy, profile.name))
    if not rules.trusted:
        used = [key for key in _ONLY_TRUSTED if getattr(profile, key)]
        findings += [_not_trusted(key, (key,)) for key in used]
    findings += key_findings(labels, rules, "labels")
    findings += key_findings(profile.annotations, rules, "annotations")
    return findings


def adoption_findings(profiles: Iterable[tuple[int | str, Profile]]) -> list[Finding]:
    """Return a finding for each project of a portal that a profile before adopts too.

    Args:
        profiles: each with its place in the list, or with its name if there is no list. Paths start
            at the document.
    """
    adopting: dict[str, str] = {}
    findings: list[Finding] = []
    for place, profile in profiles:
        project = profile.puhuri and profile.puhuri.adopt
        if not project:
            continue
        first = adopting.setdefault(project, profile.name)
        if first != profile.name:
            what = f"the profile {quoted(first)} adopts the same project"
            remedy = "remove adopt from one of the two profiles"
            path: Path = ("profiles", place, "puhuri", "adopt")
            findings.append(Finding("repeated-adopt", what, remedy, path, values=(first,)))
    return findings


def problems(pmr: ProfilesManagementRepresentation, rules: Rules) -> list[Problem]:
    """Return what is wrong in a PMR that code has built or changed without validation.

    Returns:
        Problems in the order of names, with paths such as `profiles.ml.contributors[0].name`,
        without file and line.
    """
    found: list[Problem] = []
    with collector_paused():
        for name, profile in sorted(pmr.profiles.items()):
            findings = _profile_findings(name, profile, rules, pmr.labels_of(profile))
            found += map(problem_without_place, below(findings, "profiles", name))
        found += map(problem_without_place, adoption_findings(sorted(pmr.profiles.items())))
    return found


def _profile_findings(
    name: str, profile: Profile, rules: Rules, labels: Mapping[str, str]
) -> list[Finding]:
    findings = people_findings(profile.owner, profile.contributors)
    findings += rule_findings(profile, rules, labels)
    findings += _refused(user_name, profile.owner.name, ("owner", "name"))
    for index, person in enumerate(profile.contributors):
        if not is_user_name(person.name):
            findings += _refused(user_name, person.name, ("contributors", index, "name"))
    findings += _refused(profile_name, profile.name, ("name",))
    findings += below(label_findings(profile.labels), "labels")
    findings += below(annotation_findings(profile.annotations), "annotations")
    if name != profile.name:
        what = f"the key {quoted(name)} has a profile with the name {quoted(profile.name)}"
        remedy = "add it with add_profile"
        findings.append(_bad_name("wrong-name", what, remedy, name, profile.name))
    return findings


def _bad_name(code: str, what: str, remedy: str, *names: str) -> Finding:
    return Finding(code, what, remedy, ("name",), values=unclear_names(*names))


def _refused(check: Callable[[str], str], name: str, path: Path) -> Sequence[Finding]:
    """Return what a validator refuses in a name."""
    try:
        check(name)
    except PydanticCustomError as refused:
        findings: tuple[Finding, ...] = (refused.context or {})["findings"]
        return below(findings, *path)
    return ()
