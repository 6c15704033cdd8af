"""Which profiles and namespaces are ours, by marks and ownership, and which we may take over."""

from collections.abc import Mapping
from functools import lru_cache

from profiles_management.kubeflow.objects import policy_rules
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import (
    MarkedObject,
    NamespaceSeen,
    Observed,
    ProfileSeen,
)
from profiles_management.pmr import names as pmr_names
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.rules import fits


def refusal(
    name: str,
    code: str,
    what: str,
    remedy: str,
    *,
    nameless: str = "",
    names_nobody: bool = False,
    names_place: bool = False,
) -> Problem:
    """Return a problem that concerns one profile alone; see Problem."""
    return Problem(
        code,
        what,
        Where.of_profile(name),
        remedy,
        nameless=nameless,
        names_nobody=names_nobody,
        names_place=names_place,
    )


def marked_objects(observed: Observed, settings: Settings) -> Mapping[str, MarkedObject]:
    """Return by profile the object that has its marks: Profile, or in standalone mode Namespace."""
    return observed.namespaces if settings.standalone else observed.profiles


def has_our_mark(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a profile has the mark of this instance."""
    marked = marked_objects(observed, settings).get(name)
    if marked is None:
        return False
    return marked.mark == settings.instance


def recorded_source(name: str, observed: Observed, settings: Settings) -> str:
    """Return the source that a profile records, '' for none or where it does not exist."""
    marked = marked_objects(observed, settings).get(name)
    if marked is None:
        return ""
    return marked.source


def is_protected(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a namespace is never changed, whatever a document or a setting says.

    Protected are also the namespace in which this program runs, where a profile would give its
    people our own ServiceAccount, and those of the gateway and the Pipelines UI, which act for
    everybody.
    """
    if fits(name, settings.protected_namespaces) or pmr_names.is_reserved(name):
        return True
    if name in (observed.own_namespace, settings.own_namespace):
        return True
    return name in _namespaces_of(settings.principals)


@lru_cache(maxsize=8)
def _namespaces_of(principals: tuple[str, ...]) -> frozenset[str]:
    return frozenset(policy_rules.place_of(principal)[0] for principal in principals)


def belongs(profile: ProfileSeen, namespace: NamespaceSeen, observed: Observed) -> bool:
    """Return whether the profile controller ever accepted a namespace for a Profile."""
    if namespace.owned_by == profile.name:
        return True
    if profile.owner is not None and namespace.owner == profile.owner.name:
        return True
    binding = observed.owner_bindings.get(profile.name)
    if binding is None:
        return False
    return binding.owned_by == profile.name


def is_ours_to_close(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a stale profile's namespace is its own, so its contributors may be revoked."""
    namespace = observed.namespaces.get(name)
    if namespace is None:
        return False
    if settings.standalone:
        return True
    profile = observed.profiles.get(name)
    if profile is None:
        return False
    return belongs(profile, namespace, observed)


def is_our_profile(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a profile has our mark and its namespace is its own."""
    if not has_our_mark(name, observed, settings):
        return False
    return is_ours_to_close(name, observed, settings)


def is_terminating(name: str, observed: Observed) -> bool:
    """Return whether a profile or its namespace is being deleted.

    That includes a namespace whose Profile is gone already and that still belongs to it.
    """
    namespace = observed.namespaces.get(name)
    if namespace is None:
        return False
    if namespace.deleting:
        return True
    profile = observed.profiles.get(name)
    if profile is None:
        return bool(namespace.owned_by)
    return profile.deleting


def is_begun(observed: Observed, settings: Settings) -> bool:
    """Return whether a namespace is managed in standalone mode, by us or whom we take over."""
    instances = {settings.instance, settings.take_over} - {""}
    return any(namespace.mark in instances for namespace in observed.namespaces.values())


# what a document may take over


def may_change_owner(profile: Profile, existing: ProfileSeen) -> bool:
    """Return whether a Profile may get the document's owner: it is managed, or adopted."""
    return bool(existing.mark) or profile.adopt


def may_take(profile: Profile, namespace: NamespaceSeen) -> bool:
    """Return whether an unmarked namespace without a Profile belongs to the document's owner.

    Its annotation is a name without a kind, so it proves nothing about a Group or a ServiceAccount.
    """
    if namespace.owner == profile.owner.name:
        return profile.adopt or profile.owner.kind is UserKind.USER
    return profile.adopt and not namespace.owner


def may_name_owner(
    profile: Profile, existing: ProfileSeen, namespace: NamespaceSeen, observed: Observed
) -> bool:
    """Return whether the annotation of a namespace names the owner, or may be changed to."""
    if namespace.owner == profile.owner.name or belongs(existing, namespace, observed):
        return True
    return profile.adopt and not namespace.owner
