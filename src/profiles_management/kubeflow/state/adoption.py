"""Warnings about existing namespaces that the document takes over: what is in them. Pure."""

from collections.abc import Iterator

from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Contents, Observed
from profiles_management.kubeflow.state.ownership import has_our_mark, is_protected, refusal
from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import count

CODE = "adopts-namespace"


def adopted(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> list[str]:
    """Return the unmanaged namespaces that a document takes over by `adopt: true`."""
    return [
        profile.name
        for profile in pmr.in_order()
        if profile.adopt and _is_taken(profile, observed, settings)
    ]


def warnings(name: str, observed: Observed) -> Iterator[Problem]:
    """Yield what a namespace that is taken over has in it, or why that is not known."""
    contents = observed.contents.get(name)
    if contents is None:
        contents = Contents(why="the document adopts too many at once")
    command = f"kubectl get pods,serviceaccounts --namespace {name}"
    remedy = f"Check that these workloads may run in a profile: {command}"
    if contents.pods is None or contents.accounts is None:
        what = f"namespace {name} is taken over, and its content is unknown: {contents.why}"
    else:
        holds = f"{count(contents.pods, 'pod')} and {count(contents.accounts, 'ServiceAccount')}"
        what = f"namespace {name} is taken over with {holds}"
    yield refusal(name, CODE, what, remedy, names_nobody=True, names_place=True)


def _is_taken(profile: Profile, observed: Observed, settings: Settings) -> bool:
    namespace = observed.namespaces.get(profile.name)
    if namespace is None or namespace.deleting or is_protected(profile.name, observed, settings):
        return False
    return not has_our_mark(profile.name, observed, settings)
