"""The owner's objects of a profile that is being deleted.

Everybody but the owner loses access by them. Pure.

In a namespace that is being deleted nothing can be created, so that the profile controller makes no
object again. But what is there can be changed, by us and by the controller for as long as the
Profile is there.
"""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import (
    builders,
    document_people,
    merge_patch,
    naming,
    policies,
)
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
    if binding is None:
        return frozenset()
    return frozenset(binding.people) - {document_people.person_of(owner)}


def changes(name: str, owner: Owner, observed: Observed, settings: Settings) -> Iterator[Change]:
    """Yield the one step after which nobody but the owner is bound or let in as the owner.

    Args:
        owner: the one of the document, or where it defines no such profile the one that the cluster
            declares.
    """
    losing = sorted(others(name, owner, observed))
    if not losing or not is_ours(name, observed, settings):
        return
    person = document_people.person_of(owner)
    is_bound = person in observed.owner_bindings[name].people
    yield Change(
        Phase.REVOKE,
        name,
        ObjectRef("RoleBinding", name, naming.OWNER_BINDING),
        Action.UPDATE,
        Reason.DRIFTED if is_bound else Reason.OWNER_CHANGED,
        moves=(
            *(AccessMove(loser, OWNER, "") for loser in losing),
            AccessMove(person, OWNER if is_bound else "", OWNER),
        ),
        fields=(FieldDiff(FieldKind.OWNER, "owner", ", ".join(map(str, losing)), str(person)),),
        writes=(
            *_owner_changed(name, owner, observed),
            *_only_owner(name, owner, losing[0], observed, settings),
        ),
    )


def _owner_changed(name: str, owner: Owner, observed: Observed) -> Iterator[Write]:
    """Yield what keeps the profile controller from binding the previous owner again."""
    profile, namespace = observed.profiles.get(name), observed.namespaces[name]
    if profile is None or profile.owner == document_people.person_of(owner):
        return
    spec = {"owner": {"apiGroup": None, "namespace": None, **builders.owner_spec(owner)}}
    target = ObjectRef("Profile", "", name)
    yield merge_patch.patch(target, {"spec": spec}, profile.version, uid=profile.uid)
    if namespace.owner != owner.name:
        change = {"metadata": {"annotations": {naming.OWNER: owner.name}}}
        target = ObjectRef("Namespace", "", name)
        yield merge_patch.patch(target, change, namespace.version, uid=namespace.uid)


def _only_owner(
    name: str, owner: Owner, losing: Person, observed: Observed, settings: Settings
) -> Iterator[Write]:
    """Yield the patches of the owner's RoleBinding and AuthorizationPolicy.

    The profile controller may have written to them by then, so that only their identity is what it
    was.
    """
    metadata = {"annotations": {"user": owner.name}}
    binding = observed.owner_bindings[name]
    subjects = [builders.subject(document_people.person_of(owner), owner.namespace or name)]
    target = ObjectRef("RoleBinding", name, naming.OWNER_BINDING)
    change = {"metadata": metadata, "subjects": subjects}
    yield merge_patch.patch(target, change, uid=binding.uid, ends=losing)
    policy = observed.owner_policies.get(name)
    if policy is None:
        return
    if spec := _narrowed(policy, owner, settings):
        target = ObjectRef("AuthorizationPolicy", name, naming.OWNER_POLICY)
        change = {"metadata": metadata, "spec": spec}
        yield merge_patch.patch(target, change, uid=policy.uid, ends=losing)


def _narrowed(policy: OwnerObject, owner: Owner, settings: Settings) -> builders.Body:
    """Return the patch of a policy's spec, empty for one that lets in the owner only."""
    spec = policies.patch_for_only({owner.name}, policy.spec, settings)
    if spec["rules"] == parsed(policy.spec).get("rules", []):
        return {}
    return spec
