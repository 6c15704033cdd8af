"""Who has access: owners, contributors, and the rules that hold between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ValidationInfo, WithJsonSchema, model_validator

from profiles_management.pmr import object_names
from profiles_management.pmr.model import Finding, Model, Path, Text, refusal
from profiles_management.pmr.names import dns_label, is_dns_label, is_dns_subdomain, quoted
from profiles_management.pmr.until import Until
from profiles_management.pmr.user_names import LONGEST_USER, same_user, user_name

_SCHEMA = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_USER})
UserName = Annotated[Text, AfterValidator(user_name), _SCHEMA]


class UserKind(StrEnum):
    """What a name stands for. The spellings of github-profiles-automator (`user`) are read as well."""

    USER = "User"
    SERVICE_ACCOUNT = "ServiceAccount"
    GROUP = "Group"

    @classmethod
    def _missing_(cls, value: object) -> UserKind | None:
        return PEER_SPELLINGS.get(value) if isinstance(value, str) else None


PEER_SPELLINGS: Final = {
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
    """Tell whether RBAC takes this name for more than those who were named.

    The groups that Kubernetes itself fills begin with `system:`; of them only the accounts of one
    namespace are few. Source:
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
    """
    if kind is UserKind.GROUP:
        return not (name.startswith(_ACCOUNTS_OF) and is_dns_label(name.removeprefix(_ACCOUNTS_OF)))
    return kind is UserKind.USER and name == "system:anonymous"


def _is_account(name: str) -> bool:
    namespace, _, account = name.removeprefix(_ACCOUNT).partition(":")
    return is_dns_label(namespace) and is_dns_subdomain(account)


def _refuse_nobody(kind: UserKind, name: str) -> None:
    """Refuse names of Kubernetes itself that stand for everybody, or for no account at all."""
    if not name.startswith("system:"):
        return
    if kind is UserKind.USER and name.startswith(_ACCOUNT) and not _is_account(name):
        what = f"{quoted(name)} does not name a ServiceAccount"
        raise refusal(
            [Finding("bad-service-account", what, f"write: {_ACCOUNT}NAMESPACE:NAME", ("name",))]
        )
    if _is_everybody(kind, name):
        what = f"{quoted(name)} stands for everybody, nobody or the administrators in Kubernetes"
        remedy = (
            "name a user, a group of your identity provider, or system:serviceaccounts:NAMESPACE"
        )
        raise refusal([Finding("everybody", what, remedy, ("name",))])


class Owner(Model):
    """Who owns a profile. A ServiceAccount may say in which namespace it lives."""

    kind: UserKind
    name: UserName
    namespace: Annotated[Text, AfterValidator(dns_label)] | None = None

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        _refuse_nobody(self.kind, self.name)
        if self.kind is UserKind.SERVICE_ACCOUNT:
            if not is_dns_subdomain(self.name):
                what = f"{quoted(self.name)} cannot name a ServiceAccount"
                remedy = "use only a-z, 0-9, - and ., or write: kind: User"
                raise refusal([Finding("bad-service-account", what, remedy, ("name",))])
        elif self.namespace is not None:
            what = f"a {self.kind} has no namespace"
            raise refusal(
                [
                    Finding(
                        "needless-namespace", what, "remove namespace", ("namespace",), at_key=True
                    )
                ]
            )
        return self


def _contributor_kind(kind: UserKind, info: ValidationInfo) -> UserKind:
    if kind is UserKind.SERVICE_ACCOUNT:
        raise refusal([account_finding(info.data.get("name"), None)])
    return kind


def account_finding(name: object, namespace: object, path: Path = ()) -> Finding:
    """Return the finding for a ServiceAccount that contributes, with the user that it is to Kubernetes."""
    account = name if isinstance(name, str) and name else "NAME"
    if not account.startswith(_ACCOUNT):
        account = f"{_ACCOUNT}{namespace if isinstance(namespace, str) and namespace else 'NAMESPACE'}:{account}"
    what = "a contributor is a User or a Group; a ServiceAccount is a User by a name of its own"
    return Finding("bad-kind", what, f"write: {{kind: User, name: {quoted(account)}}}", path)


class Contributor(Model):
    """Who else has access to a profile, in which role, and until when (None: without an end)."""

    name: UserName
    role: ContributorRole
    kind: Annotated[UserKind, AfterValidator(_contributor_kind)] = UserKind.USER
    until: Until | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        _refuse_nobody(self.kind, self.name)
        return self


def people_findings(owner: Owner | None, contributors: Sequence[Contributor]) -> list[Finding]:
    """Return what is wrong between the people of one profile; paths start at the profile.

    One person has one role, is written in one way, and an owner is no contributor too. Kinds are
    apart: a group may have the name of a user.
    """
    names = [person.name for person in contributors]
    folded = map(str.casefold, names) if "".join(names).isascii() else map(same_user, names)
    seen = {(person.kind, name) for person, name in zip(contributors, folded, strict=True)}
    owned = owner is not None and (owner.kind, same_user(owner.name)) in seen
    if len(seen) == len(contributors) and not owned and not _may_meet(contributors):
        return []
    return clashes(owner, enumerate(contributors))


def _may_meet(contributors: Sequence[Contributor]) -> bool:
    """Whether the names of two contributors are alike enough for their objects to have one name."""
    if len(contributors) < 2:  # noqa: PLR2004 - two people
        return False
    return len({object_names.likeness(person.kind, person.name) for person in contributors}) < len(
        contributors
    )


def object_name(person: Contributor) -> str:
    """Return the name of a contributor's objects that no other contributor of the profile may have."""
    return object_names.hashed(person.kind.value, person.name, person.role.value)


def clashes(owner: Owner | None, contributors: Iterable[tuple[int, Contributor]]) -> list[Finding]:
    """Return the findings for contributors of the given list indexes."""
    found: list[Finding] = []
    seen: dict[tuple[UserKind, str], Contributor] = {}
    named: dict[str, Contributor] = {}
    for index, person in contributors:
        key = (person.kind, same_user(person.name))
        path: Path = ("contributors", index, "name")
        if owner is not None and key == (owner.kind, same_user(owner.name)):
            what = f"{quoted(person.name)} owns this profile and needs no role in it"
            found.append(Finding("owner-contributes", what, "remove this contributor", path))
        elif key in seen:
            found.append(_clash(seen[key], person, path))
        elif (name := object_name(person)) in named:
            found.append(_meeting(named[name], person, path))
        named.setdefault(object_name(person), person)
        seen.setdefault(key, person)
    return found


def _clash(first: Contributor, second: Contributor, path: Path) -> Finding:
    name = quoted(second.name)
    if first.name != second.name:
        return _spelling_clash(first.name, second.name, path)
    if first.role is second.role:
        return Finding(
            "duplicate-contributor",
            f"{name} is listed twice with role {second.role}",
            "remove one",
            path,
        )
    what = f"{name} has two roles, {first.role} and {second.role}"
    return Finding("two-roles", what, "keep the one that is meant", path)


def _meeting(first: Contributor, second: Contributor, path: Path) -> Finding:
    what = f"the RoleBindings of {quoted(second.name)} and {quoted(first.name)} would have one name"
    remedy = "remove one of the two; names that were not made for this never meet"
    return Finding("name-collision", what, remedy, path)


def _spelling_clash(first: str, second: str, path: Path) -> Finding:
    remedy = "keep the spelling that the identity provider gives"
    if first.casefold() == second.casefold():
        return Finding(
            "case-clash", f"{quoted(second)} and {quoted(first)} differ in case alone", remedy, path
        )
    shown = " and ".join(quoted(name.encode("unicode_escape").decode()) for name in (second, first))
    return Finding(
        "form-clash",
        f"{shown} are one name in two Unicode forms, which look the same",
        remedy,
        path,
    )
