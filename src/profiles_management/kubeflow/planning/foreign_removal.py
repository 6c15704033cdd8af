"""Revoking access by objects that are not managed, where the setting `foreign` is `revoke`. Pure.

That is access of users and groups. What binds ServiceAccounts or lets programs in stays, and so
does what another controller copies into the namespace, because it would come back.
"""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import builders, merge_patch, naming, policies
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import ForeignBinding, ForeignPolicy, Observed
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.kubeflow.state.unmanaged_access import (
    Foreign,
    foreign_objects,
    is_person,
)
from profiles_management.reconcile.plan import (
    LISTED,
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


def applies(state: ProfileState, settings: Settings, *, adopt: bool) -> bool:
    """Return whether access by objects that are not managed is revoked in a profile.

    Not in the run that adopts it: nobody was asked about the access that existed before, unless the
    document says `adopt: true`.
    """
    if settings.foreign != "revoke":
        return False
    return adopt or not state.needs_mark


def removals(name: str, observed: Observed, settings: Settings) -> Iterator[Change]:
    """Yield what revokes access of users and groups, except by the owner's objects."""
    for binding in observed.foreign.get(name, ()):
        if people := _revoked(binding):
            yield _binding_change(name, binding, people)
    for policy in observed.foreign_policies.get(name, ()):
        if people := _revoked(policy):
            yield _policy_change(name, policy, people, settings)


def annotated_revocations(name: str, observed: Observed) -> Iterator[Change]:
    """Yield what deletes the unmanaged objects with KFAM's annotations.

    KFAM counts their people too.
    """
    for item in foreign_objects(name, observed):
        if item.annotated and not item.propagated:
            yield _deletion(ObjectRef(item.kind, name, item.name), item, item.people[0])


def _revoked(item: Foreign) -> tuple[Person, ...]:
    """Return the people who lose access by an object."""
    if item.propagated or naming.is_owners(item.kind, item.name):
        return ()
    return tuple(filter(is_person, item.people))


def _binding_change(name: str, binding: ForeignBinding, people: tuple[Person, ...]) -> Change:
    ref = ObjectRef("RoleBinding", name, binding.name)
    programs = [_subject(person) for person in binding.people if person not in people]
    if binding.name in naming.ACCOUNTS:  # the profile controller binds this account
        programs.append(builders.subject(Person("ServiceAccount", binding.name), name))
    field = FieldDiff(FieldKind.PEOPLE, "subjects", list(map(str, people)), None)
    moves = tuple(AccessMove(person, LISTED, "") for person in people)
    if programs:
        return _reduction(ref, binding, moves, field, {"subjects": programs})
    if len(people) == 1 and binding.role:
        return _deletion(ref, binding, people[0], source=None)
    return _deletion_for_several(ref, binding, moves, field)


def _policy_change(
    name: str, policy: ForeignPolicy, people: tuple[Person, ...], settings: Settings
) -> Change:
    ref = ObjectRef("AuthorizationPolicy", name, policy.name)
    field = FieldDiff(FieldKind.PEOPLE, "lets in", [person.name for person in people], None)
    moves = tuple(AccessMove(person, LISTED, "", counted=False) for person in people)
    rules = policies.rules_without(policy.spec, is_person, settings)
    if rules:
        return _reduction(ref, policy, moves, field, {"spec": {"rules": rules}})
    return _deletion_for_several(ref, policy, moves, field)


def _reduction(
    ref: ObjectRef,
    item: Foreign,
    moves: tuple[AccessMove, ...],
    field: FieldDiff,
    change: builders.Body,
) -> Change:
    """Return the patch of an object that also gives access to programs."""
    ends = moves[0].person
    patch = merge_patch.patch(ref, change, item.version, uid=item.uid, ends=ends)
    return Change(
        Phase.REVOKE,
        ref.parent,
        ref,
        Action.UPDATE,
        Reason.UNLISTED,
        moves=moves,
        fields=(field,),
        writes=(patch,),
        source=None,
    )


def _deletion_for_several(
    ref: ObjectRef, item: Foreign, moves: tuple[AccessMove, ...], field: FieldDiff
) -> Change:
    """Return the deletion of an object that gives several people access, or nobody a role."""
    return Change(
        Phase.REVOKE,
        ref.parent,
        ref,
        Action.DELETE,
        Reason.UNLISTED,
        moves=moves,
        fields=(field,),
        writes=_deleted(ref, item, moves[0].person),
        source=None,
    )


def _deletion(ref: ObjectRef, item: Foreign, person: Person, source: str | None = "") -> Change:
    """Return the deletion of an object by which one person has a role."""
    return Change(
        Phase.REVOKE,
        ref.parent,
        ref,
        Action.DELETE,
        Reason.UNLISTED,
        person=person,
        before=item.role,
        moves=(AccessMove(person, item.role, ""),),
        writes=_deleted(ref, item, person),
        source=source,
    )


def _deleted(ref: ObjectRef, item: Foreign, person: Person) -> tuple[Write, ...]:
    """Return the writes.

    An object with a finalizer is emptied first, as it could stay in deletion.
    """
    empty: builders.Body = {"spec": {"rules": []}}
    if ref.kind == "RoleBinding":
        empty = {"subjects": []}
    writes = merge_patch.removal(
        ref,
        empty if item.finalized else None,
        item.version,
        is_deleting=item.deleting,
        uid=item.uid,
        ends=person,
    )
    return tuple(writes)


def _subject(person: Person) -> builders.Body:
    """Return the subject of a RoleBinding; a ServiceAccount is named `NAMESPACE:NAME`."""
    if person.kind != "ServiceAccount":
        return builders.subject(person)
    namespace, _, name = person.name.partition(":")
    return builders.subject(Person(person.kind, name), namespace)
