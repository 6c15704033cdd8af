"""Why a profile of the document is not ours to change: the problem for each case."""

from profiles_management.kubeflow.objects.document_people import owner_of
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import NamespaceSeen, Observed
from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Person


def protected(name: str) -> Problem:
    """Return the problem of a profile whose namespace is never changed."""
    return refusal(
        name,
        "protected",
        f"namespace {name} is protected",
        "Choose another name for the profile.",
        names_nobody=True,
    )


def other_instance(name: str, mark: str, settings: Settings) -> Problem | None:
    """Return why an object with the mark of an instance is not ours to change, None where it is."""
    if mark in ("", settings.instance, settings.take_over):
        return None
    return refusal(
        name,
        "other-instance",
        f"{name} is managed by the instance {mark!r}",
        f"Remove it from one of the two documents, or move it here with --take-over {mark}.",
        names_nobody=True,
    )


def kubeflow_namespace(
    namespace: NamespaceSeen, observed: Observed, settings: Settings
) -> Problem | None:
    """Return why standalone mode does not manage a namespace of a Profile, None where it does."""
    name = namespace.name
    if problem := other_instance(name, observed.profile_marks.get(name, ""), settings):
        return problem
    if not namespace.owned_by or settings.allow_kubeflow:
        return None
    return refusal(
        name,
        "kubeflow-namespace",
        f"namespace {name} belongs to Kubeflow's Profile {namespace.owned_by}",
        "Manage it without --standalone, or pass --allow-kubeflow.",
    )


def owned_by_another(profile: Profile, owner: Person | None) -> Problem:
    """Return the problem of a Profile that names another owner than the document."""
    existing_owner = owner.kind_and_name if owner else "nobody"
    new_owner = owner_of(profile).kind_and_name
    return refusal(
        profile.name,
        "owned-by-another",
        f"Profile {profile.name} exists and belongs to {existing_owner}",
        f"Write that owner in the document, or `adopt: true` to make {new_owner} the owner.",
        nameless=f"Profile {profile.name} exists and belongs to somebody else",
    )


def not_ours(profile: Profile, namespace: NamespaceSeen) -> Problem:
    """Return the problem of a namespace that does not prove to belong to the document's owner."""
    if namespace.owner == profile.owner.name:
        return refusal(
            profile.name,
            "unproven-owner",
            f"namespace {namespace.name} names {namespace.owner} as its owner, "
            f"and not whether that is a {profile.owner.kind}",
            "Write `adopt: true` in the profile if it is, or choose another name.",
            nameless=f"namespace {namespace.name} does not prove who owns it",
        )
    if namespace.owner:
        return refusal(
            profile.name,
            "foreign-namespace",
            f"namespace {namespace.name} belongs to {namespace.owner}",
            "Choose another name, or have it handed over first.",
            nameless=f"namespace {namespace.name} belongs to somebody else",
        )
    return refusal(
        profile.name,
        "unowned-namespace",
        f"namespace {namespace.name} exists and has no owner",
        "Write `adopt: true` in the profile to take it over, or choose another name.",
        names_nobody=True,
    )
