"""The rules that depend on settings, and a second look at a PMR that code has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic_core import PydanticCustomError

from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation
from profiles_management.pmr.document_limits import NO_LIMITS, Limits
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.model import Finding, Path, path_text
from profiles_management.pmr.names import (
    annotation_findings,
    label_findings,
    profile_name,
    quoted,
)
from profiles_management.pmr.people import people_findings
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.user_names import is_user_name, user_name

OUR_DOMAIN = "profiles-management.io"
_OURS = frozenset({"owner", "app.kubernetes.io/managed-by"})
_ASK_FOR_KEY = "remove it, or ask the administrator to list it in the setting allowed_keys, or to trust this source"
_FOREIGN_DOMAINS = ("kubernetes.io", "k8s.io")


@dataclass(frozen=True)
class Rules:
    """What an installation allows.

    `protected` namespaces, names or patterns, are not profiles, in addition to kube-*, kubeflow,
    istio-system and default. `allowed_keys` are labels and annotations of Kubernetes and Istio that
    profiles may set after all: keys, or patterns such as `pod-security.kubernetes.io/*`.

    For a document that is one source among several: `names` are patterns of the names that its
    profiles may have (`team-*`), and one that is not `trusted` may neither adopt, nor use plugins,
    nor set keys of Kubernetes and Istio, nor other keys with a domain that `allowed_keys` does not
    list. `limits` are how much the document may hold.
    """

    protected: frozenset[str] = frozenset()
    allowed_keys: frozenset[str] = frozenset()
    names: tuple[str, ...] = ("*",)
    trusted: bool = True
    limits: Limits = NO_LIMITS

    def allows(self, key: str) -> bool:
        """Tell whether a profile may set this label or annotation. `owner` and our own marks never."""
        if is_ours(key):
            return False
        if is_foreign(key):
            return self.trusted and self.lists(key)
        return self.trusted or "/" not in key or self.lists(key)

    def lists(self, key: str) -> bool:
        """Return whether `allowed_keys` names this label or annotation, itself or by a pattern."""
        return fits(key, self.allowed_keys)


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a name fits one of some patterns, in which `*` stands for any text and `?` for any character."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def is_ours(key: str) -> bool:
    """Tell whether a label or annotation is one of our marks, or the `owner` that Kubeflow's controller reads."""
    domain = key.partition("/")[0]
    return key in _OURS or domain == OUR_DOMAIN or domain.endswith("." + OUR_DOMAIN)


def is_foreign(key: str) -> bool:
    """Tell whether a label or annotation steers Kubernetes or Istio."""
    domain, slash, _ = key.partition("/")
    if not slash:
        return key == "istio-injection"
    return domain.endswith("istio.io") or any(
        domain == one or domain.endswith("." + one) for one in _FOREIGN_DOMAINS
    )


def key_findings(keys: Iterable[str], rules: Rules, *path: str) -> list[Finding]:
    """Return a finding for each label or annotation under `path` that the rules refuse."""
    return [_refused_key(key, rules, (*path, key)) for key in keys if not rules.allows(key)]


def _refused_key(key: str, rules: Rules, path: Path) -> Finding:
    if is_ours(key):
        return Finding(
            "reserved-key",
            f"{quoted(key)} is kept for this program",
            "remove it",
            path,
            at_key=True,
        )
    if rules.lists(key):
        return _not_trusted(quoted(key), *path)
    if not is_foreign(key):
        what = f"{quoted(key)} has a domain, and what reads it is not known here"
        return Finding("not-trusted", what, _ASK_FOR_KEY, path, at_key=True)
    what = f"{quoted(key)} steers Kubernetes or Istio itself"
    return Finding(
        "reserved-key",
        what,
        "remove it, or list it in the setting allowed_keys (--allow-key)",
        path,
        at_key=True,
    )


def _not_trusted(what: str, *path: str | int) -> Finding:
    remedy = "remove it, or ask the administrator to trust this source"
    return Finding(
        "not-trusted", f"{what} is for sources that are trusted", remedy, path, at_key=True
    )


def rule_findings(
    profile: Profile, rules: Rules, labels: Mapping[str, str | None]
) -> list[Finding]:
    """Return what the rules refuse in one profile; paths start at the profile."""
    found: list[Finding] = []
    if fits(profile.name, rules.protected):
        what = f'the namespace "{profile.name}" is protected by a setting'
        found.append(Finding("protected-name", what, "choose another name", ("name",)))
    if not fits(profile.name, rules.names):
        what = f'"{profile.name}" is no name that this source may give a profile'
        remedy = (
            f"choose one that fits {' or '.join(rules.names) or 'what the administrator allows'}"
        )
        found.append(Finding("name-not-allowed", what, remedy, ("name",)))
    if not rules.trusted:
        found += [
            _not_trusted(f'"{key}"', key) for key in ("adopt", "plugins") if getattr(profile, key)
        ]
    if labels:
        found += key_findings(labels, rules, "labels")
    if profile.annotations:
        found += key_findings(profile.annotations, rules, "annotations")
    return found


def problems(pmr: ProfilesManagementRepresentation, rules: Rules) -> list[Problem]:
    """Return what is wrong in a PMR that code has built or changed, where no validator looked.

    Returns:
        Problems in the order of names, with paths such as `profiles.ml.contributors[0].name`,
        without file and line.
    """
    found: list[Problem] = []
    with collector_paused():
        for name, profile in sorted(pmr.profiles.items()):
            findings = _second_look(name, profile, rules, pmr.labels_of(profile))
            found += [_problem(finding, "profiles", name) for finding in findings]
    return found


def _second_look(
    name: str, profile: Profile, rules: Rules, labels: Mapping[str, str]
) -> list[Finding]:
    found = people_findings(profile.owner, profile.contributors) + rule_findings(
        profile, rules, labels
    )
    if not is_user_name(profile.owner.name):
        found += _refused(user_name, profile.owner.name, ("owner", "name"))
    for index, person in enumerate(profile.contributors):
        if not is_user_name(person.name):
            found += _refused(user_name, person.name, ("contributors", index, "name"))
    found += _refused(profile_name, profile.name, ("name",))
    if profile.labels:
        found += [
            finding._replace(path=("labels", *finding.path))
            for finding in label_findings(profile.labels)
        ]
    if profile.annotations:
        keys = annotation_findings(profile.annotations)
        found += [finding._replace(path=("annotations", *finding.path)) for finding in keys]
    if name != profile.name:
        what = f'the profile under "{name}" is called "{profile.name}"'
        found.append(Finding("wrong-name", what, "add it with add_profile", ("name",)))
    return found


def _refused(check: Callable[[str], str], name: str, path: Path) -> list[Finding]:
    try:
        check(name)
    except PydanticCustomError as refused:
        findings: tuple[Finding, ...] = (refused.context or {})["findings"]
        return [finding._replace(path=path) for finding in findings]
    return []


def _problem(finding: Finding, *prefix: str) -> Problem:
    return Problem(
        finding.code, finding.what, Where(path=path_text((*prefix, *finding.path))), finding.remedy
    )
