"""One contributor's RoleBinding and policy: whether they are as granted, and their deletion."""

from collections.abc import Iterable, Iterator

from profiles_management.kubeflow.objects import builders, compare, merge_patch
from profiles_management.kubeflow.objects.document_people import Grant
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import ContributorState, is_spent
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.reconcile.plan import Condition, FieldDiff, ObjectRef, Person, Write


def object_ref(state: ContributorState, item: Binding | Policy) -> ObjectRef:
    """Return the reference of a contributor's object."""
    return ObjectRef(item.kind, state.name, item.name)


def is_binding_as_granted(binding: Binding, grant: Grant, settings: Settings) -> bool:
    """Return whether a RoleBinding is exactly what a grant asks for."""
    if binding.subjects is not None or not has_granted_role(binding, grant, settings):
        return False
    return _is_metadata_as_granted(binding, grant, settings)


def is_policy_as_granted(policy: Policy, grant: Grant, settings: Settings) -> bool:
    """Return whether an AuthorizationPolicy is exactly what a grant asks for."""
    if not _is_metadata_as_granted(policy, grant, settings):
        return False
    return not policy_differences(policy, grant.person, settings)


def has_granted_role(binding: Binding, grant: Grant, settings: Settings) -> bool:
    """Return whether a RoleBinding binds to the ClusterRole of the role that is granted."""
    return binding.cluster_role == settings.cluster_roles[grant.role]


def policy_differences(policy: Policy, person: Person, settings: Settings) -> tuple[FieldDiff, ...]:
    """Return how a policy differs from the one that lets a person in."""
    text = builders.policy_text(person, settings)
    if policy.spec == text:  # the usual case; nothing is parsed
        return ()
    return compare.policy(policy.spec, text)


def deletions(
    state: ContributorState,
    person: Person,
    items: Iterable[Binding | Policy],
    after: Condition | None = None,
) -> Iterator[Write]:
    """Yield the writes that delete objects of one person.

    An object with a finalizer is emptied first: somebody can keep it in deletion, where it would
    still give access.
    """
    for item in items:
        nothing = None
        if item.finalized and not is_spent(item):
            nothing = _emptying(item)
        yield from merge_patch.removal(
            object_ref(state, item),
            nothing,
            item.version,
            after,
            is_deleting=item.deleting,
            uid=item.uid,
            ends=person,
        )


def _is_metadata_as_granted(item: Binding | Policy, grant: Grant, settings: Settings) -> bool:
    return (
        item.person == grant.person
        and item.role == grant.role
        and item.mark == settings.instance
        and item.until == grant.until
        and item.source == grant.source
        and not item.deleting
    )


def _emptying(item: Binding | Policy) -> dict[str, object]:
    """Return the patch that leaves an object in place and takes all access from it."""
    if isinstance(item, Binding):
        return {"subjects": []}
    return {"spec": merge_patch.replacing(compare.parsed(item.spec), {})}
