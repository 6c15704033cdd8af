"""The owner's objects of a profile that is being deleted: everybody but the owner loses access by them. Pure.

In a namespace that is being deleted nothing can be created, so that the profile controller makes no
object again. But what is there can be changed, by us and by the controller for as long as the
Profile is there.
"""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import builders, merge_patch, naming, policies
from profiles_management.kubeflow.objects.compare import parsed
from profiles_management.kubeflow.planning.terminating import is_ours
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Observed, OwnerObject
from profiles_management.pmr.classes import Owner
from profiles_management.reconcile.plan import (
    OWNER,
    AccessMove,
    Action,
    Change,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Person,
    Phase,
    Reason,
    Write,
)


def others(name: str, owner: Owner, observed: Observed) -> frozenset[Person]:
    """Return who is bound as the owner of a profile and is not its owner."""
    binding = observed.owner_bindings.get(name)
    bound = binding.people if binding is not None else ()
    return frozenset(bound) - {builders.person_of(owner)}


def changes(name: str, owner: Owner, observed: Observed, settings: Settings) -> Iterator[Change]:
    """Yield the one step after which nobody but the owner is bound or let in as the owner.

    Args:
        owner: the one of the document, or where it defines no such profile the one that the cluster
            declares.
    """
    gone = sorted(others(name, owner, observed))
    if not gone or not is_ours(name, observed, settings):
        return
    wanted = builders.person_of(owner)
    is_bound = wanted in observed.owner_bindings[name].people
    yield Change(
        Phase.REVOKE,
        name,
        ObjectRef("RoleBinding", name, naming.OWNER_BINDING),
        Action.UPDATE,
        Reason.DRIFTED if is_bound else Reason.OWNER_CHANGED,
        moves=(
            *(AccessMove(person, OWNER, "") for person in gone),
            AccessMove(wanted, OWNER if is_bound else "", OWNER),
        ),
        fields=(FieldDiff(FieldKind.OWNER, "owner", ", ".join(map(str, gone)), str(wanted)),),
        writes=(
            *_handed_over(name, owner, observed),
            *_alone(name, owner, gone[0], observed, settings),
        ),
    )


def _handed_over(name: str, owner: Owner, observed: Observed) -> Iterator[Write]:
    """Yield what keeps the profile controller from binding the owner of before again."""
    seen, space = observed.profiles.get(name), observed.namespaces[name]
    if seen is None or seen.owner == builders.person_of(owner):
        return
    spec = {"owner": {"apiGroup": None, "namespace": None, **builders.owner_spec(owner)}}
    yield merge_patch.patch(
        ObjectRef("Profile", "", name), {"spec": spec}, seen.version, uid=seen.uid
    )
    if space.owner != owner.name:
        notes = {"metadata": {"annotations": {naming.OWNER: owner.name}}}
        yield merge_patch.patch(
            ObjectRef("Namespace", "", name), notes, space.version, uid=space.uid
        )


def _alone(
    name: str, owner: Owner, gone: Person, observed: Observed, settings: Settings
) -> Iterator[Write]:
    """Yield the patches of the owner's RoleBinding and AuthorizationPolicy.

    The profile controller may have written to them by then, so that only their identity is what it
    was.
    """
    notes = {"metadata": {"annotations": {"user": owner.name}}}
    subjects = [builders.subject(builders.person_of(owner), owner.namespace or name)]
    binding = observed.owner_bindings[name]
    ref = ObjectRef("RoleBinding", name, naming.OWNER_BINDING)
    yield merge_patch.patch(ref, {**notes, "subjects": subjects}, uid=binding.uid, ends=gone)
    policy = observed.owner_policies.get(name)
    if policy is not None and (spec := _narrowed(policy, owner, settings)):
        ref = ObjectRef("AuthorizationPolicy", name, naming.OWNER_POLICY)
        yield merge_patch.patch(ref, {**notes, "spec": spec}, uid=policy.uid, ends=gone)


def _narrowed(policy: OwnerObject, owner: Owner, settings: Settings) -> builders.Body:
    spec = policies.patch_for_only({owner.name}, policy.spec, settings)
    return spec if spec["rules"] != parsed(policy.spec).get("rules", []) else {}
