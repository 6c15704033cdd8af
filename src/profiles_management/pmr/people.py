"""Owners and contributors, and the rules between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ValidationInfo, WithJsonSchema, model_validator

from profiles_management.pmr import object_names
from profiles_management.pmr.model import Finding, Model, Path, Text, refusal
from profiles_management.pmr.names import (
    dns_label,
    is_dns_label,
    is_dns_subdomain,
    quoted,
    value_finding,
)
from profiles_management.pmr.until import Until
from profiles_management.pmr.user_names import LONGEST_USER, same_user, user_name

_SCHEMA = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_USER})
UserName = Annotated[Text, AfterValidator(user_name), _SCHEMA]


class UserKind(StrEnum):
    """The kind of an owner or contributor. github-profiles-automator writes `user`."""

    USER = "User"
    SERVICE_ACCOUNT = "ServiceAccount"
    GROUP = "Group"

    @classmethod
    def _missing_(cls, value: object) -> UserKind | None:
        return AUTOMATOR_SPELLINGS.get(value) if isinstance(value, str) else None


AUTOMATOR_SPELLINGS: Final = {
    "user": UserKind.USER,
    "service-account": UserKind.SERVICE_ACCOUNT,
    "group": UserKind.GROUP,
}


class ContributorRole(StrEnum):
    """What a contributor may do in a profile."""

    ADMIN = "admin"
    EDIT = "edit"
    VIEW = "view"


_ACCOUNT: Final = "system:serviceaccount:"
_ACCOUNTS_OF: Final = "system:serviceaccounts:"


def _is_everybody(kind: UserKind, name: str) -> bool:
    """Return whether RBAC takes this name of Kubernetes for people whom nobody listed.

    The names of groups that Kubernetes fills start with `system:`. Only the group of all accounts
    of one namespace is allowed. Source:
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
    """
    if kind is UserKind.GROUP:
        namespace = name.removeprefix(_ACCOUNTS_OF)
        return namespace == name or not is_dns_label(namespace)
    return kind is UserKind.USER and name == "system:anonymous"


def _is_account(name: str) -> bool:
    namespace, _, account = name.removeprefix(_ACCOUNT).partition(":")
    return is_dns_label(namespace) and is_dns_subdomain(account)


def _refuse_system_names(kind: UserKind, name: str) -> None:
    """Refuse names of Kubernetes that stand for everybody, or for no account."""
    if not name.startswith("system:"):
        return
    if kind is UserKind.USER and name.startswith(_ACCOUNT) and not _is_account(name):
        why, remedy = "does not name a ServiceAccount", f"write: {_ACCOUNT}NAMESPACE:NAME"
        raise refusal(value_finding("bad-service-account", name, why, remedy, ("name",)))
    if _is_everybody(kind, name):
        why = "stands for everybody, nobody or the administrators in Kubernetes"
        remedy = (
            "name a user, a group of your identity provider, or system:serviceaccounts:NAMESPACE"
        )
        raise refusal(value_finding("everybody", name, why, remedy, ("name",)))


class Owner(Model):
    """The owner of a profile. A ServiceAccount may have a namespace."""

    kind: UserKind
    name: UserName
    namespace: Annotated[Text, AfterValidator(dns_label)] | None = None

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        _refuse_system_names(self.kind, self.name)
        is_account = self.kind is UserKind.SERVICE_ACCOUNT
        if is_account and not is_dns_subdomain(self.name):
            why = "cannot name a ServiceAccount"
            remedy = "use only a-z, 0-9, - and ., or write: kind: User"
            raise refusal(value_finding("bad-service-account", self.name, why, remedy, ("name",)))
        if self.namespace is not None and not is_account:
            what, path = f"a {self.kind} has no namespace", ("namespace",)
            raise refusal(
                Finding("needless-namespace", what, "remove namespace", path, at_key=True)
            )
        return self


def _contributor_kind(kind: UserKind, info: ValidationInfo) -> UserKind:
    if kind is UserKind.SERVICE_ACCOUNT:
        raise refusal(account_finding(info.data.get("name"), None))
    return kind


def account_finding(name: object, namespace: object, path: Path = ()) -> Finding:
    """Return the finding for a contributor of kind ServiceAccount, with its name as a User."""
    account = _text_or(name, "NAME")
    if not account.startswith(_ACCOUNT):
        account = f"{_ACCOUNT}{_text_or(namespace, 'NAMESPACE')}:{account}"
    what = "a contributor is a User or a Group; as a User, a ServiceAccount has a longer name"
    return Finding("bad-kind", what, f"write: {{kind: User, name: {quoted(account)}}}", path)


def _text_or(value: object, default: str) -> str:
    return value if isinstance(value, str) and value else default


class Contributor(Model):
    """A person or group with a role in a profile; `until` is None if the access does not end."""

    name: UserName
    role: ContributorRole
    kind: Annotated[UserKind, AfterValidator(_contributor_kind)] = UserKind.USER
    until: Until | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        _refuse_system_names(self.kind, self.name)
        return self


def people_findings(owner: Owner | None, contributors: Sequence[Contributor]) -> list[Finding]:
    """Return what is wrong between the people of one profile; paths start at the profile.

    A person has one role and one spelling, and the owner is not a contributor. A user and a group
    may have the same name.
    """
    names = [person.name for person in contributors]
    # casefold is much faster, and does the same for ASCII.
    fold = str.casefold if "".join(names).isascii() else same_user
    known = {(person.kind, fold(person.name)) for person in contributors}
    is_owner_listed = owner is not None and (owner.kind, same_user(owner.name)) in known
    if len(known) < len(contributors) or is_owner_listed or _may_share_names(contributors):
        return clashes(owner, enumerate(contributors))
    return []


def _may_share_names(contributors: Sequence[Contributor]) -> bool:
    """Return whether the names of contributors are so similar that their objects may share one."""
    if len(contributors) == 1:
        return False
    different = {object_names.likeness(person.kind, person.name) for person in contributors}
    return len(different) < len(contributors)


def object_name(person: Contributor) -> str:
    """Return the name of a contributor's objects; no other contributor of a profile may have it."""
    return object_names.hashed(person.kind.value, person.name, person.role.value)


def clashes(owner: Owner | None, contributors: Iterable[tuple[int, Contributor]]) -> list[Finding]:
    """Return the conflicts between the owner and the contributors with the given list indexes."""
    findings: list[Finding] = []
    listed: dict[tuple[UserKind, str], tuple[int, Contributor]] = {}
    by_object_name: dict[str, tuple[int, Contributor]] = {}
    owner_key = None if owner is None else (owner.kind, same_user(owner.name))
    for index, person in contributors:
        path: Path = ("contributors", index, "name")
        key = (person.kind, same_user(person.name))
        first_index, first = listed.setdefault(key, (index, person))
        other_index, other = by_object_name.setdefault(object_name(person), (index, person))
        if key == owner_key:
            why, remedy = "owns this profile and needs no role in it", "remove this contributor"
            findings.append(value_finding("owner-contributes", person.name, why, remedy, path))
        elif first_index != index:
            findings.append(_listed_twice(first, person, path))
        elif other_index != index:
            findings.append(_same_object_name(other, person, path))
    return findings


def _listed_twice(first: Contributor, second: Contributor, path: Path) -> Finding:
    if first.name != second.name:
        return _two_spellings(first.name, second.name, path)
    if first.role is second.role:
        why = f"is listed twice with role {second.role}"
        return value_finding("duplicate-contributor", second.name, why, "remove one", path)
    why = f"has two roles, {first.role} and {second.role}"
    return value_finding("two-roles", second.name, why, "keep the intended one", path)


def _same_object_name(first: Contributor, second: Contributor, path: Path) -> Finding:
    names = quoted(second.name), quoted(first.name)
    what = f"the RoleBindings of {' and '.join(names)} would have the same name"
    remedy = "remove one of the two; only names that are made for it share one"
    return Finding("name-collision", what, remedy, path, values=names)


def _two_spellings(first: str, second: str, path: Path) -> Finding:
    remedy = "keep the spelling that the identity provider gives"
    if first.casefold() == second.casefold():
        names = quoted(second), quoted(first)
        what = f"{' and '.join(names)} differ only in case"
        return Finding("case-clash", what, remedy, path, values=names)
    names = _in_ascii(second), _in_ascii(first)
    what = f"{' and '.join(names)} are one name in two Unicode forms, which look the same"
    return Finding("form-clash", what, remedy, path, values=names)


def _in_ascii(name: str) -> str:
    return quoted(name.encode("unicode_escape").decode())
